"""Claims: each row of docs/explanation/verification.md is a check against a known answer, with a negative control.

`make verify` writes the page (PARLEY_VERIFICATION_PAGE names it); otherwise the checks only pass or fail.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim.scenario.load import Loaded, load

HERE = Path(__file__).parent
SCENARIOS = HERE / "scenarios"
FUZZ_FIGURES = HERE.parents[0] / "fuzz" / "figures.json"
ERROR_RATE = 1e-5
SIGMAS = 4.4172  # two-sided, at ERROR_RATE

INTRODUCTION = f"""\
# Verification

`make verify` writes this page from `tests/verification`; do not edit it. Every row is a check against an answer that is
known without parley. *Through* says how parley computed it: `talks` is a run of the model on a textbook scenario,
`compiled` is an ensemble of the compiled engine, other entries name the package. A deliberately wrong rule went through
the same check and failed it: the last two columns name the rule and its result. Statistical checks have fixed seeds and
an error rate of {ERROR_RATE:g} each ({SIGMAS:.2f} standard errors).
"""
ROBUSTNESS = """

## Robustness

These are the figures of the last full fuzz run (`tests/fuzz`; the tests repeat a small part of it each time). parley
either accepts an input or refuses it with one message of its own; anything else is a fault. *Most memory* is the growth
of the process over all inputs. *Files elsewhere* counts files outside the output folder.

"""


@dataclass(frozen=True)
class Claim:
    """One row: what is claimed, whose result it is, the figures, how they were reached, what a wrong rule gave."""

    group: str
    what: str
    source: str
    expected: float
    got: float
    within: float
    through: str
    control: str
    control_got: float


_CLAIMS: list[Claim] = []


@pytest.fixture(scope="module")
def claim() -> Callable[..., None]:
    """Check `got` against `expected` to `within`; the figure of a deliberately wrong rule must miss it."""

    def check(
        group: str,
        what: str,
        source: str,
        expected: float,
        got: float,
        within: float,
        *,
        through: str,
        control: str,
        control_got: float,
    ) -> None:
        assert abs(got - expected) <= within, f"{what}: expected {expected}, got {got}, allowed {within}"
        assert not abs(control_got - expected) <= within, f"{what}: the control ({control}) passes as well"
        _CLAIMS.append(Claim(group, what, source, expected, got, within, through, control, control_got))

    return check


@pytest.fixture
def textbook(tmp_path: Path) -> Callable[[str], Loaded]:
    """A scenario from YAML text that extends the textbook case."""

    def build(text: str) -> Loaded:
        shutil.copy(SCENARIOS / "textbook.yaml", tmp_path)
        path = tmp_path / "case.yaml"
        path.write_text(f"extends: textbook\n{text}", encoding="utf-8")
        return load(path)

    return build


@pytest.fixture(scope="session")
def shipped_case() -> Callable[..., Loaded]:
    """A scenario of the folder beside, with values put at paths."""

    def build(name: str, **changes: object) -> Loaded:
        return load(SCENARIOS / f"{name}.yaml", {key.replace("__", "."): value for key, value in changes.items()})

    return build


def half_width(share: float, n: int) -> float:
    """Allowed distance of a share of n runs from what is expected, at ERROR_RATE."""
    return SIGMAS * math.sqrt(share * (1.0 - share) / n)


@pytest.fixture(scope="session")
def share_within() -> Callable[[float, int], float]:
    """The tolerance of a share, `half_width`."""
    return half_width


def _figure(value: float) -> str:
    return "none" if math.isnan(value) else f"{value:.6g}"


def _rows() -> Iterator[str]:
    yield from INTRODUCTION.splitlines()
    groups = list(dict.fromkeys(claim.group for claim in _CLAIMS))
    for group in groups:
        yield from ("", f"## {group}", "")
        yield "| Claim | Source | Expected | Got | Within | Through | Wrong rule | It gave |"
        yield "|---|---|---|---|---|---|---|---|"
        for c in (claim for claim in _CLAIMS if claim.group == group):
            figures = " | ".join(_figure(value) for value in (c.expected, c.got, c.within))
            yield f"| {c.what} | {c.source} | {figures} | {c.through} | {c.control} | {_figure(c.control_got)} |"
    yield from _fuzz_rows()


def _fuzz_rows() -> Iterator[str]:
    if not FUZZ_FIGURES.is_file():
        return
    figures = json.loads(FUZZ_FIGURES.read_text(encoding="utf-8"))
    yield from ROBUSTNESS.splitlines()
    yield "| Fed to | Inputs | Accepted | Refused | Faults | Longest (s) | Most memory (MB) | Files elsewhere |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, row in sorted(figures.items()):
        counts = " | ".join(f"{row[key]:,}" for key in ("inputs", "taken", "refused", "faults"))
        yield f"| {name} | {counts} | {row['longest']:.2f} | {row['megabytes']:.1f} | {row['stray']} |"


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the page if all passed and one is asked for."""
    page = os.environ.get("PARLEY_VERIFICATION_PAGE")
    if page and exitstatus == 0 and _CLAIMS:
        Path(page).parent.mkdir(parents=True, exist_ok=True)
        Path(page).write_text("\n".join(_rows()) + "\n", encoding="utf-8")
