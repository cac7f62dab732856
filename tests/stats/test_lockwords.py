"""lockwords: equivalence by hand, both measures, and laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from scipy.sparse import csr_array

from textkit.errors import ArgumentError, EmptyError, TextkitWarning, UnknownNameError
from textkit.matrix import DocumentTermMatrix
from textkit.stats.keyness import keyness
from textkit.stats.lockwords import COLUMNS, lockwords

DTM = DocumentTermMatrix([[500, 10, 490], [510, 30, 460]], ["的", "信访", "其他"])


def _many(m: int = 40, ratio: float = 1.0) -> DocumentTermMatrix:
    rng = np.random.default_rng(2)
    means = np.full((m, 200), 20.0)
    means[: m // 2] *= ratio
    counts = rng.negative_binomial(5, 5 / (5 + means))
    return DocumentTermMatrix(csr_array(np.hstack([counts, np.full((m, 1), 500_000)])), [f"w{i}" for i in range(201)])


def test_tokens_by_hand() -> None:
    table = lockwords(DTM, 0, measure="log_ratio")
    assert list(table.columns) == COLUMNS
    row = table.set_index("term").loc["的"]
    effect, se = np.log2(500 / 510), np.sqrt(1 / 500 - 1 / 1000 + 1 / 510 - 1 / 1000) / np.log(2)
    z = stats.norm.ppf(0.95)
    assert row["ci_low"] == pytest.approx(effect - z * se)
    assert row["score"] == pytest.approx(0.5 - (z * se - effect))
    assert row["p_value"] == pytest.approx(max(stats.norm.sf((effect + 0.5) / se), stats.norm.cdf((effect - 0.5) / se)))
    assert row["pct_diff"] == pytest.approx(100 * (500 / 510 - 1))
    assert row["locked"] and not table.set_index("term").loc["信访", "locked"]
    assert table.attrs["textkit"]["unit"] == "token"


def test_documents_are_the_interval_of_keyness() -> None:
    dtm = _many()
    table = lockwords(dtm, list(range(20))).set_index("term")
    same = keyness(dtm, list(range(20)), measure="robust", confidence=0.9).set_index("term").loc[table.index]
    for name in ("effect", "ci_low", "ci_high", "n_target", "range_reference", "flag"):
        pd.testing.assert_series_equal(table[name], same[name])
    assert table.attrs["textkit"]["unit"] == "document"
    assert (table["locked"] == ((table["ci_low"] > -0.5) & (table["ci_high"] < 0.5))).all()
    assert (table["locked"] == (table["p_value"] < 0.05)).all(), "the two one-sided tests at 5 %"
    assert 0.2 < table["locked"].mean() < 0.8


def test_a_true_difference_of_the_margin_is_locked_in_five_per_cent() -> None:
    """At the edge of the margin the test errs as often as it says."""
    table = lockwords(_many(60, 2**0.5), list(range(30))).set_index("term").drop("w200")
    assert 0.01 <= table["locked"].mean() <= 0.09


def test_the_margin_is_what_counts_as_none() -> None:
    wide, narrow = (lockwords(DTM, 0, measure="log_ratio", margin=m)["locked"].sum() for m in (1.0, 0.01))
    assert (wide, narrow) == (2, 0)


def test_auto_falls_back() -> None:
    with pytest.warns(
        TextkitWarning, match="^measure='auto' fell back to 'log_ratio': a test with documents"
    ) as warned:
        table = lockwords(DTM, 0)
    assert warned[0].filename == __file__
    assert table.attrs["textkit"]["settings"]["measure"] == "log_ratio"
    with pytest.warns(TextkitWarning, match="the reference is a list"):
        listed = lockwords(DTM, 0, {"的": 510, "信访": 30}, reference_size=1000)
    assert listed["range_reference"].isna().all()
    assert listed.set_index("term").loc["的", "ci_low"] == pytest.approx(table.set_index("term").loc["的", "ci_low"])


def test_messages() -> None:
    with pytest.raises(ArgumentError, match="^margin must be a finite number above 0, got 0"):
        lockwords(DTM, 0, margin=0)
    with pytest.raises(UnknownNameError, match="^unknown measure 'g2'. Available: 'auto', 'robust', 'log_ratio'"):
        lockwords(DTM, 0, measure="g2")
    with pytest.raises(EmptyError, match="^no term of 3 passes min_count=5000"):
        lockwords(DTM, 0, measure="log_ratio", min_count=5000)
    with pytest.raises(ArgumentError, match="^measure='robust' needs at least 3 documents"):
        lockwords(DTM, 0, measure="robust")


@settings(max_examples=30)
@given(hnp.arrays(np.int64, (8, 3), elements=st.integers(0, 30)), st.permutations(range(4)))
def test_laws(counts: np.ndarray, order: list[int]) -> None:
    counts[:, 0] += 1
    dtm = DocumentTermMatrix(counts, list("abc"))
    filters = {"measure": "robust", "min_count": 1, "min_range": 1}
    one = lockwords(dtm, [0, 1, 2, 3], **filters)  # type: ignore[arg-type]
    back = lockwords(dtm, [4, 5, 6, 7], **filters).set_index("term").loc[one["term"]]  # type: ignore[arg-type]
    np.testing.assert_allclose(one["ci_low"], -back["ci_high"], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(one["p_value"], back["p_value"], rtol=1e-6, atol=1e-9)
    turned = DocumentTermMatrix(np.vstack([counts[:4][order], counts[4:]]), list("abc"))
    pd.testing.assert_frame_equal(one, lockwords(turned, [0, 1, 2, 3], **filters), rtol=1e-9)  # type: ignore[arg-type]
