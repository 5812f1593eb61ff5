"""The bargaining core as a modeller would write it in plain NumPy: all negotiations side by side, turn by turn.

Two parties, six issues in one package, twenty turns each, opposed interests, saliences drawn a negotiation. An offer
gives in by the same share on every issue; who answers accepts what is worth its own next offer. No rounds, incidents,
mandates, mediators or solutions: what a whole run adds is left out.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from tests.benchmarks.dimensions import ISSUES, TURNS

BLOCK = 50_000
"""Negotiations side by side: more would not fit the processor's memory."""


def negotiate(n: int, seed: int) -> dict[str, Any]:
    """Negotiate n times; whether and in which turn each agrees, and what the package is worth to both."""
    draws = np.random.default_rng(seed)
    weights = [draws.uniform(0.2, 1.0, (n, ISSUES)) for _ in range(2)]
    weights = [weight / weight.sum(axis=1, keepdims=True) for weight in weights]
    turn_of, open_ones = np.full(n, -1), np.arange(n)
    worths = np.full((n, 2), np.nan)
    for turn in range(2 * TURNS):
        proposer = turn % 2
        share = turn / (2 * TURNS)  # given up on every issue
        package = np.full((open_ones.size, ISSUES), share if proposer == 0 else 1.0 - share)
        worth = [((1.0 - package) * weights[0][open_ones]).sum(axis=1), (package * weights[1][open_ones]).sum(axis=1)]
        agreed = worth[1 - proposer] >= 1.0 - (turn + 1) / (2 * TURNS)
        done = open_ones[agreed]
        turn_of[done] = turn
        worths[done] = np.column_stack([worth[0][agreed], worth[1][agreed]])
        open_ones = open_ones[~agreed]
        if not open_ones.size:
            break
    return {"turn": turn_of, "first": worths[:, 0], "second": worths[:, 1]}


def main(n: int, file: str) -> None:
    """Negotiate n times and write the table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts = [pa.table(negotiate(min(BLOCK, n - start), start)) for start in range(0, n, BLOCK)]
    pq.write_table(pa.concat_tables(parts), file)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
