"""The draw that parts two runs: found where only one draw can do it, and nowhere where nothing differs."""

from __future__ import annotations

from typing import Any

import pytest

from experiments.compare import compare_scenarios, list_changed_runs
from experiments.divergence import Address, record_run, trace_divergence
from sim.agents.model import play
from sim.rules.outcome import CODES
from sim.scenario.load import load
from sim.scenario.resolve import Problem, resolve

CALM = {"incidents.boat_clash.rate": 0}


def problem(changes: dict[str, Any] | None = None) -> Problem:
    return resolve(load("river-border", {**CALM, **(changes or {})}).scenario, 0)


@pytest.fixture(scope="module")
def base() -> Problem:
    return problem()


def test_recording_changes_nothing(base: Problem) -> None:
    for run in range(5):
        assert record_run(base, run, run).rounds == play(base, run, run).rounds


def test_draws_are_written_down_under_names(base: Problem) -> None:
    log = dict(record_run(base, 0, 0).log)
    first = [address for address in log if address.stream == "convene" and address.step == 0]
    assert [address.entities for address in first] == [("northbank",), ("southbank",), ("upland",)]
    assert Address(0, "convene", ("southbank",), 0).describe() == "whether southbank comes to the table"
    assert all(0.0 < u < 1.0 for u in log.values())


def test_a_forced_draw_is_taken_and_the_others_stay(base: Problem) -> None:
    plain = record_run(base, 3, 3)
    address = next(address for address, _ in plain.log if address.stream == "convene")
    reaches_outcome = record_run(base, 3, 3, {address: 1.0 - 1e-9})
    assert dict(reaches_outcome.log)[address] == 1.0 - 1e-9
    assert reaches_outcome.events[0].name == "postponed" and address.entities[0] in reaches_outcome.events[0].describe()
    shared = dict(plain.log).keys() & dict(reaches_outcome.log).keys() - {address}
    assert all(dict(plain.log)[a] == dict(reaches_outcome.log)[a] for a in shared)


def test_a_scenario_against_itself_does_not_part(base: Problem) -> None:
    result = trace_divergence(base, base, 1)
    assert result.divergences == [] and result.outcomes[0] == result.outcomes[1] and not result.reaches_outcome


def test_who_never_comes_is_found_at_the_first_round_both_could_hold(base: Problem) -> None:
    """Southbank finds no venue acceptable and its readiness counts for nothing: it hardly ever comes.

    The first round that is held in the one and not in the other is decided by southbank's draw, and by no other: the
    chances of the other two parties are the same in both at the first round, and nobody proposes a higher level.
    """
    fixed = {"venue_choice.rule": "fixed", "venue_choice.order": ["lake_hall"], "behaviour.level.base": -60}
    away, here = problem({**fixed, "venues.*.acceptability.southbank": 0}), problem(fixed)
    result = 0
    for run in range(30):
        divergence = next(iter(trace_divergence(here, away, run).divergences), None)
        if divergence is None or divergence.step > 0:
            continue
        assert divergence.draw == Address(0, "convene", ("southbank",), 0)
        assert divergence.first is not None and divergence.second is not None
        assert "southbank" in divergence.second.describe() and "southbank" not in divergence.first.describe()
        assert divergence.u == dict(record_run(here, run, run).log)[divergence.draw]  # the same draw in both
        assert any("southbank comes to the table" in line for line in divergence.describe("A", "B"))
        result += 1
    assert result >= 3


def test_turning_the_deciding_draws_brings_back_the_outcome() -> None:
    """Where the trace says that its draws are enough, a run with them forced does end as the first scenario's."""
    changes = {"behaviour.convening.base": -1.5}
    compared = compare_scenarios({"a": load("river-border", CALM), "b": load("river-border", {**CALM, **changes})}, 60)
    a, b = problem(), problem(changes)
    enough = 0
    for run in list_changed_runs(compared)[:12]:
        result = trace_divergence(a, b, run)
        assert result.outcomes == tuple(t.column("outcome").to_pylist()[run] for t in compared.tables)
        assert result.divergences
        enough += result.reaches_outcome
        if result.reaches_outcome:
            assert result.divergences[-1].outcome == result.outcomes[0]
    assert enough >= 1


def test_outcomes_are_those_of_the_tables(base: Problem) -> None:
    assert {record_run(base, run, run).outcome for run in range(5)} <= set(CODES)
