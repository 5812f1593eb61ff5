"""The verbs sweep, compare, sensitivity and discover, and the page on reading a sweep's tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from experiments.results import load
from sim.cli import app

ROOT = Path(__file__).resolve().parents[2]
MINE = """\
experiment: mine
scenario: river-border
runs: 60
factors:
  venues.lake_hall.insulation: [0.1, 0.9]
"""


def parley(*arguments: str) -> Result:
    """Run one command in this process."""
    return CliRunner().invoke(app, list(arguments))


def test_sweep_writes_goes_on_and_refuses_a_change(tmp_path: Path) -> None:
    mine, out = tmp_path / "mine.yaml", str(tmp_path / "out")
    mine.write_text(MINE, encoding="utf-8")
    first = parley("sweep", str(mine), "-o", out, "--workers", "1")
    assert first.exit_code == 0 and "2 points, 120 runs" in first.output
    assert parley("sweep", str(mine), "-o", out).exit_code == 0
    changed = parley("sweep", str(mine), "-o", out, "--runs", "61")
    assert changed.exit_code == 2 and "experiment.runs: 60 → 61" in changed.output


def test_sweep_names_the_nearest_path_and_the_failed_points(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(MINE.replace("insulation", "insolation"), encoding="utf-8")
    wrong = parley("sweep", str(mine), "-o", str(tmp_path / "out"))
    assert wrong.exit_code == 2 and "did you mean `venues.lake_hall.insulation`" in wrong.output
    assert not (tmp_path / "out").exists()
    mine.write_text(MINE.replace("0.9", "9"), encoding="utf-8")
    partly = parley("sweep", str(mine), "-o", str(tmp_path / "partly"))
    assert partly.exit_code == 0 and "point 1 failed: ScenarioError" in partly.output


def test_compare_prints_intervals_and_says_how_it_corrects(tmp_path: Path) -> None:
    other = "river-border,venues.lake_hall.acceptability.southbank=0.1"
    found = parley("compare", "river-border", other, "-n", "300", "-o", str(tmp_path / "out"))
    assert found.exit_code == 0
    assert "paired" in found.output and "Holm (1979)" in found.output and "not a forecast" in found.output
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"differences.csv", "differences.png", "differences.svg"}
    run = re.search(r"for --run: (\d+)", found.output)
    assert run is not None
    traced = parley("compare", "river-border", other, "--run", run[1])
    assert traced.exit_code == 0 and "They part at planned round" in traced.output
    assert parley("compare", "river-border").exit_code == 2


def test_sensitivity_of_a_nested_sweep_and_discovery(tmp_path: Path) -> None:
    pytest.importorskip("ema_workbench", reason="the extra `discover` is not installed")
    nested = MINE.replace("runs: 60", "nested: {assumptions: 8, fates: 6}").replace("[0.1, 0.9]", "[0.5]")
    (tmp_path / "n.yaml").write_text(nested, encoding="utf-8")
    parley("sweep", str(tmp_path / "n.yaml"), "-o", str(tmp_path / "n"))
    split = parley("sensitivity", str(tmp_path / "n"), "--of", "rounds_held")
    assert (
        split.exit_code == 0 and "interaction" in split.output and (tmp_path / "n" / "figures" / "split.png").is_file()
    )
    sampled = "experiment: s\nscenario: river-border\nruns: 20\ndesign: sobol\npoints: 64\nfactors:\n"
    sampled += "  come: {path: behaviour.convening.base, low: -2, high: 2}\n"
    sampled += '  patience: {path: "parties.*.deadline", low: 50, high: 500}\n'
    (tmp_path / "s.yaml").write_text(sampled, encoding="utf-8")
    parley("sweep", str(tmp_path / "s.yaml"), "-o", str(tmp_path / "s"))
    found = parley("discover", str(tmp_path / "s"), "--of", "rounds_held", "--above", "14")
    assert found.exit_code == 0 and "coverage" in found.output and "come" in found.output
    assert parley("sensitivity", str(tmp_path / "s")).exit_code == 2


def test_the_page_on_reading_tables_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("duckdb", reason="a development dependency")
    monkeypatch.chdir(tmp_path)
    assert parley("sweep", "venue", "-o", "results/venue", "--runs", "40").exit_code == 0
    names: dict[str, Any] = {}
    page = (ROOT / "docs" / "experiments" / "duckdb.md").read_text(encoding="utf-8")
    for code in re.findall(r"```python\n(.*?)```", page, re.S):
        exec(code, names)
    runs = load("results/venue").runs
    share = (runs[runs["variant"] == "Minsk only"]["outcome"] == "tabled").mean()
    found = names["shares"].query("variant == 'Minsk only' and outcome == 'tabled'")["share"]
    assert found.sum() == pytest.approx(share)
    istanbul, minsk = (runs[runs["point"] == point]["outcome"].to_list() for point in (1, 3))
    assert names["pairs"]["runs"].sum() == sum(a != b for a, b in zip(istanbul, minsk, strict=True))
