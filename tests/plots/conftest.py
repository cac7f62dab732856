"""Small tables, one for each plot, with the columns that the statistics promise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


def frequency_table(terms=("工作", "网格", "信访"), groups=("all",)):
    rows = [
        (group, term, 10 * (i + 1) + j, 1000.0 * (i + 1) + 100 * j, 1, 1.0, i + 1)
        for j, group in enumerate(groups)
        for i, term in enumerate(terms)
    ]
    return pd.DataFrame(rows, columns=["group", "term", "count", "rate", "docs", "docs_share", "rank"])


def keyness_table(terms=("网格", "综治", "信访", "维稳")):
    n = len(terms)
    effect = [3.0 - 6.0 * i / (n - 1) for i in range(n)] if n > 1 else [1.0]
    return pd.DataFrame(
        {
            "term": terms,
            "n_target": range(n),
            "n_reference": range(n, 0, -1),
            "rate_target": 1.0,
            "rate_reference": 1.0,
            "score": [4 * e for e in effect],
            "effect": effect,
            "ci_low": [e - 1.5 for e in effect],
            "ci_high": [e + 1.5 for e in effect],
            "p_value": 0.01,
            "q_value": 0.02,
            "range_target": 1,
            "range_reference": 1,
            "dp_target": 0.1,
            "flag": ["zero_adjusted"] + [""] * (n - 1),
        }
    )


def top_terms_table(terms=("创新", "民调", "信访"), docs=("甲", "乙")):
    rows = [(doc, i + 1, term, 0.9 - 0.2 * i) for doc in docs for i, term in enumerate(terms)]
    return pd.DataFrame(rows, columns=["doc", "rank", "term", "weight"])


def topic_terms_table(terms=("创新", "民调", "信访"), topics=(1, 2)):
    table = top_terms_table(terms, topics).rename(columns={"doc": "topic"})
    return table.assign(probability=table["weight"])


def matrix_table(names=("甲", "乙", "丙")):
    # the first two are alike, every other document less and less
    n = len(names)
    values = [[1.0 if i == j else (0.9 if i + j == 1 else 0.5 / (1 + i + j)) for j in range(n)] for i in range(n)]
    return pd.DataFrame(values, index=list(names), columns=list(names))


def occurrences_table(terms=("网格", "信访"), docs=("甲", "乙")):
    rows = [
        (doc, term, 10 * i + j, 20 * i, 20 * i + 2, 100, (10 * i + j) / 100)
        for term in terms
        for j, doc in enumerate(docs)
        for i in range(3)
    ]
    return pd.DataFrame(rows, columns=["doc", "term", "position", "start", "stop", "n_tokens", "place"])


def trend_table(terms=("改革", "创新"), groups=(2019, 2020, 2021)):
    rows = [
        (group, term, 5, 1000, 1000.0 * (i + 1) + 50 * j, 500.0, 4000.0)
        for j, group in enumerate(groups)
        for i, term in enumerate(terms)
    ]
    return pd.DataFrame(rows, columns=["group", "term", "count", "total", "rate", "ci_low", "ci_high"])


def shares_table(topics=3, groups=("甲", "乙"), sure=False):
    rows = [(group, k + 1, 1 / topics, 4) for group in groups for k in range(topics)]
    table = pd.DataFrame(rows, columns=["group", "topic", "share", "n_docs"])
    return table.assign(ci_low=table["share"] - 0.1, ci_high=table["share"] + 0.1) if sure else table


def effects_table(terms=("town[T.乙]", "year"), topics=2):
    rows = [(topic, term) for topic in range(1, topics + 1) for term in terms]
    estimate = np.linspace(-0.3, 0.3, len(rows))
    return pd.DataFrame(rows, columns=["topic", "term"]).assign(
        estimate=estimate, q_value=0.01, ci_low=estimate - 0.1, ci_high=estimate + 0.1
    )


def perspectives_table(terms=("网格", "信访", "工作")):
    a = np.linspace(0.1, 0.01, len(terms))
    return pd.DataFrame({"term": list(terms), "probability_a": a, "probability_b": a[::-1], "difference": a - a[::-1]})


def collocates_table(words=("社会", "基层", "现代化")):
    n = len(words)
    return pd.DataFrame(
        {
            "node": "治理",
            "collocate": list(words),
            "f_xy": range(10, 10 + n),
            "log_dice": np.linspace(11.5, 9.0, n),
            "range": range(n, 0, -1),
            "left": [float(i) for i in range(n)],
            "right": [10.0] * n,
            "ci_low": np.linspace(10.0, 8.0, n),
            "ci_high": np.linspace(12.0, 10.0, n),
        }
    )


def pairs_table(links=(("社会", "治理", 30.0), ("社会", "创新", 12.0), ("产业", "升级", 9.0))):
    return pd.DataFrame(links, columns=["a", "b", "weight"])


def volcano_table(n=12):
    rng = np.random.default_rng(0)
    effect = np.linspace(-5, 5, n)
    return pd.DataFrame(
        {
            "term": [f"词{i}" for i in range(n)],
            "n_target": rng.integers(1, 50, n),
            "n_reference": rng.integers(1, 50, n),
            "score": 20 * effect,
            "effect": effect,
            "p_value": 10.0 ** -np.abs(4 * effect),
            "q_value": 10.0 ** -np.abs(3 * effect),
        }
    )


def deltas_table(names=("甲", "乙", "丙", "丁")):
    rows = [
        (a, b, 0.2 if i // 2 == j // 2 else 1.0 + 0.1 * j)
        for i, a in enumerate(names)
        for j, b in enumerate(names[i + 1 :], i + 1)
    ]
    return pd.DataFrame(rows, columns=["doc_a", "doc_b", "value"])


def consensus_table(names=("甲", "乙", "丙")):
    a, b, c = names
    return pd.DataFrame(
        [
            (1, np.nan, np.nan, 3, 1.0),
            (2, 1, np.nan, 2, 0.8),
            (3, 2, a, 1, 1.0),
            (4, 2, b, 1, 1.0),
            (5, 1, c, 1, 1.0),
        ],
        columns=["node", "parent", "doc", "n_docs", "support"],
    )


def diversity_table(groups=("甲", "乙", "丙")):
    rows = [
        (group, measure, base + j, base + j - 0.5, base + j + 0.7, "")
        for measure, base in (("mattr", 0.0), ("mtld", 10.0))
        for j, group in enumerate(groups)
    ]
    return pd.DataFrame(rows, columns=["group", "measure", "value", "ci_low", "ci_high", "flag"])


def readability_table(docs=("甲", "乙", "丙")):
    rows = [
        (doc, feature, 10.0 + i + k, -1.0 + i + 0.1 * k)
        for i, doc in enumerate(docs)
        for k, feature in enumerate(("chars_per_sentence", "mattr"))
    ]
    return pd.DataFrame(rows, columns=["doc", "feature", "value", "z"])


def dispersions_table(terms=("网格", "信访", "维稳", "综治", "改革")):
    n = len(terms)
    return pd.DataFrame(
        {
            "term": list(terms),
            "count": [10 * 3**i for i in range(n)],
            "score": [0.9, 0.1, 0.8, 0.3, 0.5][:n],
            "ci_low": np.nan,
            "ci_high": np.nan,
        }
    )


def entropy_table(groups=("甲", "乙", "丙")):
    h = np.linspace(7, 8, len(groups))
    return pd.DataFrame(
        {
            "group": list(groups),
            "entropy": h,
            "miller_madow": h + 0.2,
            "chao_shen": h + 0.5,
            "ci_low": h - 0.1,
            "ci_high": h + 0.4,
        }
    )


def heaps_table(groups=("甲", "乙")):
    n = np.array([10, 100, 1000, 5000])
    blocks = [
        pd.DataFrame(
            {
                "group": group,
                "n_tokens": n,
                "n_types": (3 + i) * n**0.6,
                "low": (2.8 + i) * n**0.6,
                "high": (3.2 + i) * n**0.6,
                "fitted": (3.05 + i) * n**0.6,
            }
        )
        for i, group in enumerate(groups)
    ]
    return pd.concat(blocks, ignore_index=True)


def zipf_table(groups=("甲", "乙")):
    rank = np.arange(1, 51)
    blocks = [
        pd.DataFrame(
            {
                "group": group,
                "rank": rank,
                "term": [f"词{i}" for i in rank],
                "count": (1000 + 100 * i) // rank,
                "zipf": 1000 / rank,
                "mandelbrot": 1100 / (rank + 0.2),
            }
        )
        for i, group in enumerate(groups)
    ]
    return pd.concat(blocks, ignore_index=True)


def agreement_table(names=("percent", "krippendorff", "cohen")):
    value = np.linspace(0.9, 0.7, len(names))
    return pd.DataFrame(
        {
            "coefficient": list(names),
            "value": value,
            "se": 0.05,
            "ci_low": value - 0.1,
            "ci_high": value + 0.05,
            "n_units": 40,
        }
    )


def confusion_table(categories=("民生", "治理", "发展")):
    rows = [("甲", "乙", a, b, a == b, 9 if a == b else 1 + i) for i, a in enumerate(categories) for b in categories]
    return pd.DataFrame(rows, columns=["coder_a", "coder_b", "value_a", "value_b", "agree", "count"])


def lookup_table(groups=("甲", "乙"), categories=("治理", "民生")):
    rows = [
        (group, category, 100.0 * (i + 1) + 10 * j, 50.0 * (i + 1), 180.0 * (i + 1))
        for j, group in enumerate(groups)
        for i, category in enumerate(categories)
    ]
    return pd.DataFrame(rows, columns=["group", "category", "rate", "ci_low", "ci_high"])


def effect_sizes_table(terms=("网格", "综治", "信访", "维稳")):
    n = len(terms)
    effect = np.linspace(3.0, -3.0, n)
    return pd.DataFrame(
        {
            "term": list(terms),
            "n_target": range(1, n + 1),
            "n_reference": range(n, 0, -1),
            "z": 2 * effect,
            "log_ratio": effect,
            "ci_low": effect - 1.5,
            "ci_high": effect + 1.5,
            "log_odds": 0.8 * effect,
            "phi": 0.1 * effect,
        }
    )


def lockwords_table(terms=("的", "工作", "信访")):
    n = len(terms)
    score = np.linspace(0.4, -0.5, n)
    return pd.DataFrame(
        {
            "term": list(terms),
            "n_target": range(90, 90 - n, -1),
            "n_reference": range(80, 80 + n),
            "score": score,
            "effect": 0.1 * score,
            "ci_low": 0.1 * score - 0.5 + score,
            "ci_high": 0.1 * score + 0.5 - score,
            "locked": score > 0,
        }
    )


def divergences_table(groups=("甲", "乙", "丙")):
    rows = [
        (p, q, 0.3 + 0.1 * i + 0.2 * j, 0.2, 0.9) for i, p in enumerate(groups) for j, q in enumerate(groups) if p != q
    ]
    return pd.DataFrame(rows, columns=["p", "q", "divergence", "ci_low", "ci_high"])


def kl_terms_table(terms=("网格", "综治", "信访", "维稳")):
    n = len(terms)
    score = np.linspace(0.05, -0.02, n)
    return pd.DataFrame(
        {
            "term": list(terms),
            "n_target": range(n, 0, -1),
            "n_reference": range(1, n + 1),
            "score": score,
            "ci_low": score - 0.01,
            "ci_high": score + 0.03,
        }
    )


def duplicates_table(docs=("甲", "乙", "丙", "丁", "戊")):
    a, b, c, d, e = docs
    return pd.DataFrame(
        [
            (a, b, 0.9, 0.95, 0.92, 1, b),
            (b, c, 0.6, 0.7, 0.8, 1, b),
            (d, e, 0.8, 1.0, 0.8, 2, e),
        ],
        columns=["doc_a", "doc_b", "jaccard", "containment_a_in_b", "containment_b_in_a", "group", "keep"],
    )


def attributed_table(docs=("文一", "文二", "文三"), authors=("甲", "乙")):
    one, other = authors
    return pd.DataFrame(
        {
            "doc": list(docs),
            "actual": [one, other, None],
            "predicted": [one, one, other],
            "distance": [0.4, 0.7, 0.8],
            "runner_up": [other, other, one],
            "distance_runner_up": [1.2, 0.8, 1.1],
            "correct": [1.0, 0.0, np.nan],
        }
    )


def compared_table(names=("甲", "乙", "丙")):
    value = np.linspace(0.9, 0.5, 3)
    pairs = [(names[0], names[1]), (names[0], names[2]), (names[1], names[2])]
    made = pd.DataFrame(pairs, columns=["doc_a", "doc_b"])
    return made.assign(value=value, ci_low=value - 0.1, ci_high=value + 0.05)


def collocations_table(ngrams=("社会 治理", "基层 干部", "中国 特色")):
    n = len(ngrams)
    value = np.linspace(12.5, 9.0, n)
    return pd.DataFrame(
        {
            "ngram": list(ngrams),
            "n": 2,
            "count": range(20, 20 + n),
            "range": range(n, 0, -1),
            "g2": 10 * value,
            "ci_low": 10 * value - 5,
            "ci_high": 10 * value + 8,
        }
    )


def agreed_table(categories=("民生", "治理", "发展")):
    alpha = np.linspace(0.9, 0.5, len(categories))
    return pd.DataFrame(
        {
            "category": list(categories),
            "count": range(9, 9 + len(categories)),
            "agreement": alpha + 0.05,
            "alpha": alpha,
            "ci_low": alpha - 0.2,
            "ci_high": alpha + 0.08,
        }
    )


def given_table(authors=("甲", "乙")):
    rows = [(a, b, 9 if a == b else 2, 0.5) for a in authors for b in authors]
    return pd.DataFrame(rows, columns=["actual", "predicted", "n", "share"])


_TABLES = {name.removesuffix("_table"): maker for name, maker in list(globals().items()) if name.endswith("_table")}


@pytest.fixture(scope="session")
def make():
    """Return a table for a plot: ``make("frequency", terms=[...])``."""
    return lambda name, **options: _TABLES[name](**options)
