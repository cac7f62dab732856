"""The comparison report: `compare` and what it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as _lazy

if TYPE_CHECKING:
    from textkit.report.comparison import Comparison as Comparison
    from textkit.report.comparison import compare as compare

__getattr__, __dir__, __all__ = _lazy.attach(__name__, submod_attrs={"comparison": ["Comparison", "compare"]})
