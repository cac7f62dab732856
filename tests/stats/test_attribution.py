"""attribution: by loops over whole arrays, by hand, sampled authors, laws and messages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist

from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.measures import deltas, wilson_interval
from textkit.stats.attribution import (
    CONFUSION_COLUMNS,
    SUMMARY_COLUMNS,
    TEXT_COLUMNS,
    attribution,
)
from textkit.weights import proportions


def _dtm(counts: np.ndarray, authors: list[str | None]) -> DocumentTermMatrix:
    docs = pd.DataFrame({"author": authors}, index=[f"t{i}" for i in range(len(authors))])
    return DocumentTermMatrix(counts, [f"w{i:02}" for i in range(counts.shape[1])], docs)


def _sample(seed: int, alike: float = 1.0, texts: int = 4) -> DocumentTermMatrix:
    rng = np.random.default_rng(seed)
    common = rng.dirichlet(20 / np.arange(1, 41))
    rates = [rng.dirichlet(common * 150 * alike + 0.01) for _ in range(3)]
    authors: list[str | None] = [name for name in "乙甲丙" for _ in range(texts)]
    counts = [rng.multinomial(800, rates["乙甲丙".index(str(name))]) for name in authors]
    counts += [rng.multinomial(800, rates[1]), rng.multinomial(800, rates[2])]
    return _dtm(np.array(counts), [*authors, None, None])


def _by_loops(dtm: DocumentTermMatrix, measure: str, method: str, n: int, culling: float) -> list[dict[str, float]]:
    """Return the distance of each text to each author, everything made anew from the other known texts."""
    counts, authors = dtm.matrix.toarray(), dtm.docs["author"].tolist()
    percent = 100 * counts / counts.sum(axis=1, keepdims=True)
    found = []
    for row in range(len(counts)):
        train = [i for i, name in enumerate(authors) if isinstance(name, str) and i != row]
        enough = [w for w in range(counts.shape[1]) if (counts[train, w] > 0).mean() >= culling]
        order = sorted((w for w in enough if counts[train, w].sum()), key=lambda w: (-counts[train, w].sum(), w))[:n]
        known, own = percent[train][:, order], percent[[row]][:, order]
        if measure == "eder_simple":
            distance = lambda a, b: cdist(np.sqrt(a), np.sqrt(b), "cityblock")  # noqa: E731
        else:
            mean, sd = known.mean(axis=0), known.std(axis=0, ddof=1)
            varied = sd > 1e-12
            known, own = ((part[:, varied] - mean[varied]) / sd[varied] for part in (known, own))
            k = varied.sum()
            distance = {
                "cosine_delta": lambda a, b: cdist(a, b, "cosine"),
                "burrows": lambda a, b, k=k: cdist(a, b, "cityblock") / k,
                "argamon": lambda a, b, k=k: cdist(a, b) / np.sqrt(k),
                "eder": lambda a, b, k=k: cdist(a, b, "cityblock", w=(k - np.arange(k)) / k) / k,
            }[measure]
        gaps = {}
        for name in sorted({authors[i] for i in train}):
            own_texts = known[[authors[i] == name for i in train]]
            if method == "centroid":
                own_texts = own_texts.mean(axis=0, keepdims=True)
            gaps[name] = float(distance(own, own_texts).min())
        found.append(gaps)
    return found


@pytest.mark.parametrize("measure", sorted(deltas.DELTAS))
@pytest.mark.parametrize("method", ["centroid", "nearest"])
def test_agrees_with_loops(measure: str, method: str) -> None:
    dtm = _sample(1)
    found = attribution(dtm, measure=measure, method=method, n_terms=25, culling=0.2)
    assert list(found.texts.columns) == TEXT_COLUMNS
    for row, gaps in zip(found.texts.itertuples(), _by_loops(dtm, measure, method, 25, 0.2), strict=True):
        (best, distance), (runner_up, next_distance) = sorted(gaps.items(), key=lambda item: item[1])[:2]
        assert (row.predicted, row.runner_up) == (best, runner_up)
        assert (row.distance, row.distance_runner_up) == pytest.approx((distance, next_distance), rel=1e-9)


def test_tables() -> None:
    dtm = _sample(2, alike=8.0)
    found = attribution(dtm, n_terms=30)
    texts = found.texts
    assert texts["doc"].tolist() == dtm.names
    assert texts["actual"].isna().tolist() == [False] * 12 + [True] * 2
    assert texts["correct"].isna().tolist() == [False] * 12 + [True] * 2
    known = texts[texts["actual"].notna()]
    assert (known["correct"] == (known["actual"] == known["predicted"])).all()
    # the confusion is the cross table of the known texts
    assert list(found.confusion.columns) == CONFUSION_COLUMNS
    cross = pd.crosstab(known["actual"], known["predicted"])
    for row in found.confusion.itertuples():
        n = cross.to_dict().get(row.predicted, {}).get(row.actual, 0)
        assert (row.n, row.share) == (n, n / 4)
    assert found.confusion["actual"].tolist() == ["丙"] * 3 + ["乙"] * 3 + ["甲"] * 3
    right = int(known["correct"].sum())
    assert 0 < right < 12, "some are wrong here, so that the table shows something"
    low, high = wilson_interval(np.array([right]), np.array([12]), 0.95)
    assert list(found.summary.columns) == SUMMARY_COLUMNS
    assert found.summary.iloc[0].tolist() == pytest.approx([12, right, right / 12, low[0], high[0], 4 / 12])
    for table in (found.texts, found.confusion, found.summary):
        note = table.attrs["textkit"]
        assert (note["function"], note["inputs"]) == ("attribution", {"dtm": dtm.fingerprint})
        assert note["settings"]["by"] == "author"
    assert repr(found) == f"Attribution({right} of 12 known texts right; 2 unknown texts)"
    assert "丙" in found._repr_html_()


def test_authors_with_a_style_of_their_own_are_found() -> None:
    rng = np.random.default_rng(3)
    rates = {name: rng.dirichlet(15 / np.arange(1, 61)) for name in "甲乙丙丁"}
    authors: list[str | None] = [name for name in rates for _ in range(3)]
    counts = [rng.multinomial(2000, rates[str(name)]) for name in authors]
    dtm = _dtm(np.array([*counts, rng.multinomial(2000, rates["丙"])]), [*authors, None])
    for method in ("centroid", "nearest"):
        found = attribution(dtm, method=method, n_terms=60)
        assert found.summary["accuracy"].item() == 1
        assert found.texts["predicted"].iloc[-1] == "丙"


def test_names_that_say_nothing_are_right_by_chance_only() -> None:
    """Texts of one source under three names: leaving out means leaving out, so that accuracy is about a third."""
    rng = np.random.default_rng(4)
    rates = rng.dirichlet(15 / np.arange(1, 61))
    right = []
    for _ in range(6):
        counts = np.array([rng.multinomial(500, rates) for _ in range(24)])
        right.append(attribution(_dtm(counts, list("甲乙丙") * 8), n_terms=60).summary["accuracy"].item())
    assert np.mean(right) < 0.5


def test_the_order_of_texts_means_nothing() -> None:
    dtm = _sample(5)
    order = np.random.default_rng(0).permutation(len(dtm))
    one, other = attribution(dtm, n_terms=30).texts, attribution(dtm[order], n_terms=30).texts
    pd.testing.assert_frame_equal(
        one.sort_values("doc", ignore_index=True), other.sort_values("doc", ignore_index=True), rtol=1e-9
    )


def test_authors_with_one_text_do_not_count() -> None:
    dtm = _dtm(_sample(6).matrix.toarray(), ["甲"] * 5 + ["乙"] * 5 + ["丙", None, None, None])
    with pytest.warns(TextkitWarning) as caught:
        found = attribution(dtm, n_terms=30)
    assert str(caught[0].message) == (
        "1 author has one known text only, which cannot be found again when it is left out and is not counted: '丙'."
    )
    assert caught[0].filename == __file__
    assert found.summary["n_texts"].item() == 10
    row = found.texts.iloc[10]
    assert (row["actual"], row["predicted"] == "丙") == ("丙", False)
    assert np.isnan(row["correct"])
    assert found.confusion.query("actual == '丙'")["share"].isna().all()


def test_empty_documents_are_given_to_nobody() -> None:
    counts = _sample(7).matrix.toarray()
    counts[3] = 0
    dtm = _dtm(counts, _sample(7).docs["author"].where(lambda s: s.notna(), None).tolist())
    with pytest.warns(TextkitWarning, match=r"^1 document is empty and is given to nobody: 't3'\.$"):
        found = attribution(dtm, n_terms=30)
    assert found.texts.iloc[3][["predicted", "distance", "runner_up", "correct"]].isna().all()
    assert found.summary["n_texts"].item() == 11


def test_other_columns_and_values() -> None:
    dtm = _sample(8)[:12]
    docs = pd.DataFrame({"year": [1919] * 4 + [1935] * 4 + [1949] * 4}, index=dtm.names)
    found = attribution(DocumentTermMatrix(dtm.matrix, dtm.vocabulary, docs), "year", n_terms=30)
    assert found.confusion["actual"].unique().tolist() == [1919, 1935, 1949]


def test_messages() -> None:
    dtm = _sample(9)
    with pytest.raises(UnknownNameError, match=r"^unknown column \(by\) 'autor'; did you mean 'author'"):
        attribution(dtm, "autor")
    with pytest.raises(ArgumentError, match="^attribution needs counts, but dtm holds weights"):
        attribution(proportions(dtm))
    with pytest.raises(UnknownNameError, match="^unknown method 'centre'; did you mean 'centroid'"):
        attribution(dtm, method="centre")
    with pytest.raises(ArgumentError) as caught:
        attribution(_dtm(dtm.matrix.toarray()[:3], ["甲", "甲", None]))
    assert str(caught.value) == (
        "by='author' must tell at least two authors apart and name those of at least three texts, "
        "got 2 known texts of '甲'. Fill in the column for texts whose author is certain."
    )
    with pytest.raises(EmptyError, match=r"^none of the words that are left with n_terms=300 and culling=0 differs"):
        attribution(_dtm(np.array([[1, 1]] * 4), ["甲", "甲", "乙", "乙"]))
    with pytest.raises(EmptyError, match=r"^none of the words that are left"):
        attribution(dtm, terms=["没有"])
