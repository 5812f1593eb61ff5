"""Two worlds that differ by one entity share every draw that both make: only what the entity does can differ.

An entity that can do nothing (a venue nobody likes, a mediator without strength who never attends, a type of incident
of rate 0) leaves whole tables as they were, wherever it stands among its kind. One that is felt (an observer whom the
others trust or not, a second crisis) leaves every draw of the others as it was. Draws keyed by
position would fail both.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter

import numpy as np
import pytest

from sim.agents.model import NegotiationModel
from sim.results.ensemble import run_ensemble
from sim.results.plan import plan
from sim.scenario import streams
from sim.scenario.load import load

CONVENTION = "made up for this test"
ZERO = {"value": 0, "convention": CONVENTION}
NOBODYS_VENUE = {
    "title": "Nowhere",
    "acceptability": dict.fromkeys(("northbank", "southbank", "upland"), ZERO),
    "insulation": {"assumed": [0.1, 0.5], "why": CONVENTION},
    "publicity": {"assumed": [0.1, 0.5], "why": CONVENTION},
}
ABSENT_MEDIATOR = {
    "title": "Absent",
    "styles": dict.fromkeys(("facilitation", "formulation", "manipulation"), ZERO),
    "insight": {"assumed": [0.1, 0.5], "why": CONVENTION},
    "leverage": {"assumed": [0.1, 0.5], "why": CONVENTION},
    "guarantee": {"assumed": [0.1, 0.5], "why": CONVENTION},
    "departure": {"assumed": [0.1, 0.5], "why": CONVENTION},
    "attends": "hosted",
}


def river(folder, change=None, name="river"):
    """The teaching scenario, written out in full with one thing changed."""
    data = json.loads(json.dumps(load("river-border").data, default=str))
    if change:
        change(data)
    path = folder / f"{name}.yaml"
    path.write_text(json.dumps(data, indent=1), encoding="utf-8")
    return load(path)


def put(kind, name, entity, first):
    """Add an entity as the first or the last of its kind."""

    def change(data):
        others = data[kind]
        data[kind] = {name: entity, **others} if first else {**others, name: entity}

    return change


def quiet_type(data, first):
    """A type of incident like the one there is, but of rate 0 and setting nothing off."""
    entity = {**data["incidents"]["boat_clash"], "rate": ZERO, "excites": {}}
    put("incidents", "storm", entity, first)(data)


HARMLESS = {
    "venue": lambda first: put("venues", "nowhere", NOBODYS_VENUE, first),
    "mediator": lambda first: put("mediators", "absent", ABSENT_MEDIATOR, first),
    "incident type": lambda first: lambda data: quiet_type(data, first),
}


def tables(scenario, engine="compiled", n=400):
    """Runs and rounds with venues by name, so that their numbering does not count."""
    ensemble = run_ensemble(scenario, n, 11, engine=engine, workers=1)
    return ensemble.runs.astype(object), ensemble.rounds.astype(object)


def same_tables(a, b, **options):
    return all(x.equals(y) for x, y in zip(tables(a, **options), tables(b, **options), strict=True))


@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
@pytest.mark.parametrize("kind", HARMLESS)
def test_an_entity_that_can_do_nothing_changes_no_table(tmp_path, kind, first):
    assert same_tables(river(tmp_path), river(tmp_path, HARMLESS[kind](first), "more"))


@pytest.mark.parametrize("kind", HARMLESS)
def test_nor_on_the_mesa_engine(tmp_path, kind):
    assert same_tables(river(tmp_path), river(tmp_path, HARMLESS[kind](True), "more"), engine="mesa", n=20)


@pytest.fixture
def position_keyed(monkeypatch):
    """The wrong way: a stream's key from how many keys of its kind were made before."""
    right = streams.stream_key
    made: Counter[str] = Counter()

    def wrong(seed, stream, entity):
        made[stream] += 1
        return right(seed, stream, f"number {made[stream]}")

    monkeypatch.setattr(streams, "stream_key", wrong)
    return made


@pytest.mark.parametrize("kind", HARMLESS)
def test_keys_by_position_would_be_noticed(tmp_path, position_keyed, kind):
    before = tables(river(tmp_path))
    position_keyed.clear()
    after = tables(river(tmp_path, HARMLESS[kind](True), "more"))
    assert not before[0].equals(after[0])


# Entities that are felt: every draw is compared by its address in names.


class Logged(NegotiationModel):
    """A run that remembers each draw it made by stream, names of the entities, step and sub-index."""

    def draw(self, stream, *entity, sub=0):
        drawn = super().draw(stream, *entity, sub=sub)
        lists = {
            "balance": ((),),
            "gap": ((),),
            "breakoff": ((),),
            "resume": ((),),
            "level": ((),),
            "procedural": ((),),
        }
        kinds = lists.get(stream) or [getattr(self.names, kind) for kind in _KINDS[stream]]
        names = tuple(kind[k] for kind, k in zip(kinds, entity, strict=True) if kind)
        self.__dict__.setdefault("log", {})[stream, names, self.planned_step, sub] = drawn
        return drawn


_KINDS = {
    "convene": ("parties",),
    "rise": ("parties",),
    "delivery": ("obligations",),
    "accept": ("parties", "baskets"),
    "bridge": ("parties", "baskets"),
    "formulate": ("mediators", "baskets"),
    "estimate": ("mediators", "parties", "issues"),
    "text": ("mediators", "parties", "baskets"),
    "ratify": ("ratifiers", "baskets"),
    "amend": ("baskets",),
    "collapse": ("baskets",),
    "departure": ("mediators",),
    "lever": ("levers",),
}


def draws(scenario, n=25):
    """Every draw of n runs by address: what runs drew, ranged numbers by path, keys of incidents by type."""
    problem = plan(scenario, 1, 11).problem
    found = {}
    for k in range(n):
        model = Logged(problem, k, k)
        while model.running:
            model.step()
        found |= {(k, *address): u for address, u in model.log.items()}
    priors = {problem.paths[place]: key for place, key in zip(problem.priors.place, problem.priors.key, strict=True)}
    incidents = dict(zip(problem.names.incidents, problem.streams.incident, strict=True))
    offspring = {f"offspring of {name}": key for name, key in zip(incidents, problem.streams.offspring, strict=True)}
    return found, priors | incidents | offspring


OBSERVER = {
    "title": "Onlooker",
    "observer": True,
    "side": ZERO,
    "deadline": {"value": 100, "convention": CONVENTION},
    "compliance": ZERO,
    "optimism": ZERO,
    "concession": {"rule": "clock", "k0": 0.1, "beta": 1, "share": 0, "weight": 0, "rate": 0, "step": 0},
    "trust": {"upland": {"assumed": [0.1, 0.5], "why": CONVENTION}},
}


def another_crisis(data):
    entity = {**data["incidents"]["boat_clash"], "rate": {"assumed": [0.1, 0.2], "why": CONVENTION}, "excites": {}}
    put("incidents", "raid", entity, True)(data)


def precondition_gone(data):
    data["parties"]["southbank"]["preconditions"] = []


def parties_turned_round(data):
    data["parties"] = dict(reversed(data["parties"].items()))


FELT = {
    "observer first": put("parties", "onlooker", OBSERVER, True),
    "observer last": put("parties", "onlooker", OBSERVER, False),
    "another type of incident": another_crisis,
    "no precondition": precondition_gone,
    "parties in another order": parties_turned_round,
}


@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
@pytest.mark.parametrize(("engine", "n"), [("compiled", 400), ("mesa", 20)])
def test_who_only_watches_adds_a_column_and_changes_none(tmp_path, first, engine, n):
    alone = tables(river(tmp_path), engine, n)
    watched = tables(river(tmp_path, put("parties", "onlooker", OBSERVER, first), "more"), engine, n)
    assert set(watched[0]) - set(alone[0]) == {"utility_onlooker"}
    for with_it, without in zip(watched, alone, strict=True):
        assert with_it[list(without)].equals(without)


def differing(a, b):
    """Addresses that both made a draw at, and those of them that differ."""
    (found, keys), (other, other_keys) = a, b
    shared, shared_keys = found.keys() & other.keys(), keys.keys() & other_keys.keys()
    assert len(shared) > 1000 and len(shared_keys) > 90
    return [at for at in shared if found[at] != other[at]] + [at for at in shared_keys if keys[at] != other_keys[at]]


@pytest.mark.parametrize("change", FELT)
def test_an_entity_that_is_felt_changes_no_draw_of_the_others(tmp_path, change):
    assert not differing(draws(river(tmp_path)), draws(river(tmp_path, FELT[change], "more")))


@pytest.mark.parametrize("change", ["observer first", "another type of incident", "parties in another order"])
def test_draws_by_position_would_be_noticed(tmp_path, position_keyed, change):
    before = draws(river(tmp_path))
    position_keyed.clear()
    assert differing(before, draws(river(tmp_path, FELT[change], "more")))


def test_draws_by_a_running_call_counter_would_be_noticed(tmp_path, monkeypatch):
    """A generator that is consumed: a precondition draws nothing, but all that is drawn later moves with it."""
    counter = itertools.count()

    def consumed(self, stream, *entity, sub=0):
        return float(np.random.default_rng(next(counter)).random())

    monkeypatch.setattr(NegotiationModel, "draw", consumed)
    before = draws(river(tmp_path))
    counter = itertools.count()
    assert differing(before, draws(river(tmp_path, FELT["no precondition"], "more")))
