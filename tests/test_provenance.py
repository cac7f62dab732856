"""What travels with a table, and hashing."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from textkit.provenance import plain, sha256, stamp, versions


def test_a_stamp_is_plain_json() -> None:
    table = stamp(pd.DataFrame(), "keyness", inputs={"dtm": "00"}, n=np.int64(3), words={"b", "a"}, k=np.arange(2))
    note = table.attrs["textkit"]
    assert json.loads(json.dumps(note)) == note
    assert note["settings"] == {"n": 3, "words": ["a", "b"], "k": [0, 1]}
    assert (note["function"], note["inputs"]) == ("keyness", {"dtm": "00"})
    assert {"python", "numpy", "textkit-zh"} <= set(versions())


def test_sets_have_one_order() -> None:
    assert plain(frozenset(["丙", "甲", "乙"])) == ["丙", "乙", "甲"]


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_equal_hash_means_equal_parts(a: list[str], b: list[str]) -> None:
    assert (sha256(*a) == sha256(*b)) == (a == b)
