"""How tomotopy is loaded: when it is missing, and so that the same seed gives the same model."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from types import SimpleNamespace

import pytest

from textkit.errors import TextkitError, TextkitWarning
from textkit.models.dynamic_topics import DynamicTopics
from textkit.models.hdp import HDP
from textkit.models.tomotopy_chain import engine
from textkit.models.topics import fit_topics


@pytest.mark.parametrize("method", [HDP(), DynamicTopics(time="year")])
def test_without_the_library(planted, monkeypatch, method):
    monkeypatch.setitem(sys.modules, "tomotopy", None)
    with pytest.raises(TextkitError) as error:
        fit_topics(planted.dtm, 3, method)
    message = str(error.value)
    assert message.startswith(f"{type(method).__name__} is fitted by the library tomotopy, which is not installed (")
    assert message.endswith("Install it: pip install textkit-zh[tomotopy], or pip install tomotopy.")


@pytest.mark.skipif(find_spec("_tomotopy_sse2") is None, reason="tomotopy has one build only")
def test_the_narrow_build_is_chosen_unless_somebody_chose(monkeypatch):
    assert engine("HDP").isa == "sse2"
    assert "TOMOTOPY_ISA" not in os.environ
    monkeypatch.setitem(sys.modules, "tomotopy", SimpleNamespace(isa="avx512"))
    with pytest.warns(TextkitWarning) as caught:
        engine("HDP")
    assert str(caught[0].message) == (
        "tomotopy was loaded before textkit did it, and computes with avx512: the same random_state may give another "
        "model. Set TOMOTOPY_ISA=sse2 before tomotopy is imported."
    )
