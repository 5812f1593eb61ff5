"""The key of every stream of draws: a hash of seed, stream and the names of the entities that draw.

Names, never positions: adding, removing or moving an entity leaves the draws of all others as they were.
"""

from __future__ import annotations

import numpy as np

from sim.core.draws import pair, stream_key
from sim.core.layout import Keys64, Streams
from sim.scenario.names import Names


def prior_key(seed: int, path: str) -> np.uint64:
    """Key of a ranged number, addressed by its full scenario path."""
    return stream_key(seed, "prior", path)


def streams(names: Names, seed: int) -> Streams:
    """All keys of a scenario under a seed."""

    def keys(stream: str, *dims: tuple[str, ...]) -> Keys64:
        shape = tuple(len(d) for d in dims)
        entities = [""]
        for n, dim in enumerate(dims):
            entities = [pair(e, name) if n else name for e in entities for name in dim]
        found = np.array([stream_key(seed, stream, e) for e in entities], dtype=np.uint64)
        return found.reshape(shape if dims else (1,))

    return Streams(
        gap=keys("gap"),
        resume=keys("resume"),
        balance=keys("balance"),
        level=keys("level"),
        procedural=keys("procedural"),
        convene=keys("convene", names.parties),
        rise=keys("rise", names.parties),
        incident=keys("incident", names.incidents),
        offspring=keys("offspring", names.incidents),
        scripted=keys("scripted", names.scripted),
        delivery=keys("delivery", names.obligations),
        accept=keys("accept", names.parties, names.baskets),
        formulate=keys("formulate", names.mediators, names.baskets),
        estimate=keys("estimate", names.mediators, names.parties, names.issues),
        text=keys("text", names.mediators, names.parties, names.baskets),
        ratify=keys("ratify", names.ratifiers, names.baskets),
        amend=keys("amend", names.baskets),
        collapse=keys("collapse", names.baskets),
        departure=keys("departure", names.mediators),
        lever=keys("lever", names.levers),
    )
