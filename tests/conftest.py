"""Fixtures for all tests: the extra test corpora, and a quiet, reproducible plotting backend."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import matplotlib
import pytest
from hypothesis import settings

matplotlib.use("Agg")
# no deadline: shared machines are slow at times; in CI the same examples each time, so that a failure is repeatable
settings.register_profile("textkit", deadline=None, database=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("textkit")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with extra test corpora; tests that use it are marked ``shared``."""
    return Path(os.environ["TEXTKIT_SHARED"])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("TEXTKIT_SHARED"):
        return
    skip = pytest.mark.skip(reason="set TEXTKIT_SHARED to a folder with the extra test corpora to run this")
    for item in items:
        if "shared" in item.keywords:
            item.add_marker(skip)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where the extra corpora are there, everything else has to be there too: a skipped test is a failed one.

    Only what not every machine has is not asked for (the mark ``machine``).
    """
    report = yield
    if report.skipped and os.environ.get("TEXTKIT_SHARED") and "machine" not in item.keywords:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome, report.longrepr = "failed", f"{item.nodeid} would be passed over: {reason}"
    return report
