"""Tables as CSV: six digits, LF, UTF-8 with a mark, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from textkit.report.csvs import to_csv


def lines(table: pd.DataFrame, *, index: bool = False) -> list[str]:
    return to_csv(table, index=index).decode("utf-8-sig").split("\n")


def test_numbers_and_missing_values() -> None:
    table = pd.DataFrame(
        {
            "i": np.array([1, 2], dtype=np.int64),
            "f": [1 / 3, -0.0],
            "big": [1234567.0, np.inf],
            "none": [None, pd.NA],
            "nan": [np.nan, 5e-324],
            "yes": [True, False],
        }
    )
    assert lines(table) == [
        "i,f,big,none,nan,yes",
        "1,0.333333,1.23457e+06,,,True",
        "2,0,inf,,4.94066e-324,False",
        "",
    ]


def test_formulas_are_texts_and_negative_numbers_stay_numbers() -> None:
    table = pd.DataFrame({"=1": ["=2+3", "+1", "-1", "@x", "\ty", "plain"], "n": [-1, -2, -3, -4, -5, -6]})
    assert lines(table) == ["'=1,n", "'=2+3,-1", "'+1,-2", "'-1,-3", "'@x,-4", "'\ty,-5", "plain,-6", ""]


def test_the_mark_tells_spreadsheets_that_it_is_utf8() -> None:
    assert to_csv(pd.DataFrame({"词": ["网格"]})) == b"\xef\xbb\xbf" + "词\n网格\n".encode()


def test_row_names_where_they_matter() -> None:
    table = pd.DataFrame([[1.0, 0.5]], columns=["a", "b"], index=pd.Index(["a"], name="doc"))
    assert lines(table, index=True) == ["doc,a,b", "a,1,0.5", ""]


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=8), max_size=5))
def test_reading_back_gives_the_texts_and_never_a_formula(texts: list[str]) -> None:
    data = to_csv(pd.DataFrame({"t": pd.Series(texts, dtype=object)})).decode("utf-8-sig")
    rows = [row[0] if row else "" for row in csv.reader(io.StringIO(data, newline=""))][1:]
    assert not any(row.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows)
    assert [
        row.removeprefix("'") if not text.startswith("'") else row for row, text in zip(rows, texts, strict=True)
    ] == texts
