"""Tables as CSV that opens in a spreadsheet: UTF-8, LF, six significant digits, and no cell that is a formula."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd

_QUOTE = '"'
_SPECIAL = re.compile(r'[",\r\n]')
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(table: pd.DataFrame, *, index: bool = False) -> bytes:
    r"""Return a table as bytes; equal tables give equal bytes on every system.

    A text that a spreadsheet would run (``=``, ``+``, ``-``, ``@``, tab or carriage return in front) gets an
    apostrophe. The byte order mark tells spreadsheets that it is UTF-8.

    >>> to_csv(pd.DataFrame({"term": ["=1+1", "网格"], "rate": [1 / 3, 2.0]})).decode("utf-8-sig")
    "term,rate\n'=1+1,0.333333\n网格,2\n"
    """
    frame = table.reset_index() if index else table
    rows = zip(*(frame.iloc[:, place].tolist() for place in range(frame.shape[1])), strict=True)
    lines = [_line([_safe(str(name)) for name in frame.columns])]
    lines += [_line([_cell(value) for value in row]) for row in rows]
    return "".join(lines).encode("utf-8-sig", "replace")


def _line(cells: list[str]) -> str:
    """Join the cells of a row; the csv module would leave a lone carriage return unquoted, and split the row."""
    quoted = [f'"{cell.replace(_QUOTE, _QUOTE * 2)}"' if _SPECIAL.search(cell) else cell for cell in cells]
    return (",".join(quoted) or '""') + "\n"


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return _safe(value)
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (float, np.floating)):
        return _number(float(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    return _safe(str(value))


def _number(value: float) -> str:
    if math.isnan(value):
        return ""
    text = f"{value:.6g}"
    return "0" if text == "-0" else text


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
