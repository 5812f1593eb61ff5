"""Best packages for two parties and for more.

Hand-worked baskets, and generated ones against what defines a solution: a linear programme of SciPy for the
egalitarian value, a bound from concavity for the Nash product, and a grid that knows nothing of either.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import linprog

from sim.rules.value import concave_utility
from sim.solvers.multi_party import coalition_work, compromise, max_min_many, nash_many
from sim.solvers.two_party import WORK_ROWS, max_min_two, nash_two


class Basket(NamedTuple):
    """Demands, reservation points, salience and red lines (P, n); floors and powers (P,)."""

    d: np.ndarray
    r: np.ndarray
    w: np.ndarray
    red: np.ndarray
    floors: np.ndarray
    power: np.ndarray


def surplus(basket: Basket, x: np.ndarray) -> np.ndarray:
    """Utility less floor of every party, values clipped above only."""
    values = np.minimum(1.0, (x - basket.r) / (basket.d - basket.r))
    return (basket.w * values).sum(axis=1) / basket.w.sum(axis=1) - basket.floors


def crosses(basket: Basket, x: np.ndarray, slack: float = 2e-9) -> bool:
    return bool(np.any((basket.red == 1) & ((x - basket.r) / (basket.d - basket.r) < -slack)))


def greatest_least_surplus(basket: Basket) -> float:
    """max over packages of the least surplus as a linear programme in points, values and t; -inf if
    infeasible.
    """
    parties, issues = basket.d.shape
    size = issues + parties * issues + 1
    rows, limits = [], []
    for i in range(parties):
        least = np.zeros(size)
        least[issues + i * issues : issues + (i + 1) * issues] = -basket.w[i] / basket.w[i].sum()
        least[-1] = 1.0
        rows.append(least)
        limits.append(-basket.floors[i])
        for k in range(issues):
            rise = 1.0 / (basket.d[i, k] - basket.r[i, k])
            valued, line = np.zeros(size), np.zeros(size)
            valued[issues + i * issues + k], valued[k] = 1.0, -rise
            line[k] = -rise
            rows += [valued, line] if basket.red[i, k] else [valued]
            limits += [-basket.r[i, k] * rise] * (2 if basket.red[i, k] else 1)
    goal = np.zeros(size)
    goal[-1] = -1.0
    bounds = [(0, 1)] * issues + [(None, 1)] * (parties * issues) + [(None, None)]
    solved = linprog(goal, A_ub=np.array(rows), b_ub=limits, bounds=bounds)
    return -solved.fun if solved.status == 0 else -np.inf


def nash_shortfall(basket: Basket, x: np.ndarray) -> float:
    """A bound on how much the log Nash product of any package exceeds that of x.

    The log product is concave in the surpluses, so the excess is at most gradient · (surpluses - those of x);
    this is a sum over issues, each greatest at a kink or an end of what red lines leave.
    """
    slope = basket.power / surplus(basket, x)
    weight = basket.w / basket.w.sum(axis=1, keepdims=True)
    bound = 0.0
    for k in range(len(x)):
        d, r, red = basket.d[:, k], basket.r[:, k], basket.red[:, k] == 1
        low, high = max([0.0, *r[red & (d > r)]]), min([1.0, *r[red & (d < r)]])
        points = [y for y in (low, high, *d) if low <= y <= high]

        def worth(y, d=d, r=r, k=k):
            return float(np.sum(slope * weight[:, k] * np.minimum(1.0, (y - r) / (d - r))))

        bound += max(map(worth, points)) - worth(x[k])
    return bound


@st.composite
def baskets(draw, parties: st.SearchStrategy[int], most_issues: int = 5) -> Basket:
    """Any geometry: reservation points on either side of the demand, equal demands, red lines, floors in
    [-.3, .5].
    """
    shape = (draw(parties), draw(st.integers(1, most_issues)))
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    d = chance.random(shape)
    if draw(st.booleans()):
        d = np.round(4.0 * d) / 4.0
    away = np.where(chance.random(shape) < 0.5, -1.0, 1.0)
    away = np.where(d + 0.05 * away > 1.0, -1.0, np.where(d + 0.05 * away < 0.0, 1.0, away))
    room = np.where(away > 0.0, 1.0 - d, d)
    r = d + away * (0.05 + chance.random(shape) * (room - 0.05))
    if draw(st.booleans()):  # parties that face each other, as in most baskets
        lower = (np.arange(shape[0]) % 2 == 0)[:, None]
        d = np.where(lower, 0.3 * chance.random(shape), 1.0 - 0.3 * chance.random(shape))
        r = np.where(lower, 0.4 + 0.6 * chance.random(shape), 0.6 - 0.6 * chance.random(shape))
    w = 0.02 + chance.random(shape)
    red = (chance.random(shape) < draw(st.sampled_from([0.0, 0.15]))).astype(np.int64)
    return Basket(d, r, w, red, chance.uniform(-0.3, 0.5, shape[0]), chance.uniform(0.3, 1.5, shape[0]))


def case(d, r, w=None, floors=None, power=None, red=None) -> Basket:
    d, r = np.array(d, float), np.array(r, float)
    w = np.ones_like(d) if w is None else np.array(w, float)
    red = np.zeros(d.shape, np.int64) if red is None else np.array(red, np.int64)
    floors = np.zeros(len(d)) if floors is None else np.array(floors, float)
    return Basket(d, r, w, red, floors, np.ones(len(d)) if power is None else np.array(power, float))


def pie(issues=1, **more) -> Basket:
    """The first party wants 1, the second 0, and each would at worst take the other's."""
    return case([[1.0] * issues, [0.0] * issues], [[0.0] * issues, [1.0] * issues], **more)


def two_nash(basket: Basket):
    n = basket.d.shape[1]
    out = np.full(n, np.nan)
    (d1, d2), (r1, r2), (w1, w2), (red1, red2), (f1, f2), (p1, p2) = basket
    work, order = np.empty((WORK_ROWS, n)), np.empty(n, np.int64)
    return nash_two(d1, r1, w1, f1, red1, p1, d2, r2, w2, f2, red2, p2, work, order, out), out


def two_max_min(basket: Basket):
    n = basket.d.shape[1]
    out = np.full(n, np.nan)
    (d1, d2), (r1, r2), (w1, w2), (red1, red2), (f1, f2), _ = basket
    work, order = np.empty((WORK_ROWS, n)), np.empty(n, np.int64)
    return max_min_two(d1, r1, w1, f1, red1, d2, r2, w2, f2, red2, work, order, out), out


def many_nash(basket: Basket, member=None):
    parties, n = basket.d.shape
    member = np.ones(parties, np.int64) if member is None else np.array(member)
    out, (d, r, w, red, floors, power) = np.full(n, np.nan), basket
    return nash_many(d, r, w, floors, red, power, member, coalition_work(parties, n), out), out


def many_max_min(basket: Basket, member=None):
    parties, n = basket.d.shape
    member = np.ones(parties, np.int64) if member is None else np.array(member)
    out, (d, r, w, red, floors, _) = np.full(n, np.nan), basket
    return max_min_many(d, r, w, floors, red, member, coalition_work(parties, n), out), out


TWO = [
    (case([[1.0], [0.0]], [[0.3], [0.4]]), [0.35]),  # the middle of the zone [.3, .4], not an end of it
    (pie(floors=(0.2, 0.1)), [0.55]),
    (pie(floors=(0.2, 0.1), power=(0.6, 0.4)), [0.62]),
    (pie(power=(3.0, 1.0)), [0.75]),
    (pie(2, floors=(0.2, 0.1)), [0.55, 0.55]),  # issues alike are treated alike
    # Mirror-image salience: each gets its own issue, utility (.8, .8), not the compromise at (.68, .68).
    (pie(2, w=[[0.8, 0.2], [0.2, 0.8]]), [1.0, 0.0]),
    # Salience need not sum to 1, nor to the same for both.
    (pie(2, w=[[8.0, 2.0], [0.1, 0.4]]), [1.0, 0.0]),
    # A floor of .6 for the second: issue 2 given up whole, surpluses .75 and .15; then issue 1 a share t of
    # the way, (.75 - .75 t)(.15 + .25 t), greatest where .25 (.75 - .75 t) = .75 (.15 + .25 t), at t = .2.
    (pie(2, w=[[0.75, 0.25], [0.25, 0.75]], floors=(0.0, 0.6)), [0.8, 0.0]),
    # Where a party loses nothing on the other's side of its demand, the other has its way.
    (case([[0.5], [0.2]], [[0.8], [0.6]]), [0.2]),
    (case([[0.5], [0.2]], [[0.1], [0.1]]), [0.5]),
    (case([[0.5], [0.2]], [[0.8], [0.1]]), [0.35]),  # if both lose nothing: midway
    (case([[0.7], [0.7]], [[0.2], [0.9]]), [0.7]),  # of one mind
    # Who does not care for an issue leaves it to the other; x (2 - x)/2 on the first rises up to 1.
    (pie(2, w=[[1.0, 0.0], [1.0, 1.0]]), [1.0, 0.0]),
    # A reservation point beyond the other's demand: (x - .1)/.8 · (.8 - x)/.5 peaks at .45.
    (case([[0.9], [0.3]], [[0.1], [0.8]]), [0.45]),
    # (x - .3)/.7 · ((.4 - x)/.4 + 1) peaks at .55, but the second's red line is at .4.
    (case([[1.0], [0.0]], [[0.3], [0.4]], floors=(0.0, -1.0), red=[[0], [1]]), [0.4]),
]


@pytest.mark.parametrize(("basket", "package"), TWO)
def test_nash_of_two_on_hand_worked_baskets(basket, package):
    found, out = two_nash(basket)
    assert found
    assert out == pytest.approx(package, abs=1e-12)
    assert nash_shortfall(basket, out) < 1e-12


def test_two_without_a_zone():
    assert not two_nash(pie(floors=(0.6, 0.6)))[0]
    assert two_max_min(pie(floors=(0.6, 0.6)))[0] == pytest.approx(-0.1)
    assert two_nash(pie(floors=(0.6, 0.4)))[0]  # the zone is one point
    assert two_nash(pie(floors=(0.6, 0.4)))[1] == pytest.approx([0.6])
    assert not two_nash(pie(floors=(0.6, 0.4 + 1e-8)))[0]


def test_red_lines_of_two_that_clash_or_just_touch():
    clash = case([[1.0], [0.0]], [[0.6], [0.4]], floors=(-9.0, -9.0), red=[[1], [1]])
    assert not two_nash(clash)[0]
    assert two_max_min(clash)[0] == -np.inf
    assert two_nash(clash._replace(red=np.array([[1], [0]])))[0]
    touch = case([[1.0], [0.0]], [[0.6], [0.6]], red=[[1], [1]])
    found, out = two_nash(touch)
    assert found
    assert out == pytest.approx([0.6])
    assert two_max_min(touch)[0] == pytest.approx(0.0, abs=1e-12)


def test_max_min_of_two_by_hand():
    t, out = two_max_min(pie(floors=(0.2, 0.1)))
    assert t == pytest.approx(0.35)
    assert out == pytest.approx([0.55])
    # Surpluses (.75, .75) once issue 2 is given up: equal there.
    t, out = two_max_min(pie(2, w=[[0.75, 0.25], [0.25, 0.75]]))
    assert t == pytest.approx(0.75)
    assert out == pytest.approx([1.0, 0.0])
    # One party can be raised no further: all it can get, .25, is the least.
    held = pie(floors=(-5.0, 0.75))
    assert two_max_min(held)[0] == pytest.approx(0.25)


def test_the_order_of_issues_and_of_parties_does_not_matter():
    basket = pie(3, w=[[0.5, 0.2, 0.3], [0.1, 0.5, 0.4]], floors=(0.3, 0.1))
    _, out = two_nash(basket)
    turn = [2, 0, 1]
    turned = basket._replace(d=basket.d[:, turn], r=basket.r[:, turn], w=basket.w[:, turn])
    assert two_nash(turned)[1] == pytest.approx(out[turn], abs=1e-15)
    swapped = Basket(*(field[::-1].copy() for field in basket))
    assert two_nash(swapped)[1] == pytest.approx(out, abs=1e-15)


def test_utility_as_the_frontier_sees_it():
    basket = case([[1.0, 0.9]], [[0.5, 0.7]], w=[[3.0, 1.0]])
    x = np.array([0.75, 0.0])
    assert concave_utility(x, basket.d[0], basket.r[0], basket.w[0]) == pytest.approx((3 * 0.5 - 3.5) / 4)
    assert surplus(basket, x)[0] == pytest.approx((3 * 0.5 - 3.5) / 4)


MANY = [
    # x · (1 - x) · min(1, 2 (1 - x)): the kink at .5.
    (case([[1.0], [0.0], [0.5]], [[0.0], [1.0], [1.0]]), [0.5]),
    (case([[1.0], [1.0], [0.0]], [[0.0], [0.0], [1.0]]), [2.0 / 3.0]),
    (case([[1.0], [1.0], [0.0]], [[0.0], [0.0], [1.0]], power=(1.0, 1.0, 2.0)), [0.5]),
    # 2/(x - .1) = 1/(.9 - x)
    (case([[1.0], [1.0], [0.0]], [[0.0], [0.0], [1.0]], floors=(0.1, 0.1, 0.1)), [1.9 / 3.0]),
    # Its red line at .7 holds the text there.
    (case([[1.0], [1.0], [0.0]], [[0.0], [0.7], [1.0]], floors=(0.0, -9.0, 0.0), red=[[0], [1], [0]]), [0.7]),
    # Three issues, each the care of one party against the two others: all get what they care for.
    (
        case(
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            [[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]],
            w=[[8.0, 1.0, 1.0], [1.0, 8.0, 1.0], [1.0, 1.0, 8.0]],
        ),
        [1.0, 1.0, 1.0],
    ),
    *((basket, package) for basket, package in TWO if len(package) == 1 and basket.d[0, 0] >= 0.7),
]


@pytest.mark.parametrize(("basket", "package"), MANY)
def test_nash_of_many_on_hand_worked_baskets(basket, package):
    found, out = many_nash(basket)
    assert found
    assert out == pytest.approx(package, abs=1e-9)
    assert nash_shortfall(basket, out) < 1e-9


def test_max_min_of_many_by_hand():
    basket = case([[1.0], [1.0], [0.0]], [[0.0], [0.0], [1.0]])
    assert many_max_min(basket)[0] == pytest.approx(0.5)
    t, out = many_max_min(basket._replace(floors=np.array([0.2, 0.2, 0.0])))
    assert t == pytest.approx(0.4)
    assert out == pytest.approx([0.6])
    assert many_max_min(basket._replace(floors=np.array([0.8, 0.0, 0.4])))[0] == pytest.approx(-0.1)


def test_many_without_a_zone_or_with_clashing_red_lines():
    basket = case([[1.0], [1.0], [0.0]], [[0.6], [0.0], [0.4]], floors=(-9.0, -9.0, -9.0), red=[[1], [0], [1]])
    assert not many_nash(basket)[0]
    assert many_max_min(basket)[0] == -np.inf
    basket = case([[1.0], [1.0], [0.0]], [[0.0], [0.0], [1.0]], floors=(0.6, 0.0, 0.5))
    assert not many_nash(basket)[0]
    found, out = many_nash(basket._replace(floors=np.array([0.6, 0.0, 0.4])))  # the zone is one point
    assert found
    assert out == pytest.approx([0.6], abs=1e-9)


def test_who_is_no_member_does_not_count():
    basket = case([[1.0], [0.3], [0.0]], [[0.0], [0.9], [1.0]], floors=(0.2, 5.0, 0.1), red=[[0], [1], [0]])
    found, out = many_nash(basket, [1, 0, 1])
    assert found
    assert out == pytest.approx([0.55], abs=1e-9)
    assert many_max_min(basket, [1, 0, 1])[0] == pytest.approx(0.35)
    compromise(basket.d, basket.w, np.array([1, 0, 1]), out)
    assert out == pytest.approx([0.5])


def test_scratch_may_be_larger_and_used_before():
    work = coalition_work(5, 7)
    for basket, package in MANY:
        d, r, w, red, floors, power = basket
        member, out = np.ones(len(d), np.int64), np.full(d.shape[1], np.nan)
        assert nash_many(d, r, w, floors, red, power, member, work, out)
        assert out == pytest.approx(package, abs=1e-9)
        t = max_min_many(d, r, w, floors, red, member, work, out)
        assert t == pytest.approx(greatest_least_surplus(basket), abs=1e-9)


def test_compromise():
    d, member, out = np.array([[1.0, 0.2], [0.0, 0.4], [0.5, 0.9]]), np.ones(3, np.int64), np.full(2, np.nan)
    compromise(d, np.array([[2.0, 0.0], [1.0, 0.0], [1.0, 0.0]]), member, out)
    assert out == pytest.approx([2.5 / 4.0, 0.5])
    # Mirror-image salience .8/.2 on demands 1 and 0: utility .68 for both.
    basket = pie(2, w=[[0.8, 0.2], [0.2, 0.8]])
    compromise(basket.d, basket.w, np.ones(2, np.int64), out)
    assert out == pytest.approx([0.8, 0.2])
    assert surplus(basket, out) == pytest.approx([0.68, 0.68])


@given(baskets(st.just(2)))
def test_generated_baskets_of_two(basket):
    t, even = two_max_min(basket)
    best = greatest_least_surplus(basket)
    assert t == pytest.approx(best, abs=1e-9)
    found, out = two_nash(basket)
    assert found == (best >= 0.0)
    if np.isfinite(t):
        assert surplus(basket, even).min() == pytest.approx(t, abs=1e-9)
        assert not crosses(basket, even)
    if found:
        assert surplus(basket, out).min() >= -1e-9
        assert not crosses(basket, out)
        assume(best > 0.01)
        assert nash_shortfall(basket, out) < 1e-9


@given(baskets(st.integers(1, 6)))
def test_generated_baskets_of_many(basket):
    t, even = many_max_min(basket)
    best = greatest_least_surplus(basket)
    assert t == pytest.approx(best, abs=1e-9)
    found, out = many_nash(basket)
    assert found == (best >= 0.0)
    if np.isfinite(t):
        assert surplus(basket, even).min() == pytest.approx(t, abs=1e-9)
        assert not crosses(basket, even)
    if found:
        assert surplus(basket, out).min() >= -1e-9
        assert not crosses(basket, out)
        assume(best > 0.01)
        assert nash_shortfall(basket, out) < 1e-9


@given(baskets(st.integers(3, 6)))
def test_the_smallest_zone_of_many_is_found_and_none_where_there_is_none(basket):
    best = greatest_least_surplus(basket)
    assume(np.isfinite(best))
    assert many_nash(basket._replace(floors=basket.floors + best - 1e-7))[0]
    assert not many_nash(basket._replace(floors=basket.floors + best + 1e-7))[0]


@given(baskets(st.just(2)))
def test_both_ways_to_the_solution_of_two_give_the_same_utilities(basket):
    found, out = two_nash(basket)
    also, other = many_nash(basket)
    assert found == also
    assume(found and surplus(basket, out).min() > 1e-6)
    assert surplus(basket, other) == pytest.approx(surplus(basket, out), abs=1e-9)


@given(baskets(st.integers(2, 3), most_issues=2))
def test_no_point_of_a_grid_is_better(basket):
    parties, n = basket.d.shape
    found, out = two_nash(basket) if parties == 2 else many_nash(basket)
    grid = np.linspace(0.0, 1.0, 101 if n == 1 else 21)
    best = -1.0
    for point in itertools.product(grid, repeat=n):
        x = np.array(point)
        gains = surplus(basket, x)
        if gains.min() >= 0.0 and not crosses(basket, x, 0.0):
            best = max(best, float(np.prod(gains**basket.power)))
    assert found or best < 0.0
    if found:
        assert np.prod(np.maximum(surplus(basket, out), 0.0) ** basket.power) >= best - 1e-9


def test_those_checks_would_notice():
    """A package a hundredth off, and the egalitarian one, are not taken for the Nash solution."""
    basket = pie(floors=(0.2, 0.1), power=(0.6, 0.4))
    _, out = two_nash(basket)
    assert nash_shortfall(basket, out) < 1e-12
    assert nash_shortfall(basket, out + 0.01) > 1e-3
    assert nash_shortfall(basket, two_max_min(basket)[1]) > 1e-2
