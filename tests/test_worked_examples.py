"""Worked examples from the literature: one function for each computes what is expected, from its inputs alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from textkit import measures
from textkit.matrix import DocumentTermMatrix
from textkit.stats.similarity import similarity
from textkit.weights import bm25, bm25_scores, tfidf

Example = dict[str, Any]


def _one(value: Any) -> float:
    return float(np.asarray(value).ravel()[0])


def _association(cells: list[list[int]]) -> Example:
    table = measures.TwoByTwo(*(np.array([float(cell)]) for row in cells for cell in row))
    e11 = _one(measures.expected(table).o11)
    return {
        "G2_4cell": _one(measures.log_likelihood(table)),
        "chi2": _one(measures.chi_squared(table)),
        "E11": e11,
        "PMI_bits": float(np.log2(cells[0][0] / e11)),
    }


def _keyness_columns(a: float, b: float, c: float, d: float) -> Example:
    table = measures.two_by_two(a, b, c, d)
    g2, g2_2cell = measures.log_likelihood(table), measures.log_likelihood_2cell(a, b, c, d)
    chi2 = measures.chi_squared(table)
    ratio = measures.log_ratio(a, b, c, d)
    low, high = measures.normal_interval(ratio.value, ratio.se)
    return {
        "E1": c * (a + b) / (c + d),
        "E2": d * (a + b) / (c + d),
        "G2_2cell": _one(g2_2cell),
        "G2_4cell": _one(g2),
        "p_G2_4cell": _one(measures.chi2_p(g2)),
        "p_G2_2cell": _one(measures.chi2_p(g2_2cell)),
        "chi2": _one(chi2),
        "chi2_yates": _one(measures.chi_squared(table, yates=True)),
        "p_chi2": _one(measures.chi2_p(chi2)),
        "log_ratio": _one(ratio.value),
        "relative_risk": _one(measures.relative_risk(a, b, c, d)),
        "log2_rr_ci95": [_one(low), _one(high)],
        "BIC": _one(measures.bic(g2_2cell, c + d)),
        "ELL": _one(measures.ell(a, b, c, d)),
        "pct_diff": _one(measures.pct_diff(a, b, c, d)),
        "odds_ratio": _one(measures.odds_ratio(table)),
        "phi": _one(measures.phi(table)),
        "signed_G2_2cell": _one(measures.association_sign(table) * g2_2cell),
    }


def _fisher(cells: list[list[int]]) -> Example:
    table = measures.TwoByTwo(*(np.array([float(cell)]) for row in cells for cell in row))
    test = measures.fisher_exact(table)
    return {
        "p_two_sided": _one(test.two_sided),
        "p_greater": _one(test.greater),
        "p_less": _one(test.less),
        "sample_odds_ratio": _one(measures.odds_ratio(table)),
        "conditional_mle_odds_ratio": _one(measures.conditional_odds_ratio(table)),
    }


def _small_table(cells: list[list[int]]) -> Example:
    table = measures.TwoByTwo(*(np.array([float(cell)]) for row in cells for cell in row))
    chi2, yates = measures.chi_squared(table), measures.chi_squared(table, yates=True)
    return {
        "chi2": _one(chi2),
        "chi2_yates": _one(yates),
        "p_chi2": _one(measures.chi2_p(chi2)),
        "p_yates": _one(measures.chi2_p(yates)),
        "fisher": _fisher(cells),
    }


def _fightin_words(inputs: Example) -> Example:
    y1, y2 = np.array(inputs["y1"]), np.array(inputs["y2"])
    alpha = measures.dirichlet_prior(inputs["background"], inputs["alpha0"])
    found = measures.fightin_words(y1, y2, y1.sum(), y2.sum(), alpha, float(alpha.sum()))
    z = found.value / np.sqrt(found.variance)
    return {
        "alpha": alpha,
        "delta": found.value,
        "variance": found.variance,
        "z": z,
        "variance_full": found.variance_full,
        "z_full": found.value / np.sqrt(found.variance_full),
        "p_two_sided": measures.normal_p(z),
    }


def _simple_maths(inputs: Example) -> Example:
    million = 1_000_000
    return {
        word: [
            _one(measures.simple_maths(fpm["fpm_focus"], fpm["fpm_ref"], million, million, constant=k))
            for k in inputs["N"]
        ]
        for word, fpm in inputs["words"].items()
    }


def _documents(inputs: Example) -> tuple[list[Any], list[Any]]:
    counts = [np.array(inputs[name]) for name in ("target_counts", "ref_counts")]
    sizes = [np.array(inputs[name]) for name in ("target_sizes", "ref_sizes")]
    return counts, sizes


def _dispersion_aware(inputs: Example) -> Example:
    counts, sizes = _documents(inputs)
    a, b = (int((count > 0).sum()) for count in counts)
    c, d = (len(count) for count in counts)
    rates = [count / size for count, size in zip(counts, sizes, strict=True)]
    present = [rate[rate > 0] for rate in rates]
    term = [np.zeros(len(rate), dtype=int) for rate in present]
    moments = [measures.group_moments(place, rate, m, 1) for place, rate, m in zip(term, present, (c, d), strict=True)]
    test = measures.welch(moments[0], c, moments[1], d)
    first = np.concatenate([np.ones(len(present[0]), dtype=bool), np.zeros(len(present[1]), dtype=bool)])
    ranks = measures.mann_whitney(np.concatenate(term), np.concatenate(present), first, c, d, 1)
    return {
        "text_dispersion": {"k": _keyness_columns(a, b, c, d), "a": a, "b": b, "c": c, "d": d},
        "welch_t": _one(test.t),
        "welch_df": _one(test.df),
        "welch_p": _one(test.p),
        "mw_U": _one(ranks.u),
        "mw_p": _one(ranks.p),
        "cliffs_delta": _one(ranks.delta),
        "mean_rel_target": _one(moments[0].mean),
        "mean_rel_ref": _one(moments[1].mean),
    }


def _cluster(inputs: Example) -> Example:
    counts, sizes = _documents(inputs)
    groups = [
        measures.cluster_rate(measures.cluster_sums(np.zeros(len(n), dtype=int), np.arange(len(n)), f, n, 1))
        for f, n in zip(counts, sizes, strict=True)
    ]
    rates, se = [_one(g.rate) for g in groups], [np.sqrt(_one(g.variance)) for g in groups]
    log_ratio = float(np.log(rates[0] / rates[1]))
    se_log = float(np.hypot(se[0] / rates[0], se[1] / rates[1]))
    low, high = measures.normal_interval(log_ratio / np.log(2), se_log / np.log(2))
    return {
        "rate_target": rates[0],
        "rate_ref": rates[1],
        "se_rate_target": se[0],
        "se_rate_ref": se[1],
        "log_rate_ratio": log_ratio,
        "se_log_rate_ratio": se_log,
        "log2_ratio": log_ratio / np.log(2),
        "ci95_log2": [_one(low), _one(high)],
        "z": log_ratio / se_log,
    }


def _multiple_testing(inputs: Example) -> Example:
    adjusted = {name: measures.adjust_p(inputs["p"], name) for name in ("bh", "bonferroni", "holm", "by")}
    rejected = {name: int((p <= inputs["q"]).sum()) for name, p in adjusted.items()}
    return {
        "bh_adjusted": adjusted["bh"],
        "bh_rejections": rejected["bh"],
        "bonferroni_rejections": rejected["bonferroni"],
        "holm_adjusted": adjusted["holm"],
        "holm_rejections": rejected["holm"],
        "by_adjusted": adjusted["by"],
    }


def _deviation(inputs: Example) -> Example:
    n = len(inputs["part_sizes"])
    v = np.array(inputs["subfrequencies"])
    there = np.flatnonzero(v)
    found = measures.deviation_of_proportions(np.zeros(len(there), dtype=int), there, v[there], inputs["part_sizes"], 1)
    assert n == len(v)
    return {"DP": _one(found.dp), "DPnorm": _one(found.dp_norm)}


def _matrix(counts: list[list[int]]) -> DocumentTermMatrix:
    return DocumentTermMatrix(np.array(counts), [f"w{i}" for i in range(len(counts[0]))])


def _sklearn(inputs: Example) -> Example:
    dtm = _matrix(inputs["counts"])
    n = len(dtm)
    return {
        "idf_no_smooth": measures.inverse_document_frequency("u", dtm.doc_counts, n),
        "idf_smooth": measures.inverse_document_frequency("s", dtm.doc_counts, n),
        "l2_no_smooth": tfidf(dtm, "nuc").matrix.toarray(),
        "l2_smooth": tfidf(dtm, "sklearn").matrix.toarray(),
        "l2_smooth_sublinear": tfidf(dtm, "lsc").matrix.toarray(),
    }


def _document_and_query(inputs: Example) -> Example:
    """Build a collection with these document frequencies, then weight document and query by two codes.

    Only the ratio N / df matters, so a thousandth of the million documents will do.
    """
    words = list(inputs["df"])
    collection = np.zeros((inputs["N"] // 1000, len(words)), dtype=np.int64)
    for column, word in enumerate(words):
        assert inputs["df"][word] % 1000 == 0
        collection[: inputs["df"][word] // 1000, column] = 1
    reference = DocumentTermMatrix(collection, words)
    document = DocumentTermMatrix([[inputs["doc_tf"][word] for word in words]], words)
    query = DocumentTermMatrix([[inputs["query_tf"][word] for word in words]], words)
    with pytest.warns(UserWarning, match="stands in no document"):  # the document alone lacks a term
        d = tfidf(document, "lnc.ltc", log_base=inputs["log_base"]).matrix.toarray()[0]
    q = tfidf(query, "lnc.ltc", log_base=inputs["log_base"], collection=reference).matrix.toarray()[0]
    return {
        "doc_weights": dict(zip(words, d, strict=True)),
        "query_weights": dict(zip(words, q, strict=True)),
        "score": float(d @ q),
    }


def _smart(inputs: Example) -> Example:
    dtm = _matrix(inputs["counts"])
    assert dtm.doc_counts.tolist() == inputs["df"]
    codes = ("ntc", "ltc", "bnn", "nnc", "lnc", "atc", "Ltc", "npn", "ltn")
    return {code: tfidf(dtm, code).matrix.toarray() for code in codes}


def _bm25(inputs: Example) -> Example:
    words = sorted({word for doc in inputs["docs"] for word in doc})
    dtm = DocumentTermMatrix([[doc.count(word) for word in words] for doc in inputs["docs"]], words)
    settings = {"k1": inputs["k1"], "b": inputs["b"], "delta": inputs["delta"]}

    def scores(variant: str) -> np.ndarray[Any, Any]:
        table = bm25_scores(dtm, inputs["query"], variant=variant, **settings).set_index("doc")
        return table.loc[dtm.names, "score"].to_numpy()

    plus = scores("plus")
    # rank_bm25 adds delta * idf for every word of the query, also where it is absent
    query = dtm.vocabulary.ids(inputs["query"])
    absent = dtm.matrix.toarray()[:, query] == 0
    constant = absent @ measures.bm25_idf("plus", dtm.doc_counts, len(dtm))[query] * inputs["delta"]
    assert bm25(dtm, variant="plus", **settings).matrix.nnz == dtm.matrix.nnz
    return {
        "robertson": scores("robertson"),
        "lucene": scores("lucene"),
        "lucene_with_k1p1": scores("lucene7"),
        "bm25plus": plus,
        "bm25plus_rank_bm25_convention": plus + constant,
    }


def _similarities(inputs: Example) -> Example:
    dtm = DocumentTermMatrix([inputs["a"], inputs["b"]], [f"w{i}" for i in range(len(inputs["a"]))])

    def value(measure: str, matrix: DocumentTermMatrix = dtm) -> float:
        return float(similarity(matrix, measure=measure)["value"].iloc[0])

    from textkit.weights import proportions

    return {
        "cosine": value("cosine"),
        "jaccard_binary": value("jaccard"),
        "dice_binary": value("dice"),
        "overlap": value("overlap"),
        "ejaccard": value("extended_jaccard"),
        "ruzicka": value("ruzicka"),
        "jsd_bits": value("jensen_shannon"),
        "js_distance": value("jensen_shannon_distance"),
        "bhattacharyya_coef": float(np.exp(-value("bhattacharyya"))),
        "bhattacharyya_distance": value("bhattacharyya"),
        "hellinger": value("hellinger"),
        "manhattan_rel": value("manhattan", proportions(dtm)),
        "euclidean": value("euclidean"),
        "canberra": value("canberra"),
        "pearson": value("pearson"),
    }


def _deltas(inputs: Example) -> Example:
    percent = 100 * np.array(inputs["counts"]) / np.array(inputs["sizes"])[:, None]
    z = measures.z_scores(percent)
    quadratic = measures.argamon_delta(z)
    return {
        "z": z,
        "burrows": measures.burrows_delta(z),
        "argamon_quadratic": quadratic,
        "argamon_linear_squared": quadratic**2,
        "eder": measures.eder_delta(z),
        "cosine_delta": measures.cosine_delta(z),
        "eder_simple": measures.eder_simple(percent),
    }


COMPUTE: dict[str, Callable[[Example], Example]] = {
    "KEY-01": lambda i: _association(i["table"]),
    "KEY-02": lambda i: _association(i["table"]),
    "KEY-03": lambda i: {"rows": [_association(table) for table in i["tables"]]},
    "KEY-05": lambda i: _keyness_columns(i["a"], i["b"], i["c"], i["d"]),
    "KEY-07": lambda i: _keyness_columns(i["a"], i["b"], i["c"], i["d"]),
    "KEY-08": lambda i: _fisher(i["table"]),
    "KEY-10": lambda i: _small_table(i["table"]),
    "KEY-11": _fightin_words,
    "KEY-13": _simple_maths,
    "KEY-14": _dispersion_aware,
    "KEY-15": _cluster,
    "MT-01": _multiple_testing,
    "TFI-01": _sklearn,
    "TFI-02": _document_and_query,
    "TFI-03": _smart,
    "TFI-06": _bm25,
    "SIM-01": _similarities,
    "SIM-03": _deltas,
}
"""Examples of which every expected key is computed."""

PARTIAL: dict[str, Callable[[Example], Example]] = {"DIS-01": _deviation, "DIS-03": _deviation}
"""Examples of which only the keys returned are computed so far."""


def _check(found: Any, expected: Any, tolerance: Example, where: str) -> None:
    if isinstance(expected, dict):
        for key in expected:
            assert key in found, f"{where} lacks {key!r}"
            _check(found[key], expected[key], tolerance, f"{where}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), where
        for place, (one, other) in enumerate(zip(found, expected, strict=True)):
            _check(one, other, tolerance, f"{where}[{place}]")
    else:
        assert abs(found - expected) <= tolerance["abs"] + tolerance["rel"] * abs(expected), (
            f"{where}: {found!r} is not {expected!r}"
        )


@pytest.fixture(scope="module")
def examples(shared: Path) -> dict[str, Example]:
    text = (shared / "data" / "worked_examples.json").read_text(encoding="utf-8")
    return {example["id"]: example for example in json.loads(text)["examples"]}


@pytest.mark.shared
@pytest.mark.parametrize("name", COMPUTE)
def test_worked_example(name: str, examples: dict[str, Example]) -> None:
    example = examples[name]
    _check(COMPUTE[name](example["inputs"]), example["expected"], example["tolerance"], name)


@pytest.mark.shared
@pytest.mark.parametrize("name", PARTIAL)
def test_part_of_a_worked_example(name: str, examples: dict[str, Example]) -> None:
    example = examples[name]
    found = PARTIAL[name](example["inputs"])
    _check(found, {key: example["expected"][key] for key in found}, example["tolerance"], name)


@pytest.mark.shared
def test_every_example_of_the_finished_families_is_there(examples: dict[str, Example]) -> None:
    finished = ("KEY-", "MT-", "TFI-", "SIM-")
    assert {name for name in examples if name.startswith(finished)} <= set(COMPUTE)
