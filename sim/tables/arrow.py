"""Conversion of table columns between NumPy and Arrow through their buffers.

No number is copied and no slow module is loaded: `pyarrow.array` and `to_numpy` load pandas where it is installed, only
to test for its series, and `take` loads all functions of Arrow. Either costs as much time as thousands of runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.core.layout import Floats, Ints
from sim.core.renames import read_code

if TYPE_CHECKING:
    import pyarrow as pa

_Flags = npt.NDArray[np.bool_]

_DENSE = 10_000
"""Range of whole numbers up to which counting by place beats sorting."""


def encode_numbers(values: npt.NDArray[Any], present: _Flags | None = None) -> pa.Array:
    """Encode numbers as an Arrow array.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Numbers of 32 or 64 bits.
    present : ndarray of bool, shape (n,), optional
        False where the entry is null.

    Returns
    -------
    pyarrow.Array
        The numbers, of the same type.
    """
    import pyarrow as pa

    valid = None if present is None or present.all() else _pack_bits(present)
    data = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), values.size, [valid, data])


def encode_flags(values: _Flags) -> pa.Array:
    """Encode truth values (n,) as an Arrow array."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.bool_(), values.size, [None, _pack_bits(values)])


def encode_texts(values: Sequence[str]) -> pa.Array:
    """Encode texts as an Arrow array."""
    return encode_choices(values, np.arange(len(values)))


def encode_choices(values: Sequence[str], index: Ints) -> pa.Array:
    """Encode the texts `values[index[0]]`, `values[index[1]]`, … as an Arrow array (as `take` would)."""
    import pyarrow as pa

    words = [text.encode() for text in values]
    lengths = np.array([len(word) for word in words], dtype=np.int32)[index]
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    data = b"".join([words[k] for k in index[lengths > 0].tolist()])
    return pa.Array.from_buffers(pa.string(), len(index), [None, pa.py_buffer(ends), pa.py_buffer(data)])


def count_integers(values: Ints) -> tuple[Ints, Ints]:
    """Count whole numbers (n,): the numbers that occur, ascending, and how often; without sorting if they are dense."""
    if not values.size:
        return values, values
    least = int(values.min())
    if int(values.max()) - least > _DENSE + values.size:
        return np.unique(values, return_counts=True)
    times = np.bincount(values - least)
    present = np.flatnonzero(times)
    return present + least, times[present]


def decode_numbers(column: pa.ChunkedArray) -> Floats:
    """Decode a column of numbers or truth values as floats (n,), NaN where null."""
    parts = [_decode_floats(chunk) for chunk in column.chunks]
    return np.concatenate(parts) if parts else np.zeros(0)


def decode_labels(column: pa.ChunkedArray, labels: tuple[str, ...]) -> Ints:
    """Decode a column of labels.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Dictionary-encoded labels; the dictionaries of the chunks may differ in order.
    labels : tuple of str
        All labels.

    Returns
    -------
    ndarray of int, shape (n,)
        Position of each label in `labels`; 0 where null.
    """
    parts = []
    for chunk in column.chunks:
        names = [read_code(name) for name in chunk.dictionary.to_pylist()]
        position = np.array([labels.index(name) for name in names], dtype=np.int64)
        index = _decode_floats(chunk.indices)
        present = ~np.isnan(index)
        parts.append(np.where(present, position[np.where(present, index, 0.0).astype(np.int64)], 0))
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _pack_bits(flags: _Flags) -> pa.Buffer:
    """Pack truth values into a buffer of bits."""
    import pyarrow as pa

    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def _unpack_bits(bits: pa.Buffer, array: pa.Array) -> _Flags:
    """Unpack the bits that belong to an array."""
    flags = np.unpackbits(np.frombuffer(bits, dtype=np.uint8), bitorder="little")
    return flags[array.offset : array.offset + len(array)].astype(np.bool_)


def _decode_floats(array: pa.Array) -> Floats:
    """Decode one chunk as floats."""
    import pyarrow as pa

    if len(array) == 0:
        return np.zeros(0)
    valid, data = array.buffers()
    if pa.types.is_boolean(array.type):
        values = _unpack_bits(data, array).astype(np.float64)
    else:
        kind = np.dtype(f"{'f' if pa.types.is_floating(array.type) else 'i'}{array.type.bit_width // 8}")
        values = np.frombuffer(data, dtype=kind)[array.offset : array.offset + len(array)].astype(np.float64)
    if valid is not None:
        values[~_unpack_bits(valid, array)] = np.nan
    return values
