"""Incidents: hand-worked waits, and windows against a slow simulation written from the definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.draws import stream_key, uniform
from sim.rules.incidents import incident_work, kept, spectral_radius, trust_after, wait, window

NEVER = 1e9


@pytest.mark.parametrize(
    ("budget", "base", "excitation", "decay", "days"),
    [
        (0.4, 0.08, 0.0, 0.1, 5.0),
        (1.0, 0.0, 0.2, 0.1, 10.0 * math.log(2.0)),  # 2 (1 - e^-x) = 1
        (2.0, 0.0, 0.2, 0.1, math.inf),
        (3.0, 0.0, 0.2, 0.1, math.inf),
        (1.0, 0.0, 0.0, 0.1, math.inf),
        (2.0 - math.exp(-1.0), 0.1, 0.1, 0.1, 10.0),  # x + 1 - e^-x at x = 1
        (math.log(2.0) + 0.5, 0.1, 0.1, 0.1, 10.0 * math.log(2.0)),
        (5.0 + 3.0 * (1.0 - math.exp(-5.0)), 0.2, 0.6, 0.2, 25.0),  # x + 3 (1 - e^-x) at x = 5
        (0.0, 0.1, 0.1, 0.1, 0.0),
    ],
)
def test_wait_on_hand_worked_numbers(budget, base, excitation, decay, days):
    assert wait(budget, base, excitation, decay) == pytest.approx(days, rel=1e-14)


def compensator(days, base, excitation, decay):
    return base * days - excitation / decay * math.expm1(-decay * days)


def bisected(budget, base, excitation, decay):
    low, high = 0.0, budget / base
    for _ in range(200):
        middle = 0.5 * (low + high)
        below = compensator(middle, base, excitation, decay) < budget
        low, high = (middle, high) if below else (low, middle)
    return high


powers = st.floats(-7.0, 3.0).map(lambda p: 10.0**p)


@given(st.floats(1e-9, 36.0), powers, powers, st.floats(-3.0, 2.0).map(lambda p: 10.0**p))
def test_wait_agrees_with_bisection(budget, base, excitation, decay):
    days = wait(budget, base, excitation, decay)
    slow = bisected(budget, base, excitation, decay)
    # A rounding of the budget moves the wait by its relative error over the intensity there.
    intensity = base + excitation * math.exp(-decay * slow)
    slack = 1e-14 * (budget + excitation / decay) / intensity + 1e-14 * slow
    assert days == pytest.approx(slow, abs=slack)


class World:
    """Arguments of `window`, with names instead of places."""

    def __init__(self, types: int = 1, seed: int = 0):
        self.start, self.end, self.surge_start = 0.0, 30.0, NEVER
        self.base, self.surged = np.full(types, 0.1), np.full(types, 0.1)
        self.decay, self.excite = np.full(types, 0.25), np.zeros((types, types))
        self.residual = np.zeros(types)
        self.scripted: list[tuple[int, float]] = []
        self.keys = np.array([stream_key(seed, "incident", f"type {i}") for i in range(types)], np.uint64)
        self.fate, self.step, self.room = 3, 2, 2000

    def run(self):
        """Days, types, excitation at the end, count."""
        times, types = np.full(self.room, np.nan), np.full(self.room, -1, np.int64)
        excitation = self.residual.copy()
        which = np.array([kind for kind, _ in self.scripted], np.int64)
        when = np.array([day for _, day in self.scripted], float)
        count = window(
            self.start, self.end, self.surge_start, self.base, self.surged, self.decay, self.excite,
            excitation, which, when, len(which), self.keys, self.fate, self.step, times, types,
            incident_work(len(self.base)),
        )  # fmt: skip
        kept = max(count, 0)
        return times[:kept], types[:kept], excitation, count

    def budget(self, i: int, n: int) -> float:
        return -math.log1p(-uniform(self.keys[i], self.fate, self.step, n))

    def risen(self, i: int, day: float, past: list[tuple[float, int]]) -> float:
        """Compensator of type i from the start to a day, from the definition."""
        turn = min(max(self.surge_start, self.start), self.end)
        total = self.base[i] * (min(day, turn) - self.start) + self.surged[i] * max(day - turn, 0.0)
        jumps = [(self.start, self.residual[i]), *((when, self.excite[i, j]) for when, j in past)]
        return total + sum(jump / self.decay[i] * -math.expm1(-self.decay[i] * (day - when)) for when, jump in jumps)

    def slowly(self):
        """The same events by bisection on whole compensators: event n of a type where it reaches n + 1
        budgets.
        """
        past: list[tuple[float, int]] = []
        own = [0] * len(self.base)
        waiting = [(day, kind) for kind, day in self.scripted if self.start < day <= self.end]
        while True:
            found = []
            for i in range(len(self.base)):
                target = sum(self.budget(i, n) for n in range(own[i] + 1))
                low, high = past[-1][0] if past else self.start, self.end
                if self.risen(i, high, past) >= target:
                    for _ in range(80):
                        middle = 0.5 * (low + high)
                        below = self.risen(i, middle, past) < target
                        low, high = (middle, high) if below else (low, middle)
                    found.append((high, i))
            if waiting and waiting[0][0] <= min(found, default=(self.end, 0))[0]:
                past.append(waiting.pop(0))
            elif found:
                past.append(min(found))
                own[min(found)[1]] += 1
            else:
                return past


def test_without_excitation_events_are_sums_of_exponentials_over_the_rate():
    world = World()
    times, types, _, count = world.run()
    days, n = [], 0
    while sum(world.budget(0, m) for m in range(n + 1)) / 0.1 <= 30.0:
        days.append(sum(world.budget(0, m) for m in range(n + 1)) / 0.1)
        n += 1
    assert count == len(days) > 0
    assert times == pytest.approx(days, rel=1e-14)
    assert set(types) == {0}


def test_a_surge_multiplies_the_base_rate_from_its_day():
    world = World()
    world.base[:], world.surge_start = 0.0, 20.0
    times, _, _, _ = world.run()
    assert len(times) == 0 or times[0] > 20.0
    world.surged[:] = 0.5
    times, _, _, _ = world.run()
    assert times[0] == pytest.approx(20.0 + world.budget(0, 0) / 0.5, rel=1e-14)
    world.base[:] = 0.01
    times, _, _, _ = world.run()
    assert world.budget(0, 0) > 0.2
    assert times[0] == pytest.approx(20.0 + (world.budget(0, 0) - 0.2) / 0.5, rel=1e-14)
    world.surge_start = -5.0  # all of it lies in the surge
    times, _, _, _ = world.run()
    assert times[0] == pytest.approx(world.budget(0, 0) / 0.5, rel=1e-14)


def busy(seed: int) -> World:
    """Three types that excite each other, a surge, residual excitation and a script."""
    chance = np.random.default_rng(seed)
    world = World(types=3, seed=seed)
    world.start, world.end, world.surge_start = 100.0, 140.0, float(chance.uniform(95.0, 145.0))
    world.base, world.surged = chance.uniform(0.0, 0.15, 3), chance.uniform(0.0, 0.3, 3)
    world.decay = chance.uniform(0.05, 1.0, 3)
    world.excite = chance.uniform(0.0, 0.35, (3, 3)) * world.decay[:, None] * (chance.random((3, 3)) < 0.6)
    world.residual = chance.uniform(0.0, 0.5, 3) * (chance.random(3) < 0.7)
    days = sorted(chance.uniform(90.0, 150.0, 4))
    world.scripted = [(int(chance.integers(3)), float(day)) for day in days]
    return world


@pytest.mark.parametrize("seed", range(25))
def test_agrees_with_the_definition(seed):
    world = busy(seed)
    past = world.slowly()
    times, types, excitation, count = world.run()
    assert count == len(past)
    assert list(types) == [kind for _, kind in past]
    assert times == pytest.approx([day for day, _ in past], abs=1e-9)
    left = world.residual * np.exp(-world.decay * 40.0)
    for day, kind in past:
        left += world.excite[:, kind] * np.exp(-world.decay * (140.0 - day))
    # Rounding is that of a jump, of size about 1: what is left of it is a difference.
    assert excitation == pytest.approx(left, rel=1e-9, abs=1e-13)


def test_the_comparison_would_notice_a_wrong_rule():
    world = busy(1)
    assert len(world.slowly()) > 3
    _, _, _, count = world.run()
    days = [day for day, _ in world.slowly()]
    world.excite = 1.1 * world.excite
    times, _, _, changed = world.run()
    assert changed != count or np.max(np.abs(times - days)) > 1e-6


@pytest.mark.parametrize("seed", range(10))
def test_a_further_idle_type_changes_nothing_to_the_bit(seed):
    world = busy(seed)
    times, types, excitation, _ = world.run()
    for name, idle in (("base", 0.0), ("surged", 0.0), ("decay", 0.3), ("residual", 0.0)):
        setattr(world, name, np.append(getattr(world, name), idle))
    world.keys = np.append(world.keys, stream_key(seed, "incident", "idle"))
    world.excite = np.pad(world.excite, (0, 1))
    world.excite[:, 3] = 0.2  # what it would do if it happened
    more_times, more_types, more_excitation, _ = world.run()
    assert np.array_equal(times, more_times)
    assert np.array_equal(types, more_types)
    assert np.array_equal(excitation, more_excitation[:3])
    assert more_excitation[3] == 0.0


@pytest.mark.parametrize("seed", range(10))
def test_an_unrelated_type_that_happens_leaves_the_others_where_they_were(seed):
    world = busy(seed)
    world.excite[:2, 2] = 0.0
    world.scripted = []
    times, types, _, _ = world.run()
    world.base[2] += 0.2
    more_times, more_types, _, _ = world.run()
    assert np.array_equal(times[types < 2], more_times[more_types < 2])


def test_the_order_of_types_does_not_matter():
    world = busy(4)
    times, types, _, _ = world.run()
    order = np.array([2, 0, 1])
    for name in ("base", "surged", "decay", "residual", "keys"):
        setattr(world, name, getattr(world, name)[order])
    world.excite = np.ascontiguousarray(world.excite[np.ix_(order, order)])
    world.scripted = [(int(np.argsort(order)[kind]), day) for kind, day in world.scripted]
    more_times, more_types, _, _ = world.run()
    assert np.array_equal(times, more_times)
    assert np.array_equal(types, order[more_types])


def test_the_script_is_kept_and_excites():
    world = World(types=2)
    world.base[:], world.surged[:] = 0.0, 0.0
    world.excite[0, 1] = 1e-12
    world.scripted = [(0, 0.0), (1, 10.0), (1, 30.0), (0, 30.5)]  # the first and last are outside (0, 30]
    times, types, excitation, _ = world.run()
    assert list(times) == [10.0, 30.0]
    assert list(types) == [1, 1]
    assert excitation == pytest.approx([1e-12 * (math.exp(-5.0) + 1.0), 0.0], rel=1e-12)


def test_too_many_events_are_reported_and_just_enough_room_is_enough():
    world = World()
    world.base[:] = 1.0
    _, _, _, count = world.run()
    world.room = count
    assert world.run()[3] == count
    world.room = count - 1
    assert world.run()[3] == -1


def test_no_types_no_incidents():
    assert World(types=0).run()[3] == 0


def test_steps_and_fates_draw_their_own():
    world = World()
    first = world.run()[0]
    world.step = 3
    assert world.run()[0][0] != first[0]
    world.step, world.fate = 2, 4
    assert world.run()[0][0] != first[0]


def test_trust_after_an_incident():
    assert trust_after(0.5, 0.4, 0.5, 0.5) == pytest.approx(0.45)
    assert trust_after(0.5, 0.4, 0.0, 1.0) == 0.5
    assert trust_after(0.5, 3.0, 1.0, 1.0) == 0.0


def test_kept():
    assert kept(10.0, 10.0 / math.log(2.0)) == pytest.approx(0.5)
    assert kept(0.0, 3.0) == 1.0


def test_spectral_radius():
    assert spectral_radius(np.array([[0.5, 0.2], [0.0, 0.3]])) == pytest.approx(0.5)
    assert spectral_radius(np.array([[0.0, 0.9], [0.4, 0.0]])) == pytest.approx(0.6)
    assert spectral_radius(np.array([[0.0, 0.0, 0.512], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])) == pytest.approx(0.8)
    assert spectral_radius(np.zeros((0, 0))) == 0.0
