"""The first plot of a notebook starts its backend, which switches interactive mode on; it must stay on."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

BACKEND = """
import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas
matplotlib.interactive(True)
"""
SCRIPT = """
import matplotlib, pandas as pd
from textkit.plots.{module} import plot_{module}
table = pd.DataFrame({{"group": "all", "term": ["甲", "乙"], "count": [2, 1], "rate": [2.0, 1.0]}})
plot_{module}(table)
assert matplotlib.is_interactive()
"""


@pytest.mark.parametrize("module", ["frequency", "wordcloud"])
def test_later_figures_of_a_notebook_are_shown_too(tmp_path, module):
    (tmp_path / "notebook_like.py").write_text(BACKEND)
    environment = {**os.environ, "MPLBACKEND": "module://notebook_like", "PYTHONPATH": str(tmp_path)}
    script = SCRIPT.format(module=module)
    assert subprocess.run([sys.executable, "-c", script], env=environment, check=False).returncode == 0
