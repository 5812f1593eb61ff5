"""What the page computes, without the page: edits, the file they become, contrasts, one run."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.app import charts
from sim.app.editing import Edits, format_error, format_value
from sim.app.explore import (
    OUTCOMES,
    SETTLED,
    compute_contrasts,
    describe_change,
    excludes_zero,
    format_contrast,
    simulate,
)
from sim.app.single_run import describe_divergence, find_next_run, list_endings, record_run
from sim.app.tables import format_table
from sim.core.errors import ScenarioError
from sim.results.ensemble import run_ensemble
from sim.scenario.dump import scenario_hash
from sim.scenario.load import load
from sim.tables.summary import Summary


def test_the_summary_is_that_of_the_tables_that_a_run_writes() -> None:
    loaded, n = load("river-border"), 1250  # more than one piece, and the last one smaller
    result, whole = simulate(loaded, n, 3), run_ensemble(loaded, n, 3)
    assert result.runs.equals(whole.run_table)
    counted = Summary.from_tables(whole.run_table.schema, [(whole.run_table, whole.round_table)])
    assert result.summary.as_dict() == counted.as_dict()
    assert np.array_equal(result.summary.gaps, counted.gaps)


def test_edits_are_listed_undone_and_refused() -> None:
    edits = Edits("river-border")
    edits.take({"calendar.horizon": 90})
    assert edits.list_changes() == [("calendar.horizon", "180", "90")]
    with pytest.raises(ScenarioError, match="no such path"):
        edits.take(edits.changes | {"calendar.horizn": 1})
    assert edits.changes == {"calendar.horizon": 90}
    edits.undo()
    assert edits.changes == {}
    assert edits.loaded is edits.base
    assert not edits.can_undo


def test_a_typed_star_is_written_out() -> None:
    changes = Edits("river-border").parse_entry("parties.*.deadline = 100")
    assert changes == {f"parties.{name}.deadline": 100 for name in ("northbank", "southbank", "upland")}


@pytest.mark.parametrize("text", ["", "calendar.horizon", "= 3", "calendar.horizon =", "calendar.horizon = soon"])
def test_what_is_typed_wrong_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError):
        Edits("river-border").parse_entry(text)


def test_a_missing_space_is_named_with_the_right_form() -> None:
    with pytest.raises(ScenarioError) as refused:
        Edits("river-border").parse_entry("parties.upland.deadline = {assumed:[1,2]}")
    assert format_error(refused.value) == (
        "parties.upland.deadline: a key's colon needs a space after it; write `{assumed: [1,2]}`"
    )


CHANGES = {
    "a number": {"parties.northbank.deadline": 60.0},
    "a range": {"incidents.boat_clash.rate": {"assumed": [0.0, 0.01], "why": "tried"}},
    "one of a map given as one number": {"venues.lake_hall.acceptability.northbank": 0.1},
    "one of trust": {"parties.northbank.trust.southbank": 0.9},
    "a venue": {"venue_choice.rule": "fixed", "venue_choice.order": ["north_fort"]},
    "a mandate": {"parties.northbank.mandate": []},
    "many at once": {"parties.*.deadline": 100},
    "attribution": {"incidents.boat_clash.attribution.northbank.southbank": 0.5},
    "a rule": {"parties.southbank.concession.rule": "zeuthen"},
}


@pytest.mark.parametrize("kind", CHANGES)
def test_the_file_is_the_scenario_of_the_page(kind: str, tmp_path: Path) -> None:
    edits = Edits("river-border")
    edits.take(CHANGES[kind])
    path = tmp_path / "river-border-changed.yaml"
    path.write_text(edits.to_yaml(), encoding="utf-8")
    again = load(path)
    assert again.scenario.id == "river-border-changed"
    page = edits.loaded.scenario.model_dump(exclude={"id", "title", "evidence"})
    assert again.scenario.model_dump(exclude={"id", "title", "evidence"}) == page
    ran = [simulate(loaded, 50, 3).runs for loaded in (again, edits.loaded)]
    assert ran[0].equals(ran[1])


def test_the_file_of_a_case_with_documents_too(tmp_path: Path) -> None:
    edits = Edits("istanbul-2025")
    edits.take({"evidence.admit": "own", "mediators.united_states.attends": "always"})
    path = tmp_path / "mine.yaml"
    path.write_text(edits.to_yaml(), encoding="utf-8")
    again = load(path).scenario.model_dump(exclude={"id", "title"})
    assert again == edits.loaded.scenario.model_dump(exclude={"id", "title"})
    assert scenario_hash(load(path)) != scenario_hash(edits.base)


def test_contrasts_are_the_means_of_the_runs() -> None:
    base = load("river-border")
    first, second = simulate(base, 400, 1), simulate(base.with_changes({"parties.northbank.deadline": 20}), 400, 1)
    found = {(c.group, c.name): c for c in compute_contrasts(first, second)}
    gap = found["On average", "gap between positions at the end"]
    a, b = (np.asarray(r.runs.column("gap_open").to_pylist(), dtype=float) for r in (first, second))
    assert math.isclose(gap.first, a.mean(), abs_tol=1e-12)
    assert math.isclose(gap.difference, (b - a).mean(), abs_tol=1e-12)
    half = 1.959963984540054 * (b - a).std(ddof=1) / 20  # the square root of 400
    assert math.isclose(gap.high - gap.low, 2 * half, rel_tol=1e-9)
    outcomes = [c for c in compute_contrasts(first, second) if c.group == OUTCOMES]
    assert math.isclose(sum(c.first for c in outcomes), 1, abs_tol=1e-12)
    assert math.isclose(sum(c.difference for c in outcomes), 0, abs_tol=1e-12)
    settled = found[SETTLED, "Exchange of crews"]
    assert settled.first == sum(x is not None for x in first.runs.column("settled_exchange").to_pylist()) / 400


def test_control_a_scenario_against_itself_does_not_move() -> None:
    base = simulate(load("river-border"), 200, 1)
    again = simulate(load("river-border"), 200, 1)
    assert not any(excludes_zero(c) for c in compute_contrasts(base, again))
    assert describe_change(base, again).startswith("The scenario as it is")
    assert all(
        format_contrast(c)[2] in ("+0.0 points", "+0.00", "+0.0", "+0", "–") for c in compute_contrasts(base, again)
    )


def test_a_recorded_run_is_the_run_of_the_ensemble() -> None:
    base = load("river-border")
    ensemble = simulate(base, 8, 5)
    for run in range(8):
        story = record_run(base, 5, run)
        assert story.outcome == ensemble.codes("outcome")[run]
        assert sum(r.held for r in story.rounds) == int(ensemble.values("rounds_held")[run])
        assert len(story.incidents) == int(ensemble.values("incidents")[run])
        for row in story.rounds[0].stakes:
            assert 0 <= row["offer"] <= 1
    assert all(line for line in story.rounds[0].lines)


def test_the_runs_of_an_ending_are_those_of_the_table() -> None:
    base = load("river-border")
    ensemble, other = (simulate(x, 60, 5) for x in (base, base.with_changes({"parties.northbank.deadline": 20})))
    codes, blocked = ensemble.codes("outcome"), ensemble.codes("blocked_river")
    endings = list_endings(ensemble)
    for code, title in ensemble.summary.outcomes.items():
        runs = [k for k, own in enumerate(codes) if own == code]
        assert [int(k) for k in endings.get(f"ends as: {title}", np.array([])).nonzero()[0]] == runs
        for now in (-1, *runs):
            assert not runs or find_next_run(endings[f"ends as: {title}"], now) == next(
                (k for k in runs if k > now), runs[0]
            )
    assert all(endings["ends in abeyance"][k] for k, reason in enumerate(blocked) if reason == "abeyance")
    changed = list_endings(other, ensemble)["ends otherwise with the change"]
    assert changed.sum() == sum(a != b for a, b in zip(codes, other.codes("outcome"), strict=True)) > 0


def test_runs_part_where_their_events_first_differ() -> None:
    base = load("river-border")
    assert describe_divergence(base, base, 5, 3)[0] == 0
    later = base.with_changes({"venue_choice.rule": "fixed", "venue_choice.order": ["north_fort"]})
    number, text = describe_divergence(base, later, 5, 3)
    first, second = (record_run(loaded, 5, 3).rounds for loaded in (base, later))
    assert f"planned round {number}" in text
    assert [r.held for r in first[: number - 1]] == [r.held for r in second[: number - 1]]


def test_tables_escape_what_a_scenario_says() -> None:
    assert "<script>" not in format_table("<script>", ("<script>",), [("<script>",)])


def test_shown_values() -> None:
    assert format_value(None) == "not set"
    assert format_value({"assumed": [0.1, 0.2]}) == "0.1 to 0.2"
    assert format_value([]) == "none"
    assert format_value([{"baskets": ["river"], "level": "ministers"}]) == "river: ministers"


# What the charts show


def drawn(chart: Any) -> list[dict[str, Any]]:
    spec = chart.to_dict()
    rows: list[dict[str, Any]] = spec["layer"][0].get("data", spec.get("data"))["values"]
    return rows


def sums(rows: list[dict[str, Any]], key: str) -> dict[str, float]:
    return {name: math.fsum(row["share"] for row in rows if row[key] == name) for name in {row[key] for row in rows}}


def test_every_run_ends_in_one_bar_and_every_basket_fills_its_bar() -> None:
    base = load("river-border")
    both = {
        charts.BASE: simulate(base, 200, 1),
        charts.CHANGED: simulate(base.with_changes({"calendar.horizon": 60}), 200, 1),
    }
    assert sums(drawn(charts.plot_outcomes(both)), "of") == pytest.approx(dict.fromkeys(both, 1.0))
    bars = sums(drawn(charts.plot_blocking(both)), "place")
    assert bars == pytest.approx(dict.fromkeys(bars, 1.0)) and len(bars) == 2 * len(base.scenario.baskets)
