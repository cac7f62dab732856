"""rank_turbulence: by hand, against another program, and laws."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from textkit.errors import ArgumentError
from textkit.matrix import DocumentTermMatrix
from textkit.stats.rank_turbulence import COLUMNS, rank_turbulence


def _divergence(table: pd.DataFrame) -> float:
    return float(table.attrs["textkit"]["divergence"])


def test_by_hand() -> None:
    # ranks 1, 2, 3 and 2, 1, 3; alpha 1: 2 |1/r1 - 1/r2|^(1/2); alone each word stands against rank 3 + 3/2
    table = rank_turbulence(DocumentTermMatrix([[9, 5, 1], [5, 9, 1]], ["a", "b", "c"]), 0, alpha=1)
    assert list(table.columns) == COLUMNS
    alone = 2 * sum(2 * math.sqrt(1 / r - 1 / 4.5) for r in (1, 2, 3))
    each = 2 * math.sqrt(0.5) / alone
    assert table["term"].tolist() == ["a", "c", "b"]
    assert table["score"].tolist() == pytest.approx([each, 0, -each])
    assert table["contribution"].tolist() == pytest.approx([0.5, 0, 0.5])
    assert _divergence(table) == pytest.approx(2 * each)
    assert table.attrs["textkit"]["target_share"] == pytest.approx(0.5)


def test_absent_words_are_tied_behind_the_others() -> None:
    # target has a, b; reference has b, c, d: a's rank there is (4 + 4) / 2, c and d share 3.5 in the target
    table = rank_turbulence(DocumentTermMatrix([[3, 1, 0, 0], [0, 5, 2, 2]], list("abcd")), 0).set_index("term")
    assert table.loc[list("abcd"), "rank_target"].tolist() == [1, 2, 3.5, 3.5]
    assert table.loc[list("abcd"), "rank_reference"].tolist() == [4, 1, 2.5, 2.5]


def test_against_another_program() -> None:
    """The two orders of letters of the README of jkbren/rank-turbulence-divergence, alpha 1: 0.45924793111057804."""
    first, second = "aecbfgd", "baedcfg"
    counts = [[7 - order.index(letter) for letter in "abcdefg"] for order in (first, second)]
    table = rank_turbulence(DocumentTermMatrix(counts, list("abcdefg")), 0, alpha=1.0)
    assert _divergence(table) == pytest.approx(0.45924793111057804, rel=1e-12)


@pytest.mark.parametrize("alpha", [0, 0.1, 1 / 3, 1, 5, math.inf])
def test_equal_and_disjoint(alpha: float) -> None:
    equal = rank_turbulence(DocumentTermMatrix([[3, 2, 1], [30, 20, 10]], list("abc")), 0, alpha=alpha)
    assert _divergence(equal) == 0
    assert equal["contribution"].isna().all() and (equal["score"] == 0).all()
    falling = np.arange(400, 0, -1)
    none = np.zeros(400, dtype=int)
    apart = DocumentTermMatrix(
        [np.concatenate([falling, none]), np.concatenate([none, falling])], [f"w{i}" for i in range(800)]
    )
    assert _divergence(rank_turbulence(apart, 0, alpha=alpha)) == pytest.approx(1, rel=2e-3)


def test_limits_of_alpha() -> None:
    dtm = DocumentTermMatrix([[9, 5, 3, 1], [1, 9, 0, 2]], list("abcd"))
    for near, limit in ((1e-7, 0), (1e3, math.inf)):
        one, other = (rank_turbulence(dtm, 0, alpha=a).set_index("term") for a in (near, limit))
        np.testing.assert_allclose(one.loc[other.index, "score"], other["score"], atol=2e-3)
    assert rank_turbulence(dtm, 0, alpha=math.inf).attrs["textkit"]["settings"]["alpha"] == "inf"


def test_a_list_and_messages() -> None:
    dtm = DocumentTermMatrix([[9, 5, 1], [5, 9, 1]], ["a", "b", "c"])
    inside, listed = rank_turbulence(dtm, 0), rank_turbulence(dtm, 0, {"b": 9, "a": 5, "c": 1})
    pd.testing.assert_frame_equal(inside, listed)
    for wrong in (-0.1, "third", math.nan, None, True):
        with pytest.raises(ArgumentError) as caught:
            rank_turbulence(dtm, 0, alpha=wrong)  # type: ignore[arg-type]
        assert str(caught.value) == f"alpha must be a number of at least 0, or infinity, got {wrong!r}."


@given(hnp.arrays(np.int64, (2, 6), elements=st.integers(0, 9)), st.sampled_from([0, 1 / 3, 1, math.inf]))
def test_laws(counts: np.ndarray, alpha: float) -> None:
    counts[:, 0] += 1
    dtm = DocumentTermMatrix(counts, list("abcdef"))
    one, back = rank_turbulence(dtm, 0, alpha=alpha), rank_turbulence(dtm, 1, alpha=alpha)
    back = back.set_index("term").loc[one["term"]]
    np.testing.assert_allclose(one["score"], -back["score"], atol=1e-12)
    assert _divergence(one) == pytest.approx(one["score"].abs().sum())
    assert 0 <= _divergence(one) <= 1.2
    triple = rank_turbulence(DocumentTermMatrix(counts * [[3], [7]], list("abcdef")), 0, alpha=alpha)
    of_ranks = ["term", "rank_target", "rank_reference", "score", "contribution"]
    same, other = (table[of_ranks].sort_values("term", ignore_index=True) for table in (one, triple))
    pd.testing.assert_frame_equal(same, other)
