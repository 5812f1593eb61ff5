"""Exact solution points on domains: hand values, brute force in plain Python, and NegMAS's own where it is right."""

from __future__ import annotations

import csv
import itertools
import json
import math
import warnings
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sim.cli.main import app
from sim.core.errors import ParleyError
from sim.interop.domain import Domain, Profile
from sim.interop.solutions import DEFINITIONS, find_efficient, solve
from tests.interop.genius_files import Discrete, Files

NASH, KALAI_SMORODINSKY, EGALITARIAN, UTILITARIAN = DEFINITIONS


def random_domain(seed: int) -> Domain:
    """Two or three sides, one to three issues; one in three with evaluations in tenths, so that there are ties."""
    chance = np.random.default_rng(seed)
    sizes, sides = chance.integers(2, 6, chance.integers(1, 4)).tolist(), int(chance.integers(2, 4))
    profiles = []
    for k in range(sides):
        tables = [chance.uniform(0.0, 1.0, size) for size in sizes]
        if seed % 3 == 0:
            tables = [np.round(table, 1) for table in tables]
        weights = chance.uniform(0.05, 1.0, len(sizes)) if seed % 3 else np.ones(len(sizes))
        reserved = float(chance.uniform(0.0, 0.6)) if seed % 4 else 0.0
        profiles.append(Profile(f"p{k}", weights / weights.sum(), tuple(tables), reserved))
    values = tuple(tuple(f"v{n}" for n in range(size)) for size in sizes)
    return Domain("d", tuple(f"i{k}" for k in range(len(sizes))), values, tuple(profiles))


def by_force(domain: Domain) -> tuple[dict[str, set[int]], set[tuple[float, ...]]]:
    """Solutions and Pareto set, one outcome after the other, by the definitions alone."""
    worth = []
    for places in itertools.product(*(range(len(values)) for values in domain.values)):
        u = [math.fsum(p.weights[k] * p.evaluations[k][v] for k, v in enumerate(places)) for p in domain.profiles]
        worth.append(u)
    floor = [p.reserved for p in domain.profiles]
    zone = [k for k, u in enumerate(worth) if all(a >= r - 1e-9 for a, r in zip(u, floor, strict=True))]
    gains = {k: [a - r for a, r in zip(worth[k], floor, strict=True)] for k in zone}
    most = [max((g[i] for g in gains.values()), default=0.0) for i in range(len(floor))]
    scores = {
        NASH: lambda g: math.prod(max(x, 0.0) for x in g),
        EGALITARIAN: min,
        UTILITARIAN: sum,
        KALAI_SMORODINSKY: lambda g: min((x / m for x, m in zip(g, most, strict=True) if m > 1e-9), default=0.0),
    }

    def beaten(u: list[float], others: list[list[float]]) -> bool:
        gaps = [[b - a for a, b in zip(u, v, strict=True)] for v in others]
        return any(min(gap) >= -1e-9 and max(gap) > 1e-9 for gap in gaps)

    found = {}
    for name, score in scores.items():
        best = max((score(g) for g in gains.values()), default=0.0)
        ties = [k for k in zone if score(gains[k]) >= best - 1e-9]
        found[name] = {k for k in ties if not beaten(worth[k], [worth[j] for j in ties])}
    pareto = {tuple(round(x, 8) for x in u) for u in worth if not beaten(u, worth)}
    return found, pareto


SEEDS = range(200)


@pytest.mark.parametrize("block", range(8))
def test_as_brute_force_on_two_hundred_domains(block):
    for seed in SEEDS[block::8]:
        domain = random_domain(seed)
        ours, (points, pareto) = solve(domain), by_force(domain)
        for name in DEFINITIONS:
            assert set(ours.points[name].tolist()) == points[name], (seed, name)
        assert {tuple(np.round(u, 8).tolist()) for u in ours.worth[ours.efficient]} == pareto, seed


def test_brute_force_would_notice_another_disagreement_point():
    """With no agreement worth 0 to everybody solutions differ on most domains that have reservation values."""
    differs = 0
    for seed in range(1, 40):
        domain = random_domain(seed)
        free = Domain("d", domain.issues, domain.values, tuple(
            Profile(p.name, p.weights, p.evaluations, 0.0) for p in domain.profiles))  # fmt: skip
        differs += any(set(solve(free).points[n].tolist()) != by_force(domain)[0][n] for n in DEFINITIONS)
    assert differs > 10


@pytest.mark.filterwarnings("ignore")
def test_as_negmas_where_it_is_right():
    """Utilities of NegMAS's points to 1e-6; it is right where its point is in the zone and no score is higher.

    It is always right but for Kalai-Smorodinsky, where its point has a lower score on one domain in seven.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        negmas = pytest.importorskip("negmas", reason="the extra `negmas` is not installed")
        from negmas.preferences import ops
    rules = {NASH: ops.nash_points, EGALITARIAN: ops.kalai_points, UTILITARIAN: ops.max_welfare_points,
             KALAI_SMORODINSKY: ops.ks_points}  # fmt: skip
    compared, wrong = dict.fromkeys(rules, 0), dict.fromkeys(rules, 0)
    for seed in SEEDS:
        # NegMAS takes the worst outcome for the disagreement point where the reserved value lies below it.
        domain = _raised(random_domain(seed))
        ours, floor = solve(domain), domain.list_reserved_values()
        if not ours.zone.size:
            continue
        listed = zip(domain.values, domain.issues, strict=True)
        space = negmas.make_os([negmas.make_issue(list(v), n) for v, n in listed])
        ufuns = [_ufun(negmas, domain, k, space) for k in range(len(domain.profiles))]
        frontier, _ = ops.pareto_frontier(ufuns, issues=space.issues)
        most = (ours.worth[ours.zone] - floor).max(axis=0)
        for name, rule in rules.items():
            mine = ours.worth[ours.points[name]]
            for point, _ in rule(ufuns, frontier, outcome_space=space):
                theirs = np.array(point)
                if np.all(theirs >= floor - 1e-9) and not _beats(name, mine[0] - floor, theirs - floor, most):
                    compared[name] += 1
                    assert np.abs(mine - theirs).max(axis=1).min() < 1e-6, (seed, name)
                else:
                    wrong[name] += 1
    assert min(compared.values()) > 150, compared
    assert not any(count for name, count in wrong.items() if name != KALAI_SMORODINSKY), wrong
    assert wrong[KALAI_SMORODINSKY] < 35, wrong


def _raised(domain: Domain) -> Domain:
    """The domain with reservation values no lower than the worst outcome."""
    worst = domain.compute_worth().min(axis=0).tolist()
    pairs = zip(domain.profiles, worst, strict=True)
    profiles = [Profile(p.name, p.weights, p.evaluations, max(p.reserved, least)) for p, least in pairs]
    return Domain(domain.name, domain.issues, domain.values, tuple(profiles))


def _ufun(negmas, domain: Domain, k: int, space):
    p = domain.profiles[k]
    tables = [
        negmas.preferences.TableFun(dict(zip(values, table.tolist(), strict=True)))
        for values, table in zip(domain.values, p.evaluations, strict=True)
    ]
    return negmas.LinearAdditiveUtilityFunction(
        tables, weights=p.weights.tolist(), outcome_space=space, reserved_value=p.reserved, name=p.name
    )


def _beats(name: str, a: np.ndarray, b: np.ndarray, most: np.ndarray) -> bool:
    """Whether gains `a` score higher than gains `b`; `most` are the largest gains within the zone."""
    score = {
        NASH: lambda g: np.prod(np.maximum(g, 0)),
        EGALITARIAN: np.min,
        UTILITARIAN: np.sum,
        KALAI_SMORODINSKY: lambda g: np.min(g[most > 1e-9] / most[most > 1e-9], initial=np.inf),
    }[name]
    return bool(score(a) > score(b) + 1e-9)


def test_by_hand():
    """Table of the issue: (high, soon) is worth .95 to both and solves by every rule."""
    a = Profile("a", np.array([0.5, 0.5]), (np.array([1.0, 0.9]), np.array([1.0, 0.1])), 0.0)
    b = Profile("b", np.array([0.5, 0.5]), (np.array([0.1, 1.0]), np.array([0.9, 1.0])), 0.0)
    domain = Domain("d", ("price", "date"), (("low", "high"), ("soon", "late")), (a, b))
    found = solve(domain)
    for name in DEFINITIONS:
        assert [domain.find_outcome(k) for k in found.points[name]] == [("high", "soon")]
        assert found.worth[found.points[name][0]].tolist() == pytest.approx([0.95, 0.95])
    assert [domain.find_outcome(k) for k in found.efficient] == [("low", "soon"), ("high", "soon"), ("high", "late")]


def test_no_zone_and_too_many_outcomes():
    one = np.array([1.0])
    sides = (Profile("a", one, (np.array([1.0, 0.0]),), 0.6), Profile("b", one, (np.array([0.0, 1.0]),), 0.6))
    found = solve(Domain("d", ("x",), (("l", "r"),), sides))
    assert not found.zone.size and all(not points.size for points in found.points.values())
    assert found.efficient.tolist() == [0, 1]
    values = (tuple(map(str, range(101))),) * 3
    large = Profile("a", np.ones(3), (np.zeros(101),) * 3, 0.0)
    with pytest.raises(ParleyError, match="1,030,301 outcomes are too many to list; at most 1,000,000 are"):
        solve(Domain("d", ("x", "y", "z"), values, (large, large)))


def test_efficient_drops_what_is_weakly_beaten_and_keeps_one_of_equals():
    worth = np.array([[0.5, 0.5], [0.5, 0.4], [1.0, 0.0], [0.5, 0.5], [0.0, 1.0], [0.0, 0.9]])
    assert find_efficient(worth).tolist() == [0, 2, 4]


# The verb


def files(folder: Path) -> Path:
    issues = [
        Discrete(2, "price", ["low", "high"], [{"low": 10, "high": 9}, {"low": 1, "high": 10}]),
        Discrete(3, "date", ["soon", "late"], [{"soon": 10, "late": 1}, {"soon": 9, "late": 10}]),
    ]
    return Files(issues, [{2: 0.5, 3: 0.5}] * 2, [0.0, 0.0]).write(folder)


def test_analyse_a_folder(tmp_path):
    folder, out = files(tmp_path / "d"), tmp_path / "out"
    done = CliRunner().invoke(app, ["analyse", str(folder), "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert "Nash: greatest product of gains (Nash 1950)" in done.output
    assert done.output.count("  side0 0.9500  side1 0.9500  |  price: high  date: soon") == 5
    assert "Pareto-efficient: 3 outcomes" in done.output
    rows = list(csv.DictReader((out / "solutions.csv").open(encoding="utf-8")))
    assert [row["solution"] for row in rows] == list(DEFINITIONS)
    assert {(row["value: price"], float(row["utility: side0"])) for row in rows} == {("high", 0.95)}
    assert len(list(csv.DictReader((out / "pareto.csv").open(encoding="utf-8")))) == 3
    again = CliRunner().invoke(app, ["analyse", str(folder / "domain.xml")])
    assert again.exit_code == 0 and "4 outcomes" in again.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["analyse", "FOLDER", "--weights", "a=2"], "--weights, --set and --clauses are for scenarios"),
        (["analyse", "river-border", "--domain", "x"], "are for a folder of a GENIUS or GeniusWeb domain"),
        (["analyse", "FOLDER", "--profile", "side0"], "give --profile twice or more"),
        (["tactics", "FOLDER", "--domain", "nowhere"], "no file `nowhere`; domain files are: domain.xml"),
        (["tactics", "FOLDER", "--tolerance", "2"], "--tolerance"),
    ],
)
def test_analyse_refuses(tmp_path, words, message):
    folder = files(tmp_path / "d")
    done = CliRunner().invoke(app, [str(folder) if word == "FOLDER" else word for word in words])
    assert done.exit_code == 2 and message in " ".join(done.output.split())


def test_tactics_takes_a_tolerance(tmp_path):
    """At step 1 of 50 both hold out for 50/51 less the tolerance: .2 takes in (low, late), worth .9 and .8.

    With 1e-4 the second side takes it when 1 - t < .8001, in step 11.
    """
    price = Discrete(2, "price", ["low", "high"], [{"low": 1, "high": 0}, {"low": 0, "high": 1}])
    date = Discrete(3, "date", ["soon", "late"], [{"soon": 1, "late": 0}, {"soon": 0, "late": 1}])
    folder = Files([price, date], [{2: 0.9, 3: 0.1}, {2: 0.2, 3: 0.8}], [0.0, 0.0]).write(tmp_path)
    for extra, step in ((["--tolerance", "0.2"], 1), ([], 11), (["--tolerance", "0.0001"], 11)):
        words = ["tactics", str(folder), "--steps", "50", "--tactic", "linear", *extra]
        done = CliRunner().invoke(app, words)
        assert f"agreement in step {step}, offered by side0" in done.output
        assert "utility of side0: 0.9000" in done.output and "utility of side1: 0.8000" in done.output


def test_ties_go_to_the_outcome_listed_last():
    """All outcomes are worth the same to the first side, in numbers that differ in the last bit only."""
    from sim.interop.tactics import Tactic

    worth = np.array([0.1 + 0.2, 0.3, 0.3, 0.1])
    assert worth[0] != worth[1]
    assert Tactic(worth, 0.0, 1.0).choose_offer(0.1) == 2
    assert json.dumps(Tactic(worth, 0.0, 1.0).order.tolist()) == "[3, 2, 1, 0]"
