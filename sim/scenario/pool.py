"""From what experts said to the arrays of a run: a row a piece of each expert's distribution of each number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from sim.core.draws import stream_key
from sim.core.layout import Pool
from sim.scenario.experts import Piece, list_pieces
from sim.scenario.numbers import Number
from sim.scenario.streams import prior_key

_KINDS = {"uniform": 1, "triangular": 2}


def build_pool(paths: Sequence[str], numbers: Mapping[str, Number], experts: Sequence[str], seed: int) -> Pool:
    """Build the rows of all elicited numbers.

    Parameters
    ----------
    paths : sequence of str
        Paths of all numbers of theta, in order.
    numbers : mapping of str to Number
        Elicited numbers by path.
    experts : sequence of str
        Names of all experts, in the order of their indices.
    seed : int
        Seed of the draws.

    Returns
    -------
    Pool
        Rows in the order of numbers, experts and pieces.
    """
    rows = [
        (place, expert, piece, prior_key(seed, path))
        for place, path in enumerate(paths)
        if path in numbers
        for expert, piece in list_rows(numbers[path], experts)
    ]
    return Pool(
        size=np.array([len(experts)], dtype=np.int64),
        chooser=np.array([stream_key(seed, "expert", "")], dtype=np.uint64),
        place=np.array([place for place, *_ in rows], dtype=np.int64),
        expert=np.array([expert for _, expert, *_ in rows], dtype=np.int64),
        start=np.array([piece.start for _, _, piece, _ in rows]),
        stop=np.array([piece.stop for _, _, piece, _ in rows]),
        kind=np.array([_KINDS[piece.kind] for _, _, piece, _ in rows], dtype=np.int64),
        low=np.array([piece.low for _, _, piece, _ in rows]),
        mode=np.array([piece.mode for _, _, piece, _ in rows]),
        high=np.array([piece.high for _, _, piece, _ in rows]),
        key=np.array([key for *_, key in rows], dtype=np.uint64),
    )


def list_rows(number: Number, experts: Sequence[str]) -> Iterator[tuple[int, Piece]]:
    """Yield index of the expert and piece of every row of a number.

    An expert who did not judge the number stands for the pool of those who did: its uniforms are shared out among them.
    """
    judgements = {judgement.expert: judgement for judgement in number.experts}
    for index, name in enumerate(experts):
        own = [judgements[name]] if name in judgements else [*judgements.values()]
        for k, judgement in enumerate(own):
            for piece in list_pieces(judgement, number.low, number.high):
                start, stop = ((k + at) / len(own) for at in (piece.start, piece.stop))
                yield index, piece._replace(start=start, stop=stop)
