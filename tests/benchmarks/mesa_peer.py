"""The bargaining core as a model in Mesa, played one by one or by Mesa's own batch runner.

Two agents, six issues in one package, twenty turns each, opposed interests, saliences drawn a negotiation; an offer
gives in by the same share on every issue, as in the version in plain NumPy.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

warnings.simplefilter("ignore")  # Mesa warns of what its next version renames

import mesa  # noqa: E402
from mesa.datacollection import DataCollector  # noqa: E402

from tests.benchmarks.dimensions import ISSUES, TURNS  # noqa: E402


class Side(mesa.Agent):  # type: ignore[misc]
    """A party: its shares of salience, and what it gives up by a turn."""

    def __init__(self, model: mesa.Model, place: int):
        super().__init__(model)
        drawn = [self.random.uniform(0.2, 1.0) for _ in range(ISSUES)]
        self.place, self.weights = place, [weight / sum(drawn) for weight in drawn]

    def offer(self, turn: int) -> list[float]:
        """A package that gives in by the same share on every issue."""
        share = turn / (2 * TURNS)
        return [share if self.place == 0 else 1.0 - share] * ISSUES

    def worth(self, package: list[float]) -> float:
        """What a package is worth to this party."""
        own = [1.0 - x if self.place == 0 else x for x in package]
        return sum(weight * x for weight, x in zip(self.weights, own, strict=True))


class Bargaining(mesa.Model):  # type: ignore[misc]
    """One negotiation: a step is a turn."""

    def __init__(self, number: int = 0, collects: bool = False, seed: int | None = None, rng: Any = None):
        super().__init__(seed=number if seed is None else seed)
        self.collects = collects
        self.sides = [Side(self, place) for place in range(2)]
        self.turn, self.worths = -1, (float("nan"), float("nan"))
        self.running, self._next = True, 0
        measures = {"turn": "turn", "first": lambda model: model.worths[0], "second": lambda model: model.worths[1]}
        self.datacollector = DataCollector(model_reporters=measures)

    def collect(self) -> None:
        """Collect the state for the batch runner, which looks it up by step."""
        if self.collects:
            self.datacollector.collect(self)

    def step(self) -> None:
        """Play one turn."""
        turn = self._next
        package = self.sides[turn % 2].offer(turn)
        if self.sides[1 - turn % 2].worth(package) >= 1.0 - (turn + 1) / (2 * TURNS):
            self.turn, self.worths = turn, (self.sides[0].worth(package), self.sides[1].worth(package))
        self._next += 1
        if self.turn >= 0 or self._next == 2 * TURNS:
            self.running = False
        self.collect()


def play_alone(n: int) -> list[dict[str, Any]]:
    """Play n models one by one."""
    rows = []
    for number in range(n):
        model = Bargaining(number)
        while model.running:
            model.step()
        rows.append({"turn": model.turn, "first": model.worths[0], "second": model.worths[1]})
    return rows


def play_batch(n: int, processes: int) -> list[dict[str, Any]]:
    """Play n models by Mesa's batch runner."""
    rows: list[dict[str, Any]] = mesa.batch_run(
        Bargaining,
        {"number": range(n), "collects": True},
        number_processes=processes,
        data_collection_period=-1,
        max_steps=2 * TURNS,
        display_progress=False,
    )
    return rows


def main(how: str, n: int, file: str) -> None:
    """Play n negotiations and write the table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = play_alone(n) if how == "alone" else play_batch(n, processes=2)
    pq.write_table(pa.Table.from_pylist(rows), file)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
