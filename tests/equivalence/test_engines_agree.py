"""The compiled engine and the Mesa engine give the same runs to the bit: on shipped scenarios and on random worlds."""

from __future__ import annotations

from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.agents.model import play
from sim.core.columns import BASKET, ROUND, RUN
from sim.results.ensemble import run_ensemble
from sim.results.plan import plan
from sim.rules.choices import MODEL
from sim.rules.concession import ConcessionRule
from sim.rules.levers import LeverKind
from sim.rules.mediation import TextRule
from sim.rules.outcome import REASONS
from sim.scenario.library import shipped
from sim.scenario.load import Loaded
from tests.benchmarks.peer import bargaining
from tests.equivalence.engines import agree, rows, same
from tests.equivalence.worlds import loaded, world

BATCH = 60
"""Worlds of the fixed batch; the seeds 0 … 59 are no choice of ours."""


@pytest.mark.parametrize("scenario", shipped())
def test_shipped_scenarios(scenario):
    assert agree(scenario, 60, seed=0)


def test_measures_on_request_move_nothing_else():
    """All measures change no other number, and fill their columns."""
    few, every = (run_ensemble("river-border", 40, changes=changes) for changes in ({}, {"calendar.measures": "all"}))
    for table, more in ((few.run_table, every.run_table), (few.round_table, every.round_table)):
        assert set(table.column_names) < set(more.column_names)
        assert all(table.column(name).equals(more.column(name)) for name in table.column_names)
    assert {"near_river", "surplus_river", "will", "expected", "latent_closed"} <= set(every.round_table.column_names)
    assert len(set(every.round_table.column("will").to_pylist())) > 40


@pytest.mark.parametrize("width", [0.0, 0.003])
@pytest.mark.parametrize("turns", [1, 2, 7, 40])
@pytest.mark.parametrize("k0", [1.0, 0.3])
def test_turns_that_only_one_engine_skips(turns, width, k0):
    """Two parties that come together within a round: the compiled engine looks for the first turn that can succeed."""
    start = {f"parties.{party}.concession.k0": k0 for party in ("first", "second")}
    calendar = {"calendar.exchanges_per_round": turns, "calendar.max_steps": 3}
    assert agree(bargaining().with_changes({**start, **calendar, "behaviour.bargaining.width": width}), 40, seed=0)


@given(st.randoms(use_true_random=False), st.integers(0, 5))
@settings(max_examples=40)
def test_random_worlds(rng, seed):
    assert agree(loaded(world(rng)), 6, seed)


@pytest.mark.slow
@given(st.randoms(use_true_random=False), st.integers(0, 2**31))
@settings(max_examples=600)
def test_many_random_worlds(rng, seed):
    assert agree(loaded(world(rng)), 12, seed)


@pytest.fixture(scope="module")
def batch() -> list[Loaded]:
    return [loaded(world(Random(k))) for k in range(BATCH)]


def what_happens(scenario: Loaded, seed: int) -> Counter[str]:
    """How many runs, rounds or baskets show each thing that a run can bring; both engines are compared on the way."""
    mesa = rows(scenario, 6, seed, "mesa")
    assert same(mesa, rows(scenario, 6, seed, "compiled"))
    seen: Counter[str] = Counter()
    for field in ("DAYS_IN_ABEYANCE", "INCIDENTS", "FAILED_RATIFICATIONS", "AMENDMENTS", "COLLAPSES", "BREAKOFFS"):
        seen[field.lower()] += int((mesa.runs[:, getattr(RUN, field)] > 0).sum())
    seen["deliveries"] += int((~np.isnan(mesa.runs[:, RUN.DELIVERED_SHARE])).sum())
    for field in ("TEXTS", "DOCUMENTS", "SETTLED", "AMENDED", "COLLAPSED"):
        seen[f"round {field.lower()}"] += int((mesa.rounds[:, getattr(ROUND, field)] > 0).sum())
    for b in range(len(scenario.scenario.baskets)):
        at = len(RUN) + b * len(BASKET)
        seen.update(f"blocked: {REASONS[int(k)]}" for k in mesa.runs[:, at + BASKET.BLOCKED])
        seen["zone"] += int((mesa.runs[:, at + BASKET.ZONE] > 0).sum())
        seen["off the frontier"] += int((mesa.runs[:, at + BASKET.PARETO_DISTANCE] > 0).sum())
    return seen


def test_in_the_batch_everything_happens(batch):
    seen: Counter[str] = Counter()
    for seed, scenario in enumerate(batch):
        seen += what_happens(scenario, seed)
    missing = {f"blocked: {reason}" for reason in REASONS} - set(seen)
    assert not missing
    fields = ("days_in_abeyance", "incidents", "failed_ratifications", "amendments", "collapses", "breakoffs")
    fields += ("deliveries", "zone", "off the frontier")
    for name in (*fields, *(f"round {f}" for f in ("texts", "documents", "settled", "amended", "collapsed"))):
        assert seen[name] > 0, name


def test_in_the_batch_levels_rise_talks_resume_levers_move_and_mediators_leave(batch):
    told: Counter[str] = Counter()
    for seed, scenario in enumerate(batch):
        problem = plan(scenario, 3, seed).problem
        for k in range(3):
            play(problem, k, k, notify=lambda event, facts: told.update(_kinds(event, facts)))
    expected = {"resume", "rose", "levers", "left", "text", "text accepted", "agreed", "settled", "amended", "collapse"}
    expected |= {"not_ratified", "delivery", "postponed", "refused: floor", "refused: red line", "refused: worth"}
    assert not expected - set(told)


def _kinds(event, facts):
    """An event's name, with what sort of it this is; nothing where nothing moved."""
    if event == "levers":
        return [event] if facts else []
    if event == "held":
        return ["held", "rose"] if facts["rose"] else ["held"]
    if event == "refused":
        return [f"refused: {facts['why']}"]
    if event == "text":
        return [event] if facts["refused_by"] else [event, "text accepted"]
    return [event]


TABLES = ("mandate", "precondition", "condition", "document_day", "scripted_day", "lever_kind", "ratifier_party")
SWITCHES = ("red", "derived", "ratified", "renewable", "surge_mode")


def test_in_the_batch_every_feature_of_a_scenario_occurs(batch):
    seen: set[str] = set()
    for scenario in batch:
        x = plan(scenario, 1).problem.structure
        seen |= {name for name in TABLES if len(getattr(x, name))}
        seen |= {name for name in SWITCHES if getattr(x, name).any()}
        seen |= {f"rule {ConcessionRule(k).label}" for k in x.concession_rule} | {f"venues {x.venue_rule}"}
        seen |= {f"text {k}" for k in x.text_rule} | {f"lever {k}" for k in x.lever_kind}
        seen |= {f"condition {k}" for k in x.precondition[:, 2]} | {f"parties {x.parties}", f"issues {x.issues}"}
        seen |= {"observer"} if not x.seat.all() else set()
        seen |= {"sequencing"} if (x.precondition[:, 4] >= 0).any() else set()
        seen |= {f"{switch} {getattr(x, switch)}" for switch in MODEL}
        seen |= {"war"} if x.war_days > 0 else set()
        seen |= {"urgency"} if any(b.urgency for b in scenario.scenario.baskets.values()) else set()
        seen |= {"sharp" if scenario.scenario.behaviour.bargaining.width.high == 0 else "soft"}
    expected = {*TABLES, *SWITCHES, "observer", "sequencing"}
    expected |= {f"rule {rule}" for rule in ConcessionRule.labels()} | {f"venues {k}" for k in range(3)}
    expected |= {"sharp", "soft", "war", "urgency"}
    expected |= {f"{switch} {int(member)}" for switch, choice in MODEL.items() for member in choice}
    expected |= {f"text {k}" for k in map(int, TextRule)} | {f"lever {k}" for k in map(int, LeverKind)}
    expected |= {f"condition {k}" for k in range(5)} | {f"parties {k}" for k in (2, 3, 4, 5)}
    expected |= {f"issues {k}" for k in range(1, 13)}
    assert not expected - seen
