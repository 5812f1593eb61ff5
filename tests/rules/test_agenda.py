"""Packages of baskets that bar only each other, on hand-drawn graphs."""

from __future__ import annotations

import numpy as np
import pytest

from sim.rules.agenda import Condition, Deadlock, find_package, is_received, waits_for_basket


def package(ready: list[int], waits: list[tuple[int, int]], kind: Deadlock = Deadlock.PACKAGE) -> list[int]:
    edges = np.zeros((len(ready), len(ready)), dtype=np.int64)
    for one, other in waits:
        edges[one, other] = 1
    out = np.full(len(ready), 9, dtype=np.int64)
    find_package(int(kind), np.array(ready, dtype=np.int64), edges, out)
    return out.tolist()


@pytest.mark.parametrize(
    ("ready", "waits", "result"),
    [
        ([1, 1, 0], [(0, 1), (1, 0)], [1, 1, 0]),
        ([1, 0, 0], [(0, 1), (1, 0)], [0, 0, 0]),  # the other is not agreed on in principle
        ([1, 1, 1], [(0, 1), (1, 2), (2, 0)], [1, 1, 1]),  # a circle of three
        ([1, 1, 0], [(0, 1), (1, 0), (1, 2)], [0, 0, 0]),  # one of the two waits for a third as well
        ([1, 1, 1, 0], [(0, 1), (1, 0), (2, 3)], [1, 1, 0, 0]),  # a circle beside one that waits for another
        ([1, 1, 1], [(0, 1), (1, 0), (2, 0)], [1, 1, 1]),  # who waits for the circle only goes with it
    ],
)
def test_the_package_is_the_largest_set_that_waits_for_itself_only(ready, waits, result) -> None:
    assert package(ready, waits) == result
    assert package(ready, waits, Deadlock.STANDS) == [0] * len(ready)


def test_a_document_is_received_on_its_day_or_at_its_round():
    assert [is_received(30.0, day, 0, 5) for day in (29.9, 30.0)] == [False, True]
    assert [is_received(np.inf, 100.0, 2, held) for held in (0, 1, 2, 3)] == [False, False, True, True]
    assert not is_received(np.inf, 100.0, 0, 9)  # neither day nor round


def test_only_what_another_basket_brings_about_can_close_a_circle():
    kinds = [kind for kind in Condition if waits_for_basket(int(kind))]
    assert kinds == [Condition.SETTLED, Condition.DELIVERED]
