"""Solutions of a scenario against brute force on a grid, the rules of the engines, and what defines them."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis import solutions
from sim.analysis.game import MIDDLE, WHOLE, Game, build_games, compute_utilities, start_talks
from sim.analysis.linear import maximise_equal_gain, maximise_utility
from sim.analysis.study import analyse, solve_game, tabulate_frontiers, tabulate_solutions, tabulate_zones
from sim.analysis.zone import compute_max_min_gain, estimate_zones
from sim.core.errors import ParleyError
from sim.rules.value import concave_utility
from sim.scenario.load import load
from sim.scenario.resolve import resolve
from tests.analysis.grid import find_solutions


def game_of(seed: int, parties: int, issues: int, red: bool = False, floor: float = 0.0) -> Game:
    """A game at random: demands anywhere, reservation points on the side of the others."""
    chance = np.random.default_rng(seed)
    demand = chance.random((parties, issues))
    toward = np.where(demand < demand.mean(axis=0), 1.0, -1.0)
    room = np.where(toward > 0, 1.0 - demand, demand)
    reach = np.maximum(chance.uniform(0.2, 1.0, (parties, issues)) * room, 0.05)
    salience = chance.uniform(0.1, 1.0, (parties, issues))
    lines = (chance.random((parties, issues)) < 0.2).astype(np.int64) if red else np.zeros((parties, issues), np.int64)
    names = tuple(f"p{i}" for i in range(parties)), tuple(f"i{k}" for k in range(issues))
    share = salience / salience.sum(axis=1, keepdims=True)
    return Game("game", *names, demand, demand + toward * reach, share, lines, np.full(parties, floor))


def listed(game: Game, steps: int) -> np.ndarray:
    """Packages on an even grid."""
    return np.array(list(itertools.product(np.linspace(0.0, 1.0, steps + 1), repeat=len(game.issues))))


def compute_surplus(game: Game) -> float:
    """The greatest least gain over the floors: at or above 0 there is a zone; -inf where red lines clash."""
    result = maximise_equal_gain(game, np.ones(game.floor.size), rational=False)
    return -np.inf if result is None else result[0]


cases = st.tuples(st.integers(0, 10**6), st.integers(2, 4), st.integers(1, 3), st.booleans())


@settings(max_examples=20)
@given(cases)
def test_no_package_of_a_grid_does_better(case):
    """Each solution beats every package of a fine grid at what defines it, and lies where it may."""
    game = game_of(*case)
    packages = listed(game, {1: 400, 2: 60, 3: 18}[len(game.issues)])
    worth = compute_utilities(game, packages)
    fits = np.all(worth >= game.floor - 1e-9, axis=1)
    surplus = compute_surplus(game)
    assert (worth - game.floor).min(axis=1).max() <= surplus + 1e-8
    assert surplus == pytest.approx(compute_max_min_gain(game, game.floor), abs=1e-8)
    found = {point.name: point for point in solutions.solve_all(game)}
    if surplus < -1e-9:
        assert not found and not fits.any()
        return
    if surplus < 1e-6:
        return
    gain = worth[fits] - game.floor
    ideal = np.array([maximise_utility(game, i) for i in range(len(game.parties))]) - game.floor
    for point in found.values():
        assert game.admits(point.package, 1e-6)
    own = {name: point.utility - game.floor for name, point in found.items()}
    # Hand-made checks on arrays of gains; the empty grid of a thin zone proves nothing.
    if len(gain):
        assert np.prod(gain, axis=1).max() <= np.prod(own[solutions.NASH]) + 1e-7
        assert gain.min(axis=1).max() <= own[solutions.EGALITARIAN].min() + 1e-7
        assert gain.sum(axis=1).max() <= own[solutions.UTILITARIAN].sum() + 1e-7
        assert gain.max(axis=0) == pytest.approx(np.minimum(gain.max(axis=0), ideal + 1e-7))
        share = (gain / np.maximum(ideal, 1e-9)).min(axis=1).max()
        assert share <= (own[solutions.KALAI_SMORODINSKY] / np.maximum(ideal, 1e-9)).min() + 1e-6


@settings(max_examples=20)
@given(cases)
def test_solutions_are_efficient(case):
    """Nobody can gain on a solution without another's loss: the others held, no one's utility can be raised."""
    from sim.analysis.linear import Programme

    game = game_of(*case)
    if compute_surplus(game) < 1e-6:
        return
    for point in solutions.solve_all(game):
        for i in range(len(game.parties)):
            programme = Programme(game)
            for j in range(len(game.parties)):
                programme.add_constraint(-programme.utility[j], -(point.utility[j] - 1e-9))
            best = programme.maximise(programme.utility[i])
            assert best is not None and best[0] <= point.utility[i] + 1e-5, point.name


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(1, 5), st.booleans())
def test_frontier_of_two_is_a_concave_chain_that_nothing_lies_beyond(seed, issues, red):
    game = game_of(seed, 2, issues, red)
    corners = solutions.find_frontier(game)
    if not corners:
        assert compute_surplus(game) == -np.inf
        return
    line = np.array([game.utilities(package) for package in corners])
    assert np.all(np.diff(line[:, 0]) <= 1e-9) and np.all(np.diff(line[:, 1]) >= -1e-9)
    chance = np.random.default_rng(seed)
    for package in chance.random((400, issues)):
        if np.any((package - game.reservation) / (game.demand - game.reservation) * game.red < -1e-9):
            continue
        u = game.utilities(package)
        # The chain's height at u1: no package stands above it.
        height = np.interp(u[0], line[::-1, 0], line[::-1, 1])
        assert u[1] <= height + 1e-7 or u[0] > line[0, 0]


def test_by_hand_two_issues_of_opposite_weight():
    """Saliences .8/.2 and .2/.8, demands 1 and 0: each gets its own issue, .8 for both, by every symmetric solution."""
    demand, reservation = np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([[0.0, 0.0], [1.0, 1.0]])
    salience = np.array([[0.8, 0.2], [0.2, 0.8]])
    game = Game("g", ("a", "b"), ("x", "y"), demand, reservation, salience, np.zeros((2, 2), np.int64), np.zeros(2))
    for point in solutions.solve_all(game):
        assert point.package == pytest.approx([1.0, 0.0], abs=1e-8), point.name
        assert point.utility == pytest.approx([0.8, 0.8])
    assert [game.utilities(x).round(9).tolist() for x in solutions.find_frontier(game)] == [[1, 0], [0.8, 0.8], [0, 1]]


def test_by_hand_a_zone_of_one_issue():
    """Demands 1 and 0, reservation points .3 and .4: a zone from .3 to .4, its middle the text.

    u1 = (x - .3)/.7, u2 = (.4 - x)/.4: equal at x = .4 - .4t, .1 - .4t = .7t, t = 1/11.
    """
    game = Game(
        "g", ("a", "b"), ("x",), np.array([[1.0], [0.0]]), np.array([[0.3], [0.4]]), np.ones((2, 1)),
        np.zeros((2, 1), np.int64), np.zeros(2),
    )  # fmt: skip
    assert compute_surplus(game) == pytest.approx(1 / 11)
    assert solutions.nash(game) == pytest.approx([0.35])
    assert solutions.nash(game, np.array([3.0, 1.0])) == pytest.approx([0.375])
    assert solutions.kalai_smorodinsky(game) == pytest.approx([0.35])
    assert solutions.egalitarian(game) == pytest.approx([0.4 - 0.4 / 11])
    assert solutions.utilitarian(game) == pytest.approx([0.3])
    apart = replace(game, reservation=np.array([[0.5], [0.4]]))
    assert solutions.solve_all(apart) == [] and compute_surplus(apart) < 0


def test_issues_alike_are_settled_alike():
    """Two issues that both parties value the same: no solution gives all of one to somebody, none of the other."""
    demand, reservation = np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([[0.2, 0.2], [0.9, 0.9]])
    names, none = (("a", "b"), ("x", "y")), np.zeros((2, 2), np.int64)
    game = Game("g", *names, demand, reservation, np.full((2, 2), 0.5), none, np.zeros(2))
    found = solutions.solve_all(game)
    assert len(found) == 4
    for point in found:
        assert point.package[0] == pytest.approx(point.package[1]), point.name
    package = np.array([1.0, 0.2])
    assert game.utilities(solutions.balance_package(game, package)) == pytest.approx(game.utilities(package))


def test_games_of_a_scenario():
    """Members, floors and the whole of river-border, the floors by hand from trust, authority and exposure."""
    loaded = load("river-border")
    model = start_talks(resolve(loaded.scenario, 0), MIDDLE)
    found = build_games(model)
    assert [game.name for game in found] == ["exchange", "calm", "river", WHOLE]
    assert found[0].parties == ("northbank", "southbank") and found[2].parties == ("northbank", "southbank", "upland")
    chance = 0.25 * 0.85  # trust .1 to .4, authority .7 to 1
    assert found[0].floor == pytest.approx((1 - chance) * 0.025 / chance)
    whole = found[3]
    assert whole.salience.sum(axis=1) == pytest.approx(1.0)
    assert whole.salience[2, :2].tolist() == [0.0, 0.0]
    package = np.array([0.5, 0.5, 0.5, 0.5])
    own = model.theta.party_issue
    for i, party in enumerate(model.parties):
        held = own[2, i] > 0
        by_rule = concave_utility(package[held], own[0, i][held], party.reservation[held], own[2, i][held])
        assert whole.utilities(package)[i] == pytest.approx(by_rule)


def test_zones_count_indices():
    problem = resolve(load("river-border").scenario, 3)
    found = estimate_zones(problem, 15)
    assert [zone.name for zone in found] == ["exchange", "calm", "river", WHOLE]
    for b, zone in enumerate(found):
        surplus = [compute_surplus(build_games(start_talks(problem, k))[b]) for k in range(15)]
        assert zone.surplus == pytest.approx(surplus, abs=1e-8)
        assert zone.commitment == sum(s >= -1e-9 for s in surplus) / 15
        assert zone.interests >= zone.commitment and zone.interests_interval[0] <= zone.interests
    with pytest.raises(ParleyError):
        estimate_zones(problem, 0)


def test_tables_and_where_there_is_no_zone(tmp_path):
    from sim.cli.analyse import build_panels
    from sim.figures.solutions import save_solutions

    found = analyse(load("river-border"), n=5, weights={"northbank": 2.0})
    assert [row["basket"] for row in tabulate_zones(found)] == ["exchange", "calm", "river", WHOLE]
    assert {row["solution"] for row in tabulate_solutions(found)} >= {"Nash", "weighted Nash", "Kalai-Smorodinsky"}
    assert {row["basket"] for row in tabulate_frontiers(found)} == {"exchange", "calm"}
    for suffix in ("png", "svg"):
        save_solutions(build_panels(found), "A title", tmp_path / f"zone.{suffix}")
        assert (tmp_path / f"zone.{suffix}").stat().st_size > 10_000
    apart = game_of(1, 2, 1)
    none = solve_game(replace(apart, floor=np.array([2.0, 2.0])))
    assert not none.above_floors and none.surplus < 0
    with pytest.raises(ParleyError, match="no party `north`"):
        analyse(load("river-border"), n=5, weights={"north": 2.0})


def test_labels_of_the_figure_do_not_touch():
    from itertools import pairwise

    from sim.cli.analyse import build_panels
    from sim.figures.solutions import draw_solutions

    figure = draw_solutions(build_panels(analyse(load("istanbul-2025"), n=1)), "A title")
    figure.canvas.draw()
    for axes in figure.axes:
        labels = [label.get_window_extent() for label in axes.get_xticklabels() if label.get_text()]
        inside = [box for box in labels if axes.bbox.x0 <= (box.x0 + box.x1) / 2 <= axes.bbox.x1]
        assert all(left.x1 + 3 < right.x0 for left, right in pairwise(inside)), axes.get_title(loc="left")


def test_an_analysis_leaves_whole_folders_or_none(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from sim.analysis import study
    from sim.cli.main import app
    from sim.figures import solutions as figures

    def analysed(out, **given):
        done = CliRunner().invoke(app, ["analyse", "river-border", "-n", "3", "-o", str(out)], **given)
        return done.exit_code, done.stderr, sorted(path.name for path in tmp_path.rglob("*"))

    code, said, names = analysed(tmp_path / "out")
    whole = ["frontiers.csv", "manifest.json", "out", "solutions.csv", "zone.png", "zone.svg", "zones.csv"]
    assert (code, names) == (0, whole), said

    def full(panels, title, path):
        raise OSError(28, "No space left on device")

    def interrupted(panels, title, path):
        raise KeyboardInterrupt

    for failing, status, message in ((full, 2, "No space left on device; nothing is left"), (interrupted, 130, "")):
        monkeypatch.setattr(figures, "save_solutions", failing)
        code, said, names = analysed(tmp_path / "other")
        assert (code, names) == (status, whole) and message in said and "Traceback" not in said
    monkeypatch.setattr(study, "analyse", None)  # were the folder looked at after the work, this would be called
    code, said, names = analysed(tmp_path / "out")
    assert code == 2 and "holds the results of an earlier analysis" in said


def test_discrete_solutions_by_hand():
    """Four packages: (3, 1), (2, 2.5), (1, 3), (2, 2); the last is dominated."""
    worth = np.array([[3.0, 1.0], [2.0, 2.5], [1.0, 3.0], [2.0, 2.0]])
    zero = np.zeros(2)
    assert find_solutions(worth, zero, "nash").tolist() == [1]
    assert find_solutions(worth, zero, "egalitarian").tolist() == [1, 3]
    assert find_solutions(worth, zero, "utilitarian").tolist() == [1]
    assert find_solutions(worth, zero, "kalai-smorodinsky").tolist() == [1, 3]
    assert find_solutions(worth, np.array([2.5, 0.0]), "nash").tolist() == [0]
    assert find_solutions(worth, np.array([4.0, 0.0]), "nash").size == 0
