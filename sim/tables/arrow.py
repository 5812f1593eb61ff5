"""Columns of tables between NumPy and Arrow, by their buffers: no number is copied, nothing slow to load is loaded.

`pyarrow.array` and `to_numpy` load pandas where it is installed, only to ask whether they were given one of its series;
`take` loads all of Arrow's functions. Either takes as long as thousands of runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.core.layout import Floats, Ints

if TYPE_CHECKING:
    import pyarrow as pa

_Flags = npt.NDArray[np.bool_]


def numbers(values: npt.NDArray[Any], present: _Flags | None = None) -> pa.Array:
    """Numbers (n,) of 32 or 64 bits as an Arrow array, null where they are not present."""
    import pyarrow as pa

    valid = None if present is None or present.all() else _bits(present)
    data = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), values.size, [valid, data])


def flags(values: _Flags) -> pa.Array:
    """Truth values (n,) as an Arrow array."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.bool_(), values.size, [None, _bits(values)])


def texts(values: Sequence[str]) -> pa.Array:
    """Texts as an Arrow array."""
    return picked(values, np.arange(len(values)))


def picked(values: Sequence[str], which: Ints) -> pa.Array:
    """The texts values[which[0]], values[which[1]], … as an Arrow array: `take`, without all of Arrow's functions."""
    import pyarrow as pa

    words = [text.encode() for text in values]
    lengths = np.array([len(word) for word in words], dtype=np.int32)[which]
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    data = b"".join([words[k] for k in which[lengths > 0].tolist()])
    return pa.Array.from_buffers(pa.string(), len(which), [None, pa.py_buffer(ends), pa.py_buffer(data)])


def read(column: pa.ChunkedArray) -> Floats:
    """A column of numbers or truth values as floats (n,), NaN where absent."""
    parts = [_floats(chunk) for chunk in column.chunks]
    return np.concatenate(parts) if parts else np.zeros(0)


def places(column: pa.ChunkedArray, labels: tuple[str, ...]) -> Ints:
    """A column of names, kept as a dictionary, as their places (n,) in `labels`; what is absent as 0."""
    parts = []
    for chunk in column.chunks:
        place = np.array([labels.index(name) for name in chunk.dictionary.to_pylist()], dtype=np.int64)
        index = _floats(chunk.indices)
        known = ~np.isnan(index)
        parts.append(np.where(known, place[np.where(known, index, 0.0).astype(np.int64)], 0))
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _bits(marks: _Flags) -> pa.Buffer:
    import pyarrow as pa

    return pa.py_buffer(np.packbits(marks, bitorder="little"))


def _unpacked(bits: pa.Buffer, array: pa.Array) -> _Flags:
    marks = np.unpackbits(np.frombuffer(bits, dtype=np.uint8), bitorder="little")
    return marks[array.offset : array.offset + len(array)].astype(np.bool_)


def _floats(array: pa.Array) -> Floats:
    import pyarrow as pa

    if len(array) == 0:
        return np.zeros(0)
    valid, data = array.buffers()
    if pa.types.is_boolean(array.type):
        found = _unpacked(data, array).astype(np.float64)
    else:
        kind = np.dtype(f"{'f' if pa.types.is_floating(array.type) else 'i'}{array.type.bit_width // 8}")
        found = np.frombuffer(data, dtype=kind)[array.offset : array.offset + len(array)].astype(np.float64)
    if valid is not None:
        found[~_unpacked(valid, array)] = np.nan
    return found
