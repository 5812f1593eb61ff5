"""The same figures as NegMAS gives, and a NegMAS negotiator at our table."""

from __future__ import annotations

import warnings
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.game import Game, build_games, compute_utilities, start_talks
from sim.interop.discrete import build_domain, list_option_labels, list_option_points
from sim.interop.domain import Domain, Profile
from sim.interop.export import export
from sim.interop.tactics import play
from sim.scenario.load import load
from sim.scenario.resolve import resolve
from tests.analysis.grid import find_solutions, list_packages

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    negmas = pytest.importorskip("negmas", reason="the extra `negmas` is not installed; `make test` installs it")
    from negmas.preferences import ops

pytestmark = pytest.mark.filterwarnings("ignore")
RULES = {"nash": ops.nash_points, "egalitarian": ops.kalai_points, "utilitarian": ops.max_welfare_points}


def space_of(found: Domain):
    return negmas.make_os([negmas.make_issue(list(v), n) for v, n in zip(found.values, found.issues, strict=True)])


def ufuns_of(found: Domain, space) -> list:
    """NegMAS's own additive functions on the same tables."""
    made = []
    for p in found.profiles:
        tables = [
            negmas.preferences.TableFun(dict(zip(values, table.tolist(), strict=True)))
            for values, table in zip(found.values, p.evaluations, strict=True)
        ]
        made.append(
            negmas.LinearAdditiveUtilityFunction(
                tables, weights=p.weights.tolist(), outcome_space=space, reserved_value=p.reserved, name=p.name
            )
        )
    return made


def solved(rule: str, ufuns: list, space) -> list[tuple[float, ...]]:
    """Utilities of NegMAS's points, its frontier by its own function, floats that differ by noise counted once."""
    frontier, _ = ops.pareto_frontier(ufuns, issues=space.issues)
    if not frontier:
        return []
    return [point for point, _ in RULES[rule](ufuns, frontier, outcome_space=space)]


def compare(ours: np.ndarray, floor: np.ndarray, ufuns: list, space) -> int:
    """Our points on a list of packages against NegMAS's; returns how many rules had a solution.

    NegMAS takes the worst outcome for the disagreement point where the reserved value lies below it.
    """
    found, floor = 0, np.maximum(floor, ours.min(axis=0))
    for rule in RULES:
        mine, theirs = ours[find_solutions(ours, floor, rule)], np.array(solved(rule, ufuns, space))
        assert bool(len(mine)) == bool(len(theirs)), rule
        if not len(mine):
            continue
        found += 1
        # Theirs searches the frontier only; ours may list a dominated tie of the egalitarian score beside it.
        for point in theirs:
            assert np.abs(mine - point).max(axis=1).min() < 1e-6, rule
    return found


@pytest.mark.parametrize("trust", [0.9, 1.0])
def test_exported_scenario(tmp_path, trust):
    """River-border as written for NegMAS and read by it: the same utilities, floors and solutions to 1e-6."""
    loaded = load("river-border", {"parties.*.trust.*": trust, "parties.*.authority.*": 1.0})
    folders, solvable = export(loaded, tmp_path / "out"), 0
    games = build_games(start_talks(resolve(loaded.scenario, 0), 4))
    for game, folder in zip(games, export(loaded, tmp_path / "four", assumption=4), strict=True):
        read = negmas.Scenario.load(folder)
        by_name = {ufun.name: ufun for ufun in read.ufuns}
        ufuns = [by_name[party] for party in game.parties]
        assert [ufun.reserved_value for ufun in ufuns] == pytest.approx(game.floor.tolist())
        points = list_option_points(loaded.scenario, game)
        packages = list_packages(points)
        outcomes = build_domain(game, points, list_option_labels(loaded.scenario, game)).list_outcomes()
        ours = compute_utilities(game, packages)
        theirs = np.array([[float(ufun(outcome)) for ufun in ufuns] for outcome in outcomes])
        allowed = np.isfinite(ours)
        assert np.abs(np.where(allowed, ours - theirs, 0.0)).max() < 1e-9
        assert theirs[~allowed].max(initial=-900.0) <= -900.0
        solvable += compare(np.where(allowed, ours, -1000.0), game.floor, ufuns, read.outcome_space)
    assert len(folders) == 4 and solvable


def random_game(seed: int, parties: int, issues: int) -> Game:
    chance = np.random.default_rng(seed)
    ends = chance.random((parties, issues)) < 0.5
    demand = np.where(ends, chance.uniform(0.7, 1.0, ends.shape), chance.uniform(0.0, 0.3, ends.shape))
    reservation = np.where(ends, chance.uniform(0.0, 0.5, ends.shape), chance.uniform(0.5, 1.0, ends.shape))
    salience = chance.uniform(0.1, 1.0, ends.shape)
    names = tuple(f"p{i}" for i in range(parties)), tuple(f"i{k}" for k in range(issues))
    none = np.zeros(ends.shape, dtype=np.int64)
    floor = chance.uniform(-0.5, 0.3, parties)
    return Game("g", *names, demand, reservation, salience / salience.sum(axis=1, keepdims=True), none, floor)


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(2, 3), st.integers(1, 3), st.integers(2, 5))
def test_solutions_on_random_games(seed, parties, issues, values):
    game = random_game(seed, parties, issues)
    points = [np.linspace(0.0, 1.0, values)] * issues
    labels = [tuple(f"v{k}" for k in range(values))] * issues
    found = build_domain(game, points, labels)
    space = space_of(found)
    ours = compute_utilities(game, list_packages(points))
    assert found.compute_worth() == pytest.approx(ours)
    compare(ours, game.floor, ufuns_of(found, space), space)


def test_that_check_would_notice():
    """The compromise of two, a little off the solution, is not found among NegMAS's points."""
    game = random_game(3, 2, 2)
    points = [np.linspace(0.0, 1.0, 4)] * 2
    found = build_domain(game, points, [("a", "b", "c", "d")] * 2)
    space = space_of(found)
    moved = compute_utilities(game, list_packages(points)) + 1e-5
    with pytest.raises(AssertionError):
        compare(moved, game.floor, ufuns_of(found, space), space)


def random_domain(seed: int, sides: int, sizes: list[int]) -> Domain:
    chance = np.random.default_rng(seed)
    profiles = []
    for k in range(sides):
        weights = chance.uniform(0.05, 1.0, len(sizes))
        tables = [chance.uniform(0.0, 1.0, size) for size in sizes]
        scaled = tuple(table / table.max() for table in tables)
        profiles.append(Profile(f"p{k}", weights / weights.sum(), scaled, float(chance.uniform(0.0, 0.6))))
    values = tuple(tuple(f"v{n}" for n in range(size)) for size in sizes)
    return Domain("d", tuple(f"i{k}" for k in range(len(sizes))), values, tuple(profiles))


def session(ufuns: list, space, exponents: list[float], steps: int):
    """NegMAS's own time-based negotiators in its own alternating offers; agreement and steps."""
    mechanism = negmas.SAOMechanism(outcome_space=space, n_steps=steps)
    for ufun, x in zip(ufuns, exponents, strict=True):
        curve = negmas.negotiators.helpers.PolyAspiration(1.0, float(x))
        mechanism.add(negmas.TimeBasedConcedingNegotiator(offering_curve=curve, stochastic=False), ufun=ufun)
    state = mechanism.run()
    return state.agreement, state.step


exponent = st.sampled_from([4.0, 2.0, 1.0, 0.5, 0.25])


@settings(max_examples=100)
@given(
    st.integers(0, 10**6), st.lists(exponent, min_size=2, max_size=3),
    st.lists(st.integers(2, 6), min_size=1, max_size=3), st.integers(3, 60),
)  # fmt: skip
def test_tactics_on_random_domains(seed, exponents, sizes, steps):
    """The same agreement in the same step, or the same lack of one."""
    found = random_domain(seed, len(exponents), sizes)
    space = space_of(found)
    ours = play(found, exponents, steps)
    assert (ours.agreement, ours.step) == session(ufuns_of(found, space), space, exponents, steps)


def test_that_check_would_notice_another_clock():
    """With t = step/steps instead of (step + 1)/(steps + 1) endings differ on many domains."""
    differs = 0
    for seed in range(30):
        found = random_domain(seed, 2, [4, 4])
        space = space_of(found)
        late = play(found, [4.0, 1.0], 20)
        differs += (late.agreement, late.step) != session(ufuns_of(found, space), space, [4.0, 1.0], 21)
    assert differs > 10


GENIUS_DOMAIN = """<negotiation_template><utility_space number_of_issues="2"><objective index="0" name="root">
<issue index="1" type="discrete" etype="discrete" vtype="discrete" name="road"><item index="1" value="north"/>
<item index="2" value="middle"/><item index="3" value="south"/></issue>
<issue index="2" type="discrete" etype="discrete" vtype="discrete" name="toll"><item index="1" value="none"/>
<item index="2" value="low"/><item index="3" value="high"/></issue>
</objective></utility_space></negotiation_template>"""
GENIUS_SPACE = """<utility_space number_of_issues="2"><objective index="0" name="root">
<issue index="1" type="discrete" etype="discrete" vtype="discrete" name="road">
<item index="1" value="north" evaluation="{0}"/>
<item index="2" value="middle" evaluation="{1}"/><item index="3" value="south" evaluation="{2}"/></issue>
<issue index="2" type="discrete" etype="discrete" vtype="discrete" name="toll">
<item index="1" value="none" evaluation="{3}"/>
<item index="2" value="low" evaluation="{4}"/><item index="3" value="high" evaluation="{5}"/></issue>
<weight index="1" value="0.6"></weight><weight index="2" value="0.4"></weight></objective>
<discount_factor value="1.0"/><reservation value="{6}"/></utility_space>"""


@pytest.mark.parametrize("exponents", [[4.0, 4.0], [1.0, 1.0], [0.25, 4.0], [0.25, 0.25]])
@pytest.mark.parametrize("steps", [5, 20, 100])
def test_tactics_on_a_genius_folder(tmp_path, exponents, steps):
    """The same files read by NegMAS and by us."""
    from sim.interop import genius

    (tmp_path / "towns.xml").write_text(GENIUS_DOMAIN)
    (tmp_path / "a.xml").write_text(GENIUS_SPACE.format(1.0, 0.45, 0.1, 1.0, 0.7, 0.05, 0.35))
    (tmp_path / "b.xml").write_text(GENIUS_SPACE.format(0.15, 0.55, 1.0, 0.2, 0.8, 1.0, 0.25))
    read = negmas.Scenario.load(tmp_path)
    ours = genius.read(tmp_path)
    by_name = {ufun.name: ufun for ufun in read.ufuns}
    ufuns = [by_name[profile.name] for profile in ours.profiles]
    theirs = [[float(ufun(outcome)) for ufun in ufuns] for outcome in ours.list_outcomes()]
    assert ours.compute_worth() == pytest.approx(np.array(theirs))
    ending = play(ours, exponents, steps)
    assert (ending.agreement, ending.step) == session(ufuns, read.outcome_space, exponents, steps)


# A negotiator at the table

TABLE = """
id: table
title: Two at a table
calendar: {exchanges_per_round: 60}
issues:
  road: {title: Road, basket: package, options: [{at: 0, label: north}, {at: 1, label: south}]}
  toll: {title: Toll, basket: package, options: [{at: 0, label: none}, {at: 1, label: high}]}
baskets: {package: {title: Package, code: partial, level: delegation}}
parties:
  a:
    title: A
    issues:
      road: {demand: 1.0, reservation: 0.1, salience: 0.61}
      toll: {demand: 0.0, reservation: 0.83, salience: 0.39}
  b:
    title: B
    issues:
      road: {demand: 0.0, reservation: 0.74, salience: 0.33}
      toll: {demand: 1.0, reservation: 0.2, salience: 0.67}
"""


def at_table(tmp_path):
    from pathlib import Path
    from shutil import copy

    copy(Path(__file__).parents[1] / "verification" / "scenarios" / "textbook.yaml", tmp_path)
    path = tmp_path / "table.yaml"
    path.write_text(f"extends: textbook\n{TABLE}")
    return load(path)


@pytest.mark.parametrize("kinds", [("BoulwareTBNegotiator", "LinearTBNegotiator"), ("ConcederTBNegotiator",) * 2])
def test_two_negotiators_end_as_in_negmas(tmp_path, kinds):
    """Both seats taken by NegMAS negotiators: the package that NegMAS's own mechanism ends with."""
    from sim.agents.model import play as talk
    from sim.interop.negmas_party import NegmasParty

    listed = (0.0, 0.2, 0.5, 0.7, 1.0)

    class Seated(NegmasParty):
        negotiators: ClassVar = dict(zip("ab", (getattr(negmas, kind) for kind in kinds), strict=True))
        points: ClassVar = {"road": listed, "toll": listed}
        steps = 30

    loaded = at_table(tmp_path)
    model = talk(resolve(loaded.scenario, 0), 0, 0, Seated)
    assert model.baskets[0].settled
    game = build_games(model)[0]
    clipped = Domain("d", game.issues, (tuple(map(str, listed)),) * 2, tuple(
        Profile(p, game.salience[i], tuple(np.maximum(np.minimum(
            (np.array(listed) - game.reservation[i, k]) / (game.demand[i, k] - game.reservation[i, k]), 1), -2)
            for k in range(2)), 0.0) for i, p in enumerate(game.parties)))  # fmt: skip
    space = space_of(clipped)
    mechanism = negmas.SAOMechanism(outcome_space=space, n_steps=30)
    for ufun, kind in zip(ufuns_of(clipped, space), kinds, strict=True):
        mechanism.add(getattr(negmas, kind)(), ufun=ufun)
    agreement = mechanism.run().agreement
    assert agreement is not None and model.package.tolist() == [float(x) for x in agreement]


@pytest.mark.parametrize("kind", ["NaiveTitForTatNegotiator", "AspirationNegotiator", "MiCRONegotiator"])
def test_a_negotiator_among_ordinary_parties(kind):
    """Runs end, the floor holds: whatever is settled is worth at least its floor to the seated party."""
    from sim.interop.negmas_party import NegmasParty
    from sim.results.ensemble import run_ensemble

    class Seated(NegmasParty):
        negotiators: ClassVar = {"northbank": getattr(negmas, kind)}

    found = run_ensemble("river-border", n=6, party_class=Seated, workers=1)
    assert len(found.runs) == 6 and found.manifest["engine"] == "mesa"


def test_without_the_extra(monkeypatch):
    from sim.core.errors import ParleyError
    from sim.interop import negmas_party

    monkeypatch.setitem(__import__("sys").modules, "negmas", None)
    with pytest.raises(ParleyError, match="install it with"):
        negmas_party.import_negmas()
