"""The verbs sweep, compare, sensitivity and discover, and the page on reading a sweep's tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from experiments.results import load
from experiments.variants import parse_variant
from sim.cli.main import app
from sim.core.errors import ParleyError
from sim.figures import process
from sim.report.document import render_report
from sim.results.manifest import manifest
from sim.results.plan import plan

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


def test_a_sweep_ends_with_tables_contrasts_and_figures(tmp_path: Path) -> None:
    mine, out = tmp_path / "mine.yaml", tmp_path / "out"
    mine.write_text(MINE + "  incidents.boat_clash.rate: [0.1, 2]\n", encoding="utf-8")
    contrast = "venues.lake_hall.insulation=0.1,incidents.boat_clash.rate=2:venues.lake_hall.insulation=0.9"
    result = parley("sweep", str(mine), "-o", str(out), "--contrast", contrast)
    assert result.exit_code == 0 and "Planned contrasts" in result.output and "0.9 − 0.1" in result.output
    effects = pd.read_csv(out / "effects.csv")
    assert set(effects["incidents.boat_clash.rate"]) == {2} and set(effects["contrast"]) == {contrast}
    assert f"all {effects['p'].notna().sum()} tests planned" in result.output
    assert {path.name for path in (out / "figures").glob("*.png")} == {"closed.png", "effects.png", "outcomes.png"}
    again = parley("sweep", str(mine), "-o", str(out), "--contrast", "venues.lake_hall.insulation=0.1:b")
    assert again.exit_code == 2 and "A:B" in again.output


def test_a_sweep_draws_the_same_in_a_second_process_and_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is never needed: a sweep that is there already draws its overview again, here if the process dies."""
    mine, out = tmp_path / "mine.yaml", tmp_path / "out"
    mine.write_text(MINE, encoding="utf-8")
    contrast = ("--contrast", "venues.lake_hall.insulation=0.1:venues.lake_hall.insulation=0.9")
    drawn: list[dict[str, bytes]] = []
    used: list[bool] = []
    finish = process.FigureProcess.finish
    monkeypatch.setattr(process.FigureProcess, "finish", lambda self: used.append(finish(self)) or used[-1])
    for code in (process._CODE, "raise SystemExit(3)"):
        monkeypatch.setattr(process, "_CODE", code)
        assert parley("sweep", str(mine), "-o", str(out), *contrast).exit_code == 0
        files = [out / "effects.csv", *(out / "figures").iterdir()]
        drawn.append({path.name: path.read_bytes() for path in files})
        for path in files:
            path.unlink()
    assert drawn[0] == drawn[1] and len(drawn[0]) == 7
    assert used == [True, False]


def test_a_sweep_runs_until_every_point_is_sure_enough(tmp_path: Path) -> None:
    """Control: with a thousand runs fewer, the worst point would not be."""
    mine, out = tmp_path / "mine.yaml", tmp_path / "out"
    mine.write_text(MINE, encoding="utf-8")
    result = parley("sweep", str(mine), "-o", str(out), "--until-se", "rounds_held=0.2")
    assert result.exit_code == 0
    summary = load(out).summary
    rows = summary[summary["measure"] == "rounds_held"]
    runs = int(rows["n"].min())
    assert runs > 1000 and runs % 1000 == 0 and f"{runs:,} runs at each point" in result.output
    assert rows["se"].max() <= 0.2
    assert (rows["se"] * (runs / (runs - 1000)) ** 0.5).max() > 0.19
    both = parley("sweep", str(mine), "-o", str(out), "--until-se", "rounds_held=0.2", "--runs", "10")
    assert both.exit_code == 2 and "leave out --runs" in both.output


def test_a_case_of_an_experiment_is_chosen(tmp_path: Path) -> None:
    result = parley("sweep", "venue", "--scenario", "belarus-2022", "--runs", "20", "-o", str(tmp_path / "out"))
    assert result.exit_code == 0 and "Gomel only" in result.output
    wrong = parley("sweep", "venue", "--scenario", "belarus-2023", "-o", str(tmp_path / "no"))
    assert wrong.exit_code == 2 and "did you mean `belarus-2022`" in wrong.output


@pytest.mark.slow
def test_a_factorial_sweep_gives_main_effects(tmp_path: Path) -> None:
    mine, out = tmp_path / "mine.yaml", tmp_path / "out"
    mine.write_text(MINE + "  incidents.boat_clash.rate: [0.1, 2]\n", encoding="utf-8")
    assert parley("sweep", str(mine), "-o", str(out)).exit_code == 0
    result = parley("sensitivity", str(out), "--of", "closed")
    assert result.exit_code == 0 and "venues.lake_hall.insulation × incidents.boat_clash.rate" in result.output
    assert (out / "figures" / "indices.png").is_file()


def test_sweep_names_the_nearest_path_and_the_failed_points(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(MINE.replace("insulation", "insolation"), encoding="utf-8")
    wrong = parley("sweep", str(mine), "-o", str(tmp_path / "out"))
    assert wrong.exit_code == 2 and "did you mean `venues.lake_hall.insulation`" in wrong.output
    assert not (tmp_path / "out").exists()
    mine.write_text(MINE + "  incidents.boat_clash.rate: [0.1, 100000]\n", encoding="utf-8")
    partly = parley("sweep", str(mine), "-o", str(tmp_path / "partly"))
    assert partly.exit_code == 1 and "point 1 failed: " in partly.output
    assert "2 of 4 points failed" in partly.output
    assert load(tmp_path / "partly").points["runs"].tolist() == [60, 0, 60, 0]


def test_a_nested_experiment_says_how_it_is_made_shorter(tmp_path: Path) -> None:
    result = parley("sweep", "assumptions-or-chance", "-o", str(tmp_path / "out"), "--runs", "50")
    assert result.exit_code == 2 and "this experiment is nested (300 assumptions, each with 100 fates)" in result.output
    assert "copy " in result.output and "assumptions-or-chance.yaml" in result.output


@pytest.mark.parametrize("parts", [0, 1])
def test_an_interrupted_sweep_says_whether_parts_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    from sim.cli import main

    def interrupt(*given: Any, **options: Any) -> Iterator[tuple[int, bytes]]:
        yield from [(0, b"x")][:parts]
        main._signals.append(2)
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "_signals", [])
    monkeypatch.setattr("experiments.sweep.run_on_threads", interrupt)
    result = parley("sweep", "venue", "-o", str(tmp_path / "out"), "--runs", "20")
    assert result.exit_code == 130 and result.output.count("interrupted") == 1, result.output
    assert ("finished parts are kept, and the same command continues" in result.output) == bool(parts)
    if not parts:
        assert "no finished part yet" in parley("verify", str(tmp_path / "out")).output


def test_compare_prints_intervals_and_says_how_it_corrects(tmp_path: Path) -> None:
    other = "river-border,venues.lake_hall.acceptability.southbank=0.1"
    result = parley("compare", "river-border", other, "-n", "300", "-o", str(tmp_path / "out"))
    assert result.exit_code == 0
    assert "same draws" in result.output and "Holm (1979)" in result.output and "not a forecast" in result.output
    files = {"differences.csv", "differences.png", "differences.svg", "effects.png", "effects.svg", "manifest.json"}
    assert {p.name for p in (tmp_path / "out").iterdir()} == files
    run = re.search(r"for --run: (\d+)", result.output)
    assert run is not None
    traced = parley("compare", "river-border", other, "--run", run[1])
    assert traced.exit_code == 0 and "They diverge at planned round" in traced.output
    assert parley("compare", "river-border").exit_code == 2
    nowhere = parley("compare", "river-border", other, "--run", run[1], "-o", str(tmp_path / "trace"))
    assert nowhere.exit_code == 2 and "leave out --out" in nowhere.output and not (tmp_path / "trace").exists()


def test_scenarios_of_other_parties_are_not_called_paired() -> None:
    """Draws are addressed by names: run k of one is not run k of the other, and no interval may claim so."""
    result = parley("compare", "river-border", "generic-crisis", "-n", "40")
    assert result.exit_code == 0
    assert "separate draws" in result.output and "same draws" not in result.output
    assert "not paired" in result.output and "for --run" not in result.output


def test_a_title_with_brackets_is_printed_whole() -> None:
    other = "river-border,venue_choice.rule=fixed,venue_choice.order=[north_fort]"
    assert "order=[north_fort]" in parley("compare", "river-border", other, "-n", "20").output.replace("\n", "")


def test_a_comparisons_manifest_says_what_it_takes_to_repeat_it(tmp_path: Path) -> None:
    """Each scenario stands in it as a run of it alone would have it in its own manifest."""
    other = "river-border,calendar.horizon=60"
    asked = ("compare", "river-border", other, "-n", "20", "--seed", "4", "-o", str(tmp_path / "out"))
    assert parley(*asked).exit_code == 0
    about = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert (about["kind"], about["n"], about["seed"]) == ("comparison", 20, 4)
    assert sorted(about["files"]) == sorted(path.name for path in (tmp_path / "out").iterdir())
    alone = [manifest(plan("river-border", 20, 4, changes=c)) for c in ({}, {"calendar.horizon": 60})]
    assert [entry["label"] for entry in about["scenarios"]] == ["river-border", other]
    for entry, one in zip(about["scenarios"], alone, strict=True):
        assert entry["fingerprint"] == one["fingerprint"]
        assert {key: entry[key] for key in one["scenario"]} == json.loads(json.dumps(one["scenario"]))
    assert about["citations"] == alone[0]["citations"] and about["parley"] == alone[0]["parley"]
    page = render_report(tmp_path / "out")
    for words in (other, "20 runs", "seed 4", about["fingerprint"], "What is assumed", "Sources"):
        assert words in page, words


def test_a_comparison_is_replaced_only_when_asked_and_only_where_one_was(tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = ("compare", "river-border", "river-border,calendar.horizon=60", "-n", "20", "-o", str(out))
    assert parley(*asked).exit_code == 0
    first = (out / "manifest.json").read_text(encoding="utf-8")
    refused = parley(*asked, "--seed", "5")
    assert refused.exit_code == 2 and "--force replaces it" in refused.output
    assert (out / "manifest.json").read_text(encoding="utf-8") == first
    assert parley(*asked, "--seed", "5", "--force").exit_code == 0
    assert (out / "manifest.json").read_text(encoding="utf-8") != first
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "notes.txt").write_text("mine", encoding="utf-8")
    assert parley(*asked[:-1], str(tmp_path / "else"), "--force").exit_code == 2


def test_a_variant_is_cut_at_commas_outside_brackets_and_quotes() -> None:
    label = "river-border,parties.northbank.deadline={assumed: [60, 90], why: 'a trial, no more'},calendar.horizon=200"
    name, loaded = parse_variant(label)
    assert name == label
    deadline = loaded.scenario.parties["northbank"].deadline
    assert (deadline.low, deadline.high, loaded.scenario.calendar.horizon.mode) == (60, 90, 200)
    with pytest.raises(ParleyError, match="path=value"):
        parse_variant("river-border,calendar.horizon")


def test_a_comparison_that_fails_leaves_no_folder(tmp_path: Path) -> None:
    wrong = parley("compare", "river-border", "river-border,calendar.horizn=60", "-o", str(tmp_path / "out"))
    assert wrong.exit_code == 2 and not (tmp_path / "out").exists()


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
    result = parley("discover", str(tmp_path / "s"), "--of", "rounds_held", "--above", "14")
    assert result.exit_code == 0 and "coverage" in result.output and "come" in result.output
    assert parley("sensitivity", str(tmp_path / "s")).exit_code == 2


@pytest.mark.slow
def test_a_nested_sweep_is_split_at_every_point_and_says_which(tmp_path: Path) -> None:
    nested = MINE.replace("runs: 60", "nested: {assumptions: 8, fates: 6}") + "  behaviour.convening.base: [-90, 0]\n"
    (tmp_path / "n.yaml").write_text(nested, encoding="utf-8")
    assert parley("sweep", str(tmp_path / "n.yaml"), "-o", str(tmp_path / "n")).exit_code == 0
    result = parley("sensitivity", str(tmp_path / "n"), "--of", "rounds_held")
    assert result.exit_code == 0
    label = "point 0: venues.lake_hall.insulation 0.1, behaviour.convening.base -90"
    assert f"{label}: all results are equal" in result.output  # they never meet
    table = (tmp_path / "n" / "split.csv").read_text(encoding="utf-8")
    assert [table.count(f'"point {k}: ') for k in range(4)] == [0, 3, 0, 3]
    svg = (tmp_path / "n" / "figures" / "split.svg").read_text(encoding="utf-8")
    assert "<!-- point 1: venues." in svg and "<!-- point 3: venues." in svg


def test_sensitivity_of_a_sweep_without_indices_says_what_it_needs(tmp_path: Path) -> None:
    rows = "experiment: l\nscenario: river-border\nruns: 20\ndesign: list\nrows: [{calendar.horizon: 90}]\n"
    variants = rows.replace("list", "variants").replace("rows: [{", "variants: {a: {").replace("}]", "}}")
    for design, text in (("list", rows), ("variants", variants)):
        (tmp_path / f"{design}.yaml").write_text(text, encoding="utf-8")
        assert parley("sweep", str(tmp_path / f"{design}.yaml"), "-o", str(tmp_path / design)).exit_code == 0
        result = parley("sensitivity", str(tmp_path / design))
        assert result.exit_code == 2 and f"`morris` or `saltelli`, or a nested one; this is `{design}`" in result.output


@pytest.mark.slow
def test_a_range_that_ends_at_zero_is_remembered(tmp_path: Path) -> None:
    pytest.importorskip("SALib", reason="the extra `discover` is not installed")
    text = "experiment: z\nscenario: river-border\nruns: 10\ndesign: morris\npoints: 4\nfactors:\n"
    text += "  behaviour.convening.base: {low: 0, high: 2}\n  behaviour.pain.cap: {low: 0.1, high: 0.5}\n"
    (tmp_path / "z.yaml").write_text(text, encoding="utf-8")
    assert parley("sweep", str(tmp_path / "z.yaml"), "-o", str(tmp_path / "z")).exit_code == 0
    result = parley("sensitivity", str(tmp_path / "z"), "--of", "rounds_held")
    assert result.exit_code == 0 and "behaviour.convening.base" in result.output


@pytest.mark.slow
def test_the_page_on_reading_tables_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("duckdb", reason="a development dependency")
    monkeypatch.chdir(tmp_path)
    assert parley("sweep", "venue", "-o", "results/venue", "--runs", "40").exit_code == 0
    names: dict[str, Any] = {}
    page = (ROOT / "docs" / "experiments" / "duckdb.md").read_text(encoding="utf-8")
    for code in re.findall(r"```python\n(.*?)```", page, re.S):
        exec(code, names)
    runs = load("results/venue").runs
    share = (runs[runs["variant"] == "Minsk only"]["outcome"] == "texts").mean()
    result = names["shares"].query("variant == 'Minsk only' and outcome == 'texts'")["share"]
    assert result.sum() == pytest.approx(share)
    istanbul, minsk = (runs[runs["point"] == point]["outcome"].to_list() for point in (5, 7))
    assert names["pairs"]["runs"].sum() == sum(a != b for a, b in zip(istanbul, minsk, strict=True))
