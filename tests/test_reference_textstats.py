"""Agreement with quanteda 4.3 and quanteda.textstats 0.97 on the US inaugural speeches, and where we differ and why."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from textkit import measures
from textkit.corpus import Corpus
from textkit.matrix import DocumentTermMatrix
from textkit.stats.concordance import concordance
from textkit.stats.frequency import frequency
from textkit.stats.keyness import keyness
from textkit.stats.similarity import similarity_matrix
from textkit.tokenization import tokenize
from textkit.weights import tfidf

pytestmark = pytest.mark.shared

CLOSE = {"rtol": 1e-10, "atol": 1e-11}


@pytest.fixture(scope="module")
def reference(shared: Path) -> Path:
    return shared / "data" / "reference"


def _table(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path, keep_default_na=False)
    for name in ("statistic", "p", "value"):
        if name in table:
            table[name] = pd.to_numeric(table[name], errors="coerce")
    return table


@pytest.fixture(scope="module")
def dtm(reference: Path) -> DocumentTermMatrix:
    inputs = reference / "inputs"
    cells = pd.read_csv(inputs / "inaugural_dfm_nopunct_triplets.csv.gz")
    terms = _table(inputs / "inaugural_dfm_nopunct_features.csv.gz")["feature"].tolist()
    names = pd.read_csv(inputs / "inaugural_dfm_nopunct_docs.csv")["doc"]
    matrix = csr_array(
        (cells["count"].to_numpy(), (cells["doc_id"] - 1, cells["feature_id"] - 1)), shape=(len(names), len(terms))
    )
    docs = pd.DataFrame({"year": names.str[:4].astype(int).to_numpy()}, index=names)
    return DocumentTermMatrix(matrix, terms, docs)


def test_frequency(reference: Path, dtm: DocumentTermMatrix) -> None:
    expected = _table(reference / "textstats" / "frequency_top200.csv")
    found = frequency(dtm).set_index("term").loc[expected["feature"]]
    assert found["count"].tolist() == expected["frequency"].tolist()
    assert found["docs"].tolist() == expected["docfreq"].tolist()
    assert found["rank"].tolist() == expected["rank"].tolist()


@pytest.fixture(scope="module")
def keywords(reference: Path) -> pd.DataFrame:
    """The first and last 30 terms of each comparison; terms in neither group, which quanteda keeps as NA, left out."""
    table = _table(reference / "textstats" / "keyness_top_bottom30.csv")
    return table[table["n_target"] + table["n_reference"] > 0]


def _groups(dtm: DocumentTermMatrix, comparison: str) -> tuple[object, object]:
    recent = dtm.docs["year"] >= 1945
    if comparison == "post1945_vs_rest":
        return recent, None
    return "2017-Trump", recent & (dtm.docs.index != "2017-Trump")


@pytest.mark.parametrize("comparison", ["post1945_vs_rest", "trump2017_vs_post1945"])
class TestKeyness:
    def _both(
        self, keywords: pd.DataFrame, dtm: DocumentTermMatrix, comparison: str, theirs: tuple[str, str], ours: str
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        wanted = keywords[
            (keywords["comparison"] == comparison)
            & (keywords["measure"] == theirs[0])
            & (keywords["correction"] == theirs[1])
        ]
        assert len(wanted) >= 30
        found = keyness(dtm, *_groups(dtm, comparison), measure=ours).set_index("term").loc[wanted["feature"]]
        assert found["n_target"].tolist() == wanted["n_target"].tolist()
        assert found["n_reference"].tolist() == wanted["n_reference"].tolist()
        return wanted, found

    def test_chi_squared(self, keywords: pd.DataFrame, dtm: DocumentTermMatrix, comparison: str) -> None:
        wanted, found = self._both(keywords, dtm, comparison, ("chi2", "none"), "chi2")
        np.testing.assert_allclose(found["score"], wanted["statistic"], rtol=1e-12)
        # R takes 1 - pchisq(...), which is 0 below 1e-16; ours keeps its digits there
        np.testing.assert_allclose(found["p_value"], wanted["p"], rtol=1e-9, atol=3e-16)

    def test_their_default_is_yates_where_a_count_below_five_is_expected(
        self, keywords: pd.DataFrame, dtm: DocumentTermMatrix, comparison: str
    ) -> None:
        wanted, plain = self._both(keywords, dtm, comparison, ("chi2", "default"), "chi2")
        _, corrected = self._both(keywords, dtm, comparison, ("chi2", "default"), "chi2_yates")
        target, rest = _groups(dtm, comparison)
        first = dtm[target].lengths.sum()
        second = dtm.lengths.sum() - first if rest is None else dtm[rest].lengths.sum()
        total = plain["n_target"] + plain["n_reference"]
        least = total * min(first, second) / (first + second)
        np.testing.assert_allclose(
            np.where(least < 5, corrected["score"], plain["score"]), wanted["statistic"], rtol=1e-12
        )

    def test_log_likelihood(self, keywords: pd.DataFrame, dtm: DocumentTermMatrix, comparison: str) -> None:
        """They add 1e-9 to each O/E inside the logarithm, which adds 2e-9 N to G2; ours is the formula as it stands."""
        wanted, found = self._both(keywords, dtm, comparison, ("lr", "none"), "g2")
        target, rest = _groups(dtm, comparison)
        n = dtm.lengths.sum() if rest is None else dtm[target].lengths.sum() + dtm[rest].lengths.sum()
        gap = wanted["statistic"].abs().to_numpy() - found["score"].abs().to_numpy()
        np.testing.assert_allclose(gap, 2e-9 * n, rtol=1e-3)

    def test_fisher(self, keywords: pd.DataFrame, dtm: DocumentTermMatrix, comparison: str) -> None:
        wanted, found = self._both(keywords, dtm, comparison, ("exact", "default"), "fisher")
        np.testing.assert_allclose(found["p_value"], wanted["p"], rtol=1e-9)


OURS = {
    "correlation": "pearson",
    "cosine": "cosine",
    "jaccard": "jaccard",
    "dice": "dice",
    "ejaccard": "extended_jaccard",
    "edice": "extended_dice",
    "euclidean": "euclidean",
    "manhattan": "manhattan",
    "canberra": "canberra",
}


@pytest.mark.parametrize("theirs", OURS)
def test_similarity(theirs: str, reference: Path, dtm: DocumentTermMatrix) -> None:
    table = _table(reference / "textstats" / "simil_dist_6docs.csv")
    wanted = table[table["method"] == theirs]
    six = list(dict.fromkeys(wanted["doc1"]))
    found = similarity_matrix(dtm[six], measure=OURS[theirs])
    values = [found.loc[a, b] for a, b in zip(wanted["doc1"], wanted["doc2"], strict=True)]
    np.testing.assert_allclose(values, wanted["value"], **CLOSE)


def test_document_frequency(reference: Path, dtm: DocumentTermMatrix) -> None:
    table = _table(reference / "textstats" / "docfreq_120features.csv")
    ours = {"inverse": "t", "inversemax": "x", "inverseprob": "p", "unary": "n"}
    for scheme, wanted in table.groupby("scheme"):
        columns = dtm.vocabulary.ids(wanted["feature"])
        if scheme == "count":
            values = dtm.doc_counts
        else:
            values = measures.inverse_document_frequency(ours[str(scheme)], dtm.doc_counts, len(dtm), log_base=10)
        np.testing.assert_allclose(values[columns], wanted["value"], **CLOSE)


TF = {"count": "n", "prop": "p", "propmax": "m", "logcount": "l", "boolean": "b", "augmented": "a", "logave": "L"}
IDF = {"inverse": "t", "inversemax": "x", "inverseprob": "p", "unary": "n"}


@pytest.mark.parametrize("tf", TF)
@pytest.mark.parametrize("idf", IDF)
def test_tfidf(tf: str, idf: str, reference: Path, dtm: DocumentTermMatrix) -> None:
    table = _table(reference / "textstats" / "tfidf_6docs_120features.csv.gz")
    wanted = table[(table["scheme_tf"] == tf) & (table["scheme_df"] == idf)]
    assert len(wanted) >= 17
    weights = tfidf(dtm, TF[tf] + IDF[idf] + "n", log_base=10).to_frame()
    values = [weights.loc[doc, term] for doc, term in zip(wanted["doc"], wanted["feature"], strict=True)]
    np.testing.assert_allclose(values, wanted["value"], **CLOSE)


def test_the_quanteda_preset_is_their_default(reference: Path, dtm: DocumentTermMatrix) -> None:
    table = _table(reference / "textstats" / "tfidf_6docs_120features.csv.gz")
    wanted = table[(table["scheme_tf"] == "count") & (table["scheme_df"] == "inverse")]
    weights = tfidf(dtm, "quanteda").to_frame()
    values = [weights.loc[doc, term] for doc, term in zip(wanted["doc"], wanted["feature"], strict=True)]
    np.testing.assert_allclose(values, wanted["value"], **CLOSE)


@pytest.mark.parametrize(
    ("case", "settings"),
    [
        ("min_termfreq_5", {"min_count": 5}),
        ("min_docfreq_2", {"min_docs": 2}),
        ("min_tf10_min_df5", {"min_count": 10, "min_docs": 5}),
        ("max_docfreq_half_prop", {"max_docs": 0.5}),
        ("min_docfreq_0.1_prop", {"min_docs": 0.1}),
    ],
)
def test_trim(case: str, settings: dict[str, float], reference: Path, dtm: DocumentTermMatrix) -> None:
    wanted = _table(reference / "textstats" / "dfm_trim.csv").set_index("case").loc[case]
    trimmed = dtm.trim(**settings)
    assert len(trimmed.vocabulary) == wanted["nfeat"]
    assert trimmed.lengths.sum() == wanted["sum"]
    assert trimmed.vocabulary.terms[:5] == tuple(wanted["first5"].split())
    assert trimmed.vocabulary.terms[-5:] == tuple(wanted["last5"].split())


def test_concordance_finds_as_many_lines(reference: Path) -> None:
    tokens = _table(reference / "inputs" / "inaugural_tokens.csv.gz")
    texts = tokens.groupby("doc", sort=False)["token"].agg(" ".join)
    words = tokenize(Corpus(texts.tolist(), pd.DataFrame(index=texts.index)), "spaces")
    assert len(words) == len(tokens)
    table = _table(reference / "textstats" / "kwic_counts.csv")
    for (pattern, kind), wanted in table.groupby(["pattern", "valuetype"]):
        query = re.compile(str(pattern)) if kind == "regex" else str(pattern)
        found = concordance(words, query, ignore_case=True).groupby("doc").size()
        assert found.to_dict() == dict(zip(wanted["docname"], wanted["n"], strict=True)), pattern
