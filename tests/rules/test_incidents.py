"""Incidents: windows against a slow simulation written from the definition, and what an incident does."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.core.draws import stream_key, threefry2x64
from sim.rules.hawkes import Offspring, create_event_list, create_window_lanes, draw_window, spectral_radius
from sim.rules.incidents import add_effect, decay_factor, fade, lose_trust

NEVER = 1e9


def key_array(seed: int, stream: str, names: list[str]) -> np.ndarray:
    return np.array([stream_key(seed, stream, name) for name in names], np.uint64)


def drawn(key, fate: int, place, n: int) -> tuple[float, np.uint64]:
    """A unit exponential, and the name of what it brings."""
    word, name = threefry2x64(key, np.uint64(fate), np.uint64(place), np.uint64(n))
    return -math.log1p(-((int(word) >> 12) + 0.5) / 2**52), np.uint64(name)


def first_day(rise, target: float, low: float, high: float) -> float:
    """Where a rising function reaches a target, by bisection."""
    for _ in range(100):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if rise(middle) < target else (low, middle)
    return high


class World:
    """Arguments of `window`, with names instead of places."""

    def __init__(self, types: int = 1, seed: int = 0):
        self.start, self.end, self.surge_start = 0.0, 30.0, NEVER
        self.base, self.surged = np.full(types, 0.1), np.full(types, 0.1)
        self.decay, self.offspring = np.full(types, 0.25), np.zeros((types, types))
        self.before: list[tuple[float, int, int]] = []
        self.scripted: list[tuple[int, float]] = []
        names = [f"type {i}" for i in range(types)]
        self.keys, self.offspring_keys = key_array(seed, "incident", names), key_array(seed, "offspring", names)
        self.script_keys = key_array(seed, "scripted", [str(n) for n in range(9)])
        self.fate, self.step, self.room = 3, 2, 2000

    def lines(self):
        """The count that `window` returns, its incidents and what it leaves for later, as (day, type) by day."""
        now, later = create_event_list(self.room), create_event_list(self.room)
        for k, (day, kind, name) in enumerate(self.before):
            later.day[k], later.kind[k], later.name[k] = day, kind, name
        later.size[0] = len(self.before)
        which = np.array([kind for kind, _ in self.scripted], np.int64)
        when = np.array([day for _, day in self.scripted], float)
        count = draw_window(
            self.start, self.end, self.surge_start, self.base, self.surged,
            Offspring(self.offspring, self.decay, self.offspring_keys),
            which, when, self.script_keys[: len(which)], self.keys, self.fate, self.step,
            now, later, create_window_lanes(len(self.base)),
        )  # fmt: skip
        found = [sorted(zip(x.day[: x.size[0]], x.kind[: x.size[0]], strict=True)) for x in (now, later)]
        return count, *found

    def run(self) -> list[tuple[float, int]]:
        """The incidents alone."""
        return self.lines()[1]

    def cumulated(self, i: int, day: float) -> float:
        """Base rate of type i added up from the start to a day."""
        turn = min(max(self.surge_start, self.start), self.end)
        return self.base[i] * (min(day, turn) - self.start) + self.surged[i] * max(day - turn, 0.0)

    def slowly(self):
        """The same by recursion over clusters: incidents and what comes later, each by day."""
        found: list[tuple[float, int]] = []

        def occur(day: float, kind: int, name) -> None:
            found.append((day, kind))
            if day > self.end:
                return
            for i, rate in enumerate(self.offspring[:, kind]):
                n, (risen, child) = 0, drawn(self.offspring_keys[i], self.fate, name, 0)
                while risen < rate:

                    def rise(x: float, i: int = i, rate: float = rate) -> float:
                        return rate * -math.expm1(-self.decay[i] * x)

                    occur(day + first_day(rise, risen, 0.0, 60.0 / self.decay[i]), i, child)
                    n += 1
                    more, child = drawn(self.offspring_keys[i], self.fate, name, n)
                    risen += more

        for day, kind, name in self.before:
            occur(day, kind, name)
        for i in range(len(self.base)):
            n, (risen, name) = 0, drawn(self.keys[i], self.fate, self.step, 0)
            while risen <= self.cumulated(i, self.end):
                occur(first_day(lambda x, i=i: self.cumulated(i, x), risen, self.start, self.end), i, name)
                n += 1
                more, name = drawn(self.keys[i], self.fate, self.step, n)
                risen += more
        for n, (kind, day) in enumerate(self.scripted):
            if self.start < day <= self.end:
                occur(day, kind, self.script_keys[n])
        return sorted(x for x in found if x[0] <= self.end), sorted(x for x in found if x[0] > self.end)


def budgets(world: World, total: float) -> list[float]:
    """Sums of the unit exponentials of type 0, up to a total."""
    sums, n = [], 0
    risen = drawn(world.keys[0], world.fate, world.step, 0)[0]
    while risen <= total:
        sums.append(risen)
        n += 1
        risen += drawn(world.keys[0], world.fate, world.step, n)[0]
    return sums


def test_without_offspring_events_are_sums_of_exponentials_over_the_rate():
    world = World()
    world.base[:] = 0.4  # more events than are drawn at one go
    count, found, later = world.lines()
    days = [s / 0.4 for s in budgets(world, 12.0)]
    assert count == len(days) > 8
    assert [day for day, _ in found] == pytest.approx(days, rel=1e-14)
    assert {kind for _, kind in found} == {0}
    assert later == []


def test_a_surge_multiplies_the_base_rate_from_its_day():
    world = World()
    world.base[:], world.surge_start = 0.0, 20.0
    assert all(day > 20.0 for day, _ in world.run())
    world.surged[:] = 0.5
    budget = budgets(world, 5.0)[0]
    assert world.run()[0][0] == pytest.approx(20.0 + budget / 0.5, rel=1e-14)
    world.base[:] = 0.01
    assert budget > 0.2
    assert world.run()[0][0] == pytest.approx(20.0 + (budget - 0.2) / 0.5, rel=1e-14)
    world.surge_start = -5.0  # all of it lies in the surge
    assert world.run()[0][0] == pytest.approx(budget / 0.5, rel=1e-14)


def busy(seed: int) -> World:
    """Three types that set each other off, a surge, a script, and events set off earlier."""
    chance = np.random.default_rng(seed)
    world = World(types=3, seed=seed)
    world.start, world.end, world.surge_start = 100.0, 140.0, float(chance.uniform(95.0, 145.0))
    world.base, world.surged = chance.uniform(0.0, 0.15, 3), chance.uniform(0.0, 0.3, 3)
    world.decay = chance.uniform(0.05, 1.0, 3)
    world.offspring = chance.uniform(0.0, 0.6, (3, 3)) * (chance.random((3, 3)) < 0.6)
    earlier = chance.uniform(100.0, 150.0, 4)
    world.before = [(float(day), int(chance.integers(3)), int(chance.integers(2**62))) for day in earlier]
    days = sorted(chance.uniform(90.0, 150.0, 4))
    world.scripted = [(int(chance.integers(3)), float(day)) for day in days]
    return world


def agree(found, expected) -> bool:
    same = [kind for _, kind in found] == [kind for _, kind in expected]
    return same and np.allclose([day for day, _ in found], [day for day, _ in expected], rtol=0.0, atol=1e-9)


@pytest.mark.parametrize("seed", range(25))
def test_agrees_with_the_definition(seed):
    world = busy(seed)
    now, later = world.slowly()
    count, found, left = world.lines()
    assert count == len(now) > 3
    assert agree(found, now)
    assert agree(left, later)


@pytest.mark.parametrize("wrong", ["offspring", "decay", "base"])
def test_the_comparison_would_notice_a_wrong_rule(wrong):
    world = busy(1)
    now, later = world.slowly()
    setattr(world, wrong, 1.1 * getattr(world, wrong))
    _, found, left = world.lines()
    assert not (agree(found, now) and agree(left, later))


@pytest.mark.parametrize("seed", range(10))
def test_a_further_idle_type_changes_nothing_to_the_bit(seed):
    world = busy(seed)
    before = world.lines()
    for name, idle in (("base", 0.0), ("surged", 0.0), ("decay", 0.3)):
        setattr(world, name, np.append(getattr(world, name), idle))
    for name in ("keys", "offspring_keys"):
        setattr(world, name, np.append(getattr(world, name), stream_key(seed, name, "idle")))
    world.offspring = np.pad(world.offspring, (0, 1))
    world.offspring[:, 3] = 0.2  # what it would set off if it happened
    assert world.lines() == before


@pytest.mark.parametrize("seed", range(10))
def test_a_type_that_happens_more_often_leaves_what_others_set_off_where_it_was(seed):
    """Type 2 sets off type 1: the events that came before stay to the bit, those of the new clusters are added."""
    world = busy(seed)
    world.offspring[1, 2] = 0.5
    count, found, later = world.lines()
    world.scripted = [*world.scripted, (2, 139.0)]
    more, more_found, more_later = world.lines()
    assert more > count
    assert set(found) < set(more_found)
    assert set(later) <= set(more_later)


def test_the_order_of_types_does_not_matter():
    world = busy(4)
    found = world.run()
    order = np.array([2, 0, 1])
    for name in ("base", "surged", "decay", "keys", "offspring_keys"):
        setattr(world, name, getattr(world, name)[order])
    world.offspring = np.ascontiguousarray(world.offspring[np.ix_(order, order)])
    place = np.argsort(order)
    world.scripted = [(int(place[kind]), day) for kind, day in world.scripted]
    world.before = [(day, int(place[kind]), name) for day, kind, name in world.before]
    assert sorted((day, order[kind]) for day, kind in world.run()) == found


def test_the_script_is_kept_and_sets_off():
    world = World(types=2)
    world.base[:], world.surged[:] = 0.0, 0.0
    world.scripted = [(0, 0.0), (1, 10.0), (1, 30.0), (0, 30.5)]  # the first and last are outside (0, 30]
    assert world.lines() == (2, [(10.0, 1), (30.0, 1)], [])
    world.offspring[0, 1] = 5.0
    count, found, later = world.lines()
    children = [day for day, kind in found + later if kind == 0]
    assert count == len(found) > 2
    assert len(children) > 2
    assert min(children) > 10.0
    assert all(day > 30.0 for day, _ in later)


def test_more_pairs_than_are_drawn_at_one_go():
    world = World(types=2)
    world.base[:], world.offspring[:] = 4.0, 0.3
    now, later = world.slowly()
    count, found, left = world.lines()
    assert count > 200
    assert agree(found, now)
    assert agree(left, later)


def test_too_many_events_are_reported_and_just_enough_room_is_enough():
    world = World()
    world.base[:] = 1.0
    count = world.lines()[0]
    world.room = count
    assert world.lines()[0] == count
    world.room = count - 1
    assert world.lines()[0] == -1
    world.offspring[:], world.decay[:] = 3.0, 1e-6  # what is set off comes long after
    world.room = count
    assert world.lines()[0] == -1


def test_no_types_no_incidents():
    assert World(types=0).lines()[0] == 0


def test_steps_and_fates_draw_their_own():
    world = World()
    first = world.run()[0]
    world.step = 3
    assert world.run()[0] != first
    world.step, world.fate = 2, 4
    assert world.run()[0] != first


def test_lose_trust_an_incident():
    assert lose_trust(0.5, 0.4, 0.5, 0.5) == pytest.approx(0.45)
    assert lose_trust(0.5, 0.4, 0.0, 1.0) == 0.5
    assert lose_trust(0.5, 3.0, 1.0, 1.0) == 0.0


def test_effects_fade_and_add_up():
    assert fade(0.8, 0.25) == pytest.approx(0.2)
    assert add_effect(0.1, 0.5, 0.4) == pytest.approx(0.3)
    assert add_effect(0.1, 0.5, 0.0) == 0.1


def test_decay_factor():
    assert decay_factor(10.0, 10.0 / math.log(2.0)) == pytest.approx(0.5)
    assert decay_factor(0.0, 3.0) == 1.0


def test_spectral_radius():
    assert spectral_radius(np.array([[0.5, 0.2], [0.0, 0.3]])) == pytest.approx(0.5)
    assert spectral_radius(np.array([[0.0, 0.9], [0.4, 0.0]])) == pytest.approx(0.6)
    assert spectral_radius(np.array([[0.0, 0.0, 0.512], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])) == pytest.approx(0.8)
    assert spectral_radius(np.zeros((0, 0))) == 0.0
