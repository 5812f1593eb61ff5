"""What every test shares: the markers of whole folders, and repeatable generated cases."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

_FOLDER_MARKERS = {"verification": "verification", "benchmarks": "benchmark"}
_HERE = Path(__file__).parent

# The same cases every time and no verdict from a clock; `--hypothesis-profile=fuzz` draws many new ones.
settings.register_profile(
    "parley", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "fuzz", max_examples=100_000, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("parley")


@pytest.fixture(scope="session", autouse=True)
def compile_first() -> None:
    """Compile the engine before the first of many tests; a few tests, in this process, compile what they call."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        from sim.compiled.precompile import precompile
        from sim.results.plan import plan

        precompile(plan("river-border", 1).problem)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in tests/verification and tests/benchmarks."""
    for item in items:
        folder = item.path.relative_to(_HERE).parts[0]
        if folder in _FOLDER_MARKERS:
            item.add_marker(_FOLDER_MARKERS[folder])
