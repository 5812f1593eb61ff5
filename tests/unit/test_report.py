"""The report: valid HTML with everything inside, from each kind of folder; refusals in one message."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.ensemble import plan
from sim.errors import ParleyError
from sim.report.document import report, write_report
from sim.store import write_ensemble

html5lib = pytest.importorskip("html5lib", reason="html5lib is not installed (extra `dev`)")


def validated(text: str) -> str:
    """The text, after a strict parser took it without a complaint."""
    html5lib.HTMLParser(strict=True).parse(text)
    return text


def outside(text: str) -> list[str]:
    """Addresses a browser would ask for."""
    return [url for url in re.findall(r'(?:src|href)="([^"]*)"', text) if not url.startswith(("data:", "#"))]


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "run"
    write_ensemble(plan("river-border", 60, 1), folder, figures=("svg",))
    return folder


def test_report_of_a_run(run_folder: Path) -> None:
    text = validated(report(run_folder))
    assert outside(text) == []
    assert text.count("<img ") == 4
    assert all(alt for alt in re.findall(r'<img alt="([^"]*)"', text))
    for words in (
        "no forecast",
        "60 runs",
        "seed 1",
        "How to read this",
        "What is assumed",
        "River border",
        "fingerprint",
    ):
        assert words in text, words


def test_report_of_a_comparison(tmp_path: Path) -> None:
    from experiments.compare import compare_scenarios

    found = compare_scenarios(["river-border", "river-border,calendar.horizon=60"], n=60, seed=1)
    found.frame.to_csv(tmp_path / "differences.csv", index=False)
    text = validated(report(tmp_path))
    assert "settled exchange" in text or "settled_exchange" in text
    assert "no forecast" in text


def test_report_of_a_sweep(tmp_path: Path) -> None:
    from experiments.sweep import run_sweep

    asked = {"experiment": "x", "scenario": "river-border", "runs": 20, "factors": {"calendar.horizon": [60, 180]}}
    run_sweep(asked, tmp_path / "sweep")
    text = validated(report(tmp_path / "sweep"))
    assert "calendar.horizon" in text
    assert "no forecast" in text


FIT = """# Talks < and & crises

Conditional on the model.

## Checks

Ranks uniform: a < b & c.

| parameter | low |  |
| --- | --- | --- |
| k0 | 0.12 | informed |
| <script>alert(1)</script> | 0.2 |  |
"""


def test_report_of_a_fit(tmp_path: Path) -> None:
    (tmp_path / "checks.json").write_text("{}", encoding="utf-8")
    (tmp_path / "report.md").write_text(FIT, encoding="utf-8")
    text = validated(report(tmp_path))
    assert "<h1>Talks &lt; and &amp; crises</h1>" in text
    assert "<h2>Checks</h2>\n<p>Ranks uniform: a &lt; b &amp; c.</p>" in text
    assert '<th scope="col">low</th><th scope="col"></th>' in text
    assert "<td>k0</td><td>0.12</td><td>informed</td>" in text
    assert "<script>" not in text


def test_a_fit_without_its_report_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "checks.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ParleyError, match=r"report.md cannot be read: No such file"):
        report(tmp_path)


def test_refusals(tmp_path: Path, run_folder: Path) -> None:
    with pytest.raises(ParleyError, match="is no folder"):
        report(tmp_path / "absent")
    with pytest.raises(ParleyError, match="holds no results"):
        report(tmp_path)
    out = tmp_path / "report.html"
    write_report(run_folder, out)
    with pytest.raises(ParleyError, match="is there already"):
        write_report(run_folder, out)
    write_report(run_folder, out, force=True)


def test_control_the_validator_sees_a_fault() -> None:
    with pytest.raises(html5lib.html5parser.ParseError):
        validated('<!DOCTYPE html><html lang="en"><head><title>x</title></head><body><table><p>y</table></body></html>')
