"""Keyness of several groups: each row is the comparison of one group with all the others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from textkit.selection import groups
from textkit.tracing import keyness
from textkit.tracing.case import Case, Explained
from textkit.tracing.wording import Words


def explain(case: Case) -> Explained:
    """Explain a row of `textkit.keyness_groups`: as a row of `textkit.keyness` whose target is the group."""
    record = case.record("group", "term")
    group = record["group"]
    found = keyness.explain(
        replace(
            case,
            table=case.table[case.table["group"] == group],
            row=str(record["term"]),
            settings=dict(case.settings) | _sides(case, group),
        )
    )
    derivation = found.derivation
    derivation.title += Words(f"（{group} 与其余）", f" ({group} and the rest)")
    derivation.note(
        "目标是这一组，参照是其余各组的全部文档；q_value 对整张表的所有检验一起校正。",
        "The target is this group, the reference all documents of the others; q_value allows for all tests of the "
        "whole table.",
    )
    return found


def _sides(case: Case, group: Any) -> dict[str, Any]:
    """Return the settings of the one comparison; which documents are on which side is known if they were given."""
    settings: dict[str, Any] = {"target": group, "reference": None}
    if not case.sources.given:
        return settings
    docs = case.sources.matrix("dtm")._docs if "dtm" in case.sources.inputs else case.sources.words().docs
    codes, values = groups(docs, case.settings["by"])
    place = [str(value) for value in values].index(str(group))
    for name, rows in (("target", codes == place), ("reference", (codes >= 0) & (codes != place))):
        settings[f"{name}_rows"] = ",".join(map(str, np.flatnonzero(rows)))
    return settings
