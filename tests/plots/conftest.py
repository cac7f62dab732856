"""Small tables, one for each plot, with the columns that the statistics promise."""

from __future__ import annotations

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


def shares_table(topics=3, groups=("甲", "乙")):
    rows = [(group, k + 1, 1 / topics, 4) for group in groups for k in range(topics)]
    return pd.DataFrame(rows, columns=["group", "topic", "share", "n_docs"])


_TABLES = {name.removesuffix("_table"): maker for name, maker in list(globals().items()) if name.endswith("_table")}


@pytest.fixture(scope="session")
def make():
    """Return a table for a plot: ``make("frequency", terms=[...])``."""
    return lambda name, **options: _TABLES[name](**options)
