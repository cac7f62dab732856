"""delta: the worked example, whole vectors by scipy, laws, word lists, neighbours and consensus trees."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.cluster.hierarchy import linkage, to_tree
from scipy.spatial.distance import cdist, squareform
from scipy.stats import zscore

from textkit.corpus import Corpus
from textkit.errors import ArgumentError, EmptyError, TextkitError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix, count
from textkit.measures import deltas
from textkit.stats.delta import (
    COLUMNS,
    CONSENSUS_COLUMNS,
    NEIGHBOUR_COLUMNS,
    delta,
    delta_consensus,
    delta_matrix,
    delta_neighbours,
)
from textkit.tokenization import tokenize
from textkit.tokens import Tokens
from textkit.weights import proportions

MEASURES = sorted(deltas.DELTAS)


def _dtm(counts: np.ndarray, names: list[str] | None = None) -> DocumentTermMatrix:
    docs = None if names is None else pd.DataFrame(index=names)
    return DocumentTermMatrix(counts, [f"w{i:02}" for i in range(counts.shape[1])], docs)


def _sample(seed: int = 0, docs: int = 9, terms: int = 30) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rates = rng.dirichlet(40 / np.arange(1, terms + 1))
    return np.array([rng.multinomial(600, rng.dirichlet(rates * 200 + 0.01)) for _ in range(docs)])


def _dense(counts: np.ndarray, n: int, measure: str) -> np.ndarray:
    """Return the definition, from whole arrays."""
    percent = 100 * counts / counts.sum(axis=1, keepdims=True)
    order = sorted(range(counts.shape[1]), key=lambda column: (-counts[:, column].sum(), column))
    percent = percent[:, order[:n]]
    percent = percent[:, np.ptp(percent, axis=0) > 0] if measure != "eder_simple" else percent
    k = percent.shape[1]
    z = zscore(percent, axis=0, ddof=1)
    ranks = np.arange(1, k + 1)
    return {
        "burrows": lambda: cdist(z, z, "cityblock") / k,
        "argamon": lambda: cdist(z, z, "euclidean") / np.sqrt(k),
        "eder": lambda: cdist(z, z, "cityblock", w=(k - ranks + 1) / k) / k,
        "cosine_delta": lambda: cdist(z, z, "cosine"),
        "eder_simple": lambda: cdist(np.sqrt(percent), np.sqrt(percent), "cityblock"),
    }[measure]()


@pytest.mark.shared
def test_worked_example(shared: Path) -> None:
    """The six words stand beside a filler that makes up the rest of each text, and are chosen by name."""
    text = (shared / "data" / "worked_examples.json").read_text(encoding="utf-8")
    example = next(item for item in json.loads(text)["examples"] if item["id"] == "SIM-03")
    inputs, expected = example["inputs"], example["expected"]
    counts, words = np.array(inputs["counts"]).astype(int), inputs["words_in_frequency_order"]
    filler = np.array(inputs["sizes"]).astype(int) - counts.sum(axis=1)
    dtm = DocumentTermMatrix(np.column_stack([counts, filler]), [*words, "其余"])
    names = {
        "burrows": "burrows", "argamon": "argamon_quadratic", "eder": "eder", "cosine_delta": "cosine_delta",
        "eder_simple": "eder_simple",
    }  # fmt: skip
    for measure, name in names.items():
        square = delta_matrix(dtm, measure=measure, n_terms=6, terms=words)
        np.testing.assert_allclose(square, expected[name], rtol=1e-9, atol=1e-12, err_msg=name)
    np.testing.assert_allclose(
        delta_matrix(dtm, measure="argamon", n_terms=6, terms=words) ** 2,
        expected["argamon_linear_squared"],
        rtol=1e-9,
        atol=1e-12,
    )
    np.testing.assert_allclose(
        deltas.z_scores(100 * counts / np.array(inputs["sizes"])[:, None]), expected["z"], rtol=1e-9
    )


@pytest.mark.parametrize("measure", MEASURES)
class TestEveryMeasure:
    @pytest.mark.parametrize("n", [1, 4, 30])
    def test_agrees_with_whole_arrays(self, measure: str, n: int) -> None:
        counts = _sample()
        square = delta_matrix(_dtm(counts), measure=measure, n_terms=n)
        np.testing.assert_allclose(square, _dense(counts, n, measure), atol=1e-12)
        assert square.attrs["textkit"]["orientation"] == "distance"
        assert square.attrs["textkit"]["n_terms"] == n

    @pytest.mark.filterwarnings("ignore:n_terms=")
    def test_pairs_are_the_upper_triangle(self, measure: str) -> None:
        counts = _sample(1)
        table, square = delta(_dtm(counts), measure=measure), delta_matrix(_dtm(counts), measure=measure)
        assert list(table.columns) == COLUMNS
        assert len(table) == 9 * 8 // 2
        for row in table.itertuples():
            assert square.loc[row.doc_a, row.doc_b] == row.value
        assert table["value"].is_monotonic_increasing
        assert table.attrs["textkit"]["settings"] == {
            "measure": measure, "n_terms": 300, "culling": 0.0, "terms": None, "ci": None, "unit": "sentence",
            "n_replicates": 2000, "confidence": 0.95, "random_state": 0,
        }  # fmt: skip
        assert table["ci_low"].isna().all() and table["ci_high"].isna().all()

    @given(hnp.arrays(np.int64, st.tuples(st.integers(3, 6), st.integers(2, 6)), elements=st.integers(0, 9)), st.data())
    @settings(max_examples=30)
    def test_laws(self, measure: str, counts: np.ndarray, data: st.DataObject) -> None:
        counts[:, 0] += 1
        rows = np.array(data.draw(st.permutations(range(len(counts)))))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TextkitWarning)
            try:
                square = delta_matrix(_dtm(counts), measure=measure)
            except EmptyError:
                return
            np.testing.assert_array_equal(square, square.T)
            diagonal = np.diagonal(square)
            assert (diagonal[~np.isnan(diagonal)] == 0).all()
            turned = delta_matrix(_dtm(counts[rows]), measure=measure).to_numpy()
            np.testing.assert_allclose(turned, square.to_numpy()[np.ix_(rows, rows)], atol=1e-9)
            longer = delta_matrix(_dtm(counts * 7), measure=measure)  # rates, not counts
            np.testing.assert_allclose(longer, square, atol=1e-9)

    def test_empty_documents(self, measure: str) -> None:
        counts = _sample(2)
        with_empty = np.vstack([counts[:4], np.zeros((1, 30), int), counts[4:]])
        with pytest.warns(TextkitWarning, match=r"^1 document is empty and has no distance: 'doc5'\.$"):
            square = delta_matrix(_dtm(with_empty), measure=measure, n_terms=30).to_numpy()
        assert np.isnan(square[4]).all()
        kept = np.delete(np.arange(10), 4)
        np.testing.assert_array_equal(
            square[np.ix_(kept, kept)], delta_matrix(_dtm(counts), measure=measure, n_terms=30).to_numpy()
        )


@pytest.mark.filterwarnings("ignore:n_terms=")
class TestWords:
    def test_constant_words_are_left_out(self) -> None:
        counts = np.array([[10, 5, 5], [10, 2, 8], [10, 9, 1]])
        table = delta(_dtm(counts), measure="burrows")
        assert table.attrs["textkit"]["n_terms"] == 2
        np.testing.assert_allclose(sorted(table["value"]), np.sort(_dense(counts, 3, "burrows")[[0, 0, 1], [1, 2, 2]]))

    def test_equally_frequent_words_go_by_code_points(self) -> None:
        counts = np.array([[1, 5, 2], [5, 1, 2], [3, 3, 5]])  # 9 of each
        dtm = DocumentTermMatrix(counts, ["丙", "乙", "甲"])
        one = delta_matrix(dtm, n_terms=2, measure="eder_simple")
        two = delta_matrix(dtm, n_terms=2, measure="eder_simple", terms=["丙", "乙"])
        np.testing.assert_array_equal(one, two)  # 丙 U+4E19 and 乙 U+4E59 before 甲 U+7532

    def test_culling(self) -> None:
        counts = np.array([[4, 9, 1], [5, 0, 2], [6, 0, 3]])
        kept = delta_matrix(_dtm(counts), measure="eder_simple", culling=0.5)
        np.testing.assert_array_equal(kept, delta_matrix(_dtm(counts), measure="eder_simple", terms=["w00", "w02"]))
        every = delta_matrix(_dtm(counts), measure="eder_simple", culling=1 / 3)
        np.testing.assert_array_equal(every, delta_matrix(_dtm(counts), measure="eder_simple"))

    def test_culling_is_a_share_of_the_texts_that_have_words(self) -> None:
        places = deltas.frequent_words([9, 8, 7], [3, 2, 1], 10, np.arange(3), n=None, culling=0.3)
        assert places.tolist() == [0]

    def test_lengths_are_those_of_all_words(self) -> None:
        counts = _sample(3)
        dtm = _dtm(counts)
        part = delta_matrix(dtm, terms=[f"w{i:02}" for i in range(5)], n_terms=5, measure="eder_simple")
        percent = np.sqrt(100 * counts[:, :5] / counts.sum(axis=1, keepdims=True))
        np.testing.assert_allclose(part, cdist(percent, percent, "cityblock"), atol=1e-12)


def test_neighbours_by_loops() -> None:
    counts = _sample(4, docs=7)
    dtm = _dtm(counts)
    bands = [3, 8, 15, 30]
    table = delta_neighbours(dtm, bands=bands)
    assert list(table.columns) == NEIGHBOUR_COLUMNS
    squares = [delta_matrix(dtm, n_terms=n).to_numpy() for n in bands]
    times = {}
    for square in squares:
        for i, row in enumerate(square):
            j = min((value, place) for place, value in enumerate(row) if place != i)[1]
            times[i, j] = times.get((i, j), 0) + 1
    mean = np.mean(squares, axis=0)
    expected = {(f"doc{i + 1}", f"doc{j + 1}"): (n, n / 4, mean[i, j]) for (i, j), n in times.items()}
    found = {(r.doc, r.neighbour): (r.n_bands, r.share, r.mean_value) for r in table.itertuples()}
    assert found.keys() == expected.keys()
    for pair, values in expected.items():
        assert found[pair] == pytest.approx(values)
    assert (table.groupby("doc")["n_bands"].sum() == 4).all()
    assert table["doc"].tolist() == sorted(table["doc"])
    assert delta_neighbours(dtm).attrs["textkit"]["settings"]["bands"] == [3, 6, 9, 12, 15, 18, 21, 24, 27, 30]


def _groups_of(counts: np.ndarray, n: int) -> set[frozenset[int]]:
    """Return the groups of one tree, by walking down scipy's nodes."""
    square = delta_matrix(_dtm(counts), n_terms=n).to_numpy()
    root = to_tree(linkage(squareform(square.round(12), checks=False), "average"))
    found, waiting = set(), [root]
    while waiting:
        node = waiting.pop()
        if not node.is_leaf():
            found.add(frozenset(node.pre_order()))
            waiting += [node.left, node.right]
    return found


@pytest.mark.parametrize("share", [0.5, 0.7, 1.0])
@pytest.mark.parametrize("seed", [5, 6, 7])
def test_consensus_by_loops(seed: int, share: float) -> None:
    counts = _sample(seed, docs=8)
    bands = [4, 8, 12, 20, 30]
    trees = [_groups_of(counts, n) for n in bands]
    support = {group: np.mean([group in tree for tree in trees]) for tree in trees for group in tree}
    expected = {group: s for group, s in support.items() if s > share or s == 1}
    table = delta_consensus(_dtm(counts), bands=bands, min_share=share)
    assert list(table.columns) == CONSENSUS_COLUMNS
    below: dict[int, set[int]] = {int(node): set() for node in table["node"]}
    for row in table[::-1].itertuples():
        if isinstance(row.doc, str):
            below[row.node].add(int(row.doc[3:]) - 1)
        if not np.isnan(row.parent):
            assert row.parent < row.node
            below[int(row.parent)] |= below[row.node]
        assert len(below[row.node]) == row.n_docs
    inner = table[table["doc"].isna()]
    found = {frozenset(below[row.node]): row.support for row in inner.itertuples()}
    assert found == pytest.approx(expected)
    assert np.isnan(table["parent"][0])
    assert table["n_docs"][0] == 8
    assert (table[table["doc"].notna()]["support"] == 1).all()
    # the texts of a group stand together
    leaves = [int(doc[3:]) - 1 for doc in table["doc"].dropna()]
    for group in found:
        places = sorted(leaves.index(doc) for doc in group)
        assert places == list(range(places[0], places[0] + len(places)))


def test_texts_of_one_author_stay_together() -> None:
    rng = np.random.default_rng(8)
    rates = [rng.dirichlet(30 / np.arange(1, 81)) for _ in range(3)]
    counts = np.array([rng.multinomial(3000, rates[i % 3]) for i in range(9)])
    dtm = _dtm(counts)
    table = delta_neighbours(dtm)
    same = [int(row.doc[3:]) % 3 == int(row.neighbour[3:]) % 3 for row in table.itertuples()]
    assert all(same)
    tree = delta_consensus(dtm)
    assert ((tree["n_docs"] == 3) & (tree["support"] == 1)).sum() == 3


def test_two_texts() -> None:
    dtm = _dtm(np.array([[3, 2], [1, 4]]))
    with pytest.warns(TextkitWarning) as caught:
        table = delta(dtm, n_terms=2, measure="burrows")
    assert str(caught[0].message) == (
        "between two texts every z-score is the same in size, so this distance says nothing. "
        "Add texts by others, or use measure='eder_simple'."
    )
    assert caught[0].filename == __file__
    assert table["value"].item() == pytest.approx(np.sqrt(2))
    assert len(delta_consensus(dtm, measure="eder_simple", bands=[2])) == 3


def test_a_text_without_an_angle() -> None:
    """The text in the middle has z-scores of zero, and no cosine with any other."""
    dtm = _dtm(np.array([[2, 4, 4], [3, 3, 4], [4, 2, 4]]))
    square = delta_matrix(dtm, n_terms=3)
    assert np.isnan(square.loc["doc2", "doc1"])
    assert square.loc["doc1", "doc3"] == pytest.approx(2)
    assert delta_neighbours(dtm, bands=[3])["doc"].tolist() == ["doc1", "doc3"]
    with pytest.raises(ArgumentError, match=r"^'doc2' has a z-score of zero for each of the 3 words, and no angle"):
        delta_consensus(dtm, bands=[3])


@pytest.mark.parametrize("function", [delta, delta_matrix, delta_neighbours, delta_consensus])
@given(counts=hnp.arrays(np.int64, st.tuples(st.integers(0, 4), st.integers(0, 4)), elements=st.integers(0, 2)))
@settings(max_examples=30)
def test_small_matrices_give_a_table_or_say_why(function, counts: np.ndarray) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextkitWarning)
        try:
            function(_dtm(counts))
        except TextkitError as error:
            assert str(error).endswith(".")


def test_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    dtm = _dtm(_sample())
    with pytest.raises(ArgumentError, match=r"^delta needs counts, but dtm holds weights \(proportion\)\."):
        delta(proportions(dtm))
    with pytest.raises(UnknownNameError, match="^unknown measure 'cosine'; did you mean 'cosine_delta'"):
        delta(dtm, measure="cosine")
    with pytest.raises(ArgumentError, match=r"^culling must be a finite number of at least 0 and at most 1, got 20\.$"):
        delta(dtm, culling=20)
    with pytest.raises(ArgumentError, match=r"^delta compares texts, but only 1 of 1 documents has words\.$"):
        delta(dtm[:1])
    with pytest.warns(TextkitWarning) as caught:
        delta(dtm)
    assert str(caught[0].message) == "n_terms=300, but only 30 terms are there (culling=0); all of them are used."
    assert caught[0].filename == __file__
    with pytest.raises(EmptyError) as empty:
        delta(dtm, terms=["没有"])
    assert str(empty.value) == (
        "none of the 30 terms is left with culling=0.0 and terms=['没有']. Lower culling, or look at frequency(dtm)."
    )
    with pytest.raises(EmptyError, match=r"^the 1 most frequent words are equally frequent in all texts, so there is"):
        delta(_dtm(np.array([[5, 1], [5, 1], [10, 2]])), n_terms=1)
    with pytest.warns(TextkitWarning, match=r"^only 30 words are there; bands of more are left out: 40\.$"):
        delta_neighbours(dtm, bands=[40, 20])
    with pytest.raises(ArgumentError, match=r"^bands must hold numbers of words of at most 30, .* got 40\. Lower"):
        delta_consensus(dtm, bands=[40])
    with pytest.raises(
        ArgumentError, match=r"^bands must be a list of numbers of words such as \[100, 200, 300\], got 5"
    ):
        delta_consensus(dtm, bands=5)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"^bands must hold at least one number of words, got none\."):
        delta_neighbours(dtm, bands=[])
    with pytest.raises(UnknownNameError, match="^unknown method 'wards'; did you mean 'ward'"):
        delta_consensus(dtm, method="wards")  # type: ignore[arg-type]
    monkeypatch.setattr("textkit.stats.delta._MOST_DOCS", 4)
    with pytest.raises(ArgumentError, match=r"^9 documents are too many: at most 4 are compared all with all\."):
        delta(dtm)


def _texts(seed: int, docs: int = 5, sentences: int = 30, terms: int = 20, length: int = 12) -> Tokens:
    """Return texts of sentences; each text has rates of its own, the same whatever the seed."""
    fixed = np.random.default_rng(7)
    rates = [fixed.dirichlet(60 / np.arange(1, terms + 1)) for _ in range(docs)]
    rng = np.random.default_rng(seed)
    texts = []
    for rate in rates:
        shares = [rng.dirichlet(rate * 80 + 1e-6) for _ in range(sentences)]
        lines = [" ".join(f"w{i:02}" for i in rng.choice(terms, length, p=share)) + "。" for share in shares]
        texts.append("".join(lines))
    return tokenize(Corpus(texts), "spaces").drop(["。"])


class TestBootstrap:
    @pytest.mark.parametrize("measure", MEASURES)
    def test_against_a_loop(self, measure: str) -> None:
        """Sentences drawn by hand; mean and sd of each word stay those of the texts."""
        words = _texts(0)
        table = delta(
            words, measure=measure, n_terms=12, ci="bootstrap", n_replicates=40, random_state=5, confidence=0.8
        )
        pieces = count(words.split("sentence"))
        owner = pieces.docs["parent"].to_numpy()
        x, names = pieces.matrix.toarray(), words.corpus.names
        total = x.sum(axis=0)
        chosen = sorted(range(x.shape[1]), key=lambda i: (-total[i], pieces.vocabulary.terms[i]))[:12]
        drawn = []
        for name, stream in zip(names, np.random.default_rng(5).spawn(len(names)), strict=True):
            rows = x[owner == name]
            drawn.append(rows[stream.integers(0, len(rows), (40, len(rows)))].sum(axis=1))
        known = np.array([x[owner == name].sum(axis=0) for name in names])
        percent = 100 * known[:, chosen] / known.sum(axis=1, keepdims=True)
        mean, sd = percent.mean(axis=0), percent.std(axis=0, ddof=1)
        squares = []
        for k in range(40):
            own = np.array([text[k] for text in drawn])
            rows = 100 * own[:, chosen] / own.sum(axis=1, keepdims=True)
            squares.append(deltas.DELTAS[measure][0]((rows - mean) / sd if deltas.DELTAS[measure][1] else rows))
        values = np.array(squares)
        for row in table.itertuples():
            i, j = names.index(row.doc_a), names.index(row.doc_b)
            bias = values[:, i, j].mean() - row.value
            low, high = np.quantile(values[:, i, j], [0.1, 0.9]) - bias
            top = 2 if measure == "cosine_delta" else np.inf
            assert (row.ci_low, row.ci_high) == pytest.approx((max(low, 0), min(high, top)))

    @pytest.mark.parametrize("measure", ["cosine_delta", "burrows", "eder_simple"])
    def test_the_interval_covers(self, measure: str) -> None:
        """It holds the mean over other texts of the same authors and lengths."""
        tables = [
            delta(_texts(seed), measure=measure, n_terms=20, ci="bootstrap", n_replicates=60) for seed in range(25)
        ]
        long = pd.concat(tables)
        truth = long.groupby(["doc_a", "doc_b"])["value"].transform("mean")
        inside = (long["ci_low"] <= truth) & (truth <= long["ci_high"])
        assert inside.mean() >= 0.9
        if measure == "eder_simple":  # noise moves every resample up: a percentile interval would miss from above
            assert (long["ci_low"] <= long["value"]).all() and (long["value"] <= long["ci_high"]).all()

    def test_nothing_else_changes(self) -> None:
        words = _texts(1)
        plain = delta(count(words), n_terms=10)
        table = delta(words, n_terms=10, ci="bootstrap", n_replicates=20)
        ends = ["ci_low", "ci_high"]
        pd.testing.assert_frame_equal(plain.drop(columns=ends), table.drop(columns=ends))
        pd.testing.assert_frame_equal(plain, delta(words, n_terms=10))
        assert plain.attrs["textkit"]["unit"] is None and table.attrs["textkit"]["unit"] == "sentence"
        assert table.attrs["textkit"]["inputs"] == {"dtm": words.fingerprint}
        pd.testing.assert_frame_equal(table, delta(words, n_terms=10, ci="bootstrap", n_replicates=20))
        other = delta(words, n_terms=10, ci="bootstrap", n_replicates=20, random_state=1)
        assert not np.allclose(other["ci_low"], table["ci_low"])

    def test_empty_texts_and_few_sentences(self) -> None:
        words = tokenize(Corpus(["甲 乙 甲。乙 丙。", "", "丙 丙 甲。乙。甲 丁。", "丁 丁。甲 乙 丙。"]), "spaces")
        with pytest.warns(TextkitWarning) as caught:
            table = delta(words, n_terms=3, ci="bootstrap", n_replicates=10)
        told = [str(warning.message) for warning in caught]
        assert told[0] == "1 document is empty and has no distance: 'doc2'."
        assert told[1].startswith("in the shortest text: 2 sentences are too few for an interval to be believed")
        assert caught[1].filename == __file__
        assert table["ci_low"].notna().tolist() == table["value"].notna().tolist()

    def test_messages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        words = _texts(0)
        with pytest.raises(ArgumentError) as error:
            delta(count(words), ci="bootstrap")
        assert str(error.value) == (
            'ci="bootstrap" resamples each sentence of the texts, but dtm is a matrix without sentences. Pass the '
            "tokens: delta(tokens, ci=...)."
        )
        with pytest.raises(UnknownNameError, match="unknown unit 'document'"):
            delta(words, unit="document")
        with pytest.raises(UnknownNameError, match="unknown ci 'bca'"):
            delta(words, ci="bca")
        with pytest.raises(ArgumentError, match="^dtm must be a DocumentTermMatrix or Tokens, got a list"):
            delta([1])  # type: ignore[arg-type]
        monkeypatch.setattr("textkit.stats.delta._RESAMPLED_PAIRS", 9)
        with pytest.raises(ArgumentError, match="^5 texts have too many pairs for intervals: at most 9. Choose fewer"):
            delta(words, ci="bootstrap")
