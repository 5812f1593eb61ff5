"""Keys of the streams of draws: a hash of seed, stream and the names of the entities that draw.

Keys hold names instead of positions, so adding, removing or moving an entity leaves the draws of all others unchanged.
"""

from __future__ import annotations

from typing import get_type_hints

import numpy as np

from sim.core.draws import pair, stream_key
from sim.core.layout import Keys64, Streams
from sim.scenario.names import Names


def prior_key(seed: int, path: str) -> np.uint64:
    """Return the key of a number with a range, addressed by its full scenario path."""
    return stream_key(seed, "prior", path)


def streams(names: Names, seed: int) -> Streams:
    """Return the keys of a scenario under a seed: for each stream a key for every combination of entities."""
    hints = get_type_hints(Streams, include_extras=True)
    return Streams(**{stream: _keys(names, seed, stream, hint.__metadata__[0]) for stream, hint in hints.items()})


def _keys(names: Names, seed: int, stream: str, letters: str) -> Keys64:
    """Return the keys of one stream, its axes by letter; a single key where it has no entity."""
    dims = [names.by_letter(letter) for letter in letters.replace(".", "")]
    entities = [""]
    for n, dim in enumerate(dims):
        entities = [pair(e, name) if n else name for e in entities for name in dim]
    keys = np.array([stream_key(seed, stream, e) for e in entities], dtype=np.uint64)
    return keys.reshape([len(dim) for dim in dims] or (1,))
