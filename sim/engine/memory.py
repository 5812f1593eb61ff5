"""One run's memory: everything in one buffer of 8-byte words, and views of it by name.

Numba hands an array to a function as seven words and counts its references; with some hundred arrays the hand-over
would cost more than the arithmetic, and compiling it would take minutes. So a worker's numbers, structure and state lie
in one buffer, and compiled code is handed its address. `floats2(mem, AT.trust)` is a view of the field `trust` with two
axes; it costs a few loads that the compiler may move and merge, because where a field lies never changes. The table of
places stands at the start of the buffer, the sizes of the scenario behind it.

Compiled code must view a field only under the kind and number of axes that `FIELDS` gives it; a test holds the engine's
sources against the table.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NewType, cast

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from sim.engine.fields import FIELDS, FIRST_OF_STATE, PLAIN, Sizes
from sim.layout import Ints
from sim.scenario.resolve import Problem

_ROW = 5
"""Entries of the table a field: where it begins, and up to four axes."""

_TABLE = len(FIELDS) * _ROW

Memory = NewType("Memory", int)
"""Address of a worker's buffer, as compiled code is handed it. The `Buffer` it belongs to must be kept."""

_DTYPES = {"f": np.float64, "i": np.int64, "u": np.uint64}


def _constant_load(builder: Any, pointer: Any) -> Any:
    """A load that the compiler may move and merge at will: what stands there does not change during a run."""
    loaded = builder.load(pointer)
    loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
    return loaded


def _words(context: Any, builder: Any, address: Any) -> Any:
    word = context.get_value_type(types.int64)
    return builder.inttoptr(address, word.as_pointer())


def _view(axes: int, item: types.Type) -> Callable[..., Any]:
    """An intrinsic that views a field with that many axes, without counting references."""

    @intrinsic
    def view(typing: Any, mem: Any, field: Any) -> Any:
        result = types.Array(item, axes, "C")

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            intp = context.get_value_type(types.intp)
            words = _words(context, builder, args[0])
            number = builder.sext(args[1], intp) if args[1].type != intp else args[1]
            first = builder.mul(number, context.get_constant(types.intp, _ROW))

            def entry(n: int) -> Any:
                place = builder.add(first, context.get_constant(types.intp, n))
                return _constant_load(builder, builder.gep(words, [place]))

            shape = [entry(n + 1) for n in range(axes)]
            size = context.get_constant(types.intp, 8)
            strides, step = [], size
            for length in reversed(shape):
                strides.append(step)
                step = builder.mul(step, length)
            array = context.make_array(result)(context, builder)
            data = builder.bitcast(builder.gep(words, [entry(0)]), array.data.type)
            context.populate_array(
                array,
                data=data,
                shape=cgutils.pack_array(builder, shape),
                strides=cgutils.pack_array(builder, strides[::-1]),
                itemsize=size,
                meminfo=None,
            )
            return array._getvalue()

        return result(mem, field), generate

    return cast(Callable[..., Any], view)


floats1, floats2, floats3, floats4 = (_view(axes, types.float64) for axes in (1, 2, 3, 4))
ints1, ints2 = (_view(axes, types.int64) for axes in (1, 2))
keys1, keys2, keys3 = (_view(axes, types.uint64) for axes in (1, 2, 3))


@intrinsic
def _sizes(typing: Any, mem: Any) -> Any:
    result = types.NamedUniTuple(types.int64, len(Sizes._fields), Sizes)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        words = _words(context, builder, args[0])
        places = [context.get_constant(types.intp, _TABLE + n) for n in range(len(Sizes._fields))]
        loaded = [_constant_load(builder, builder.gep(words, [place])) for place in places]
        return context.make_tuple(builder, result, loaded)

    return result(mem), generate


sizes = cast(Callable[[Memory], Sizes], _sizes)
"""The scenario's sizes, inside compiled code."""


class Buffer:
    """A worker's memory for a scenario: its structure and keys filled in, numbers and state still zero."""

    def __init__(self, problem: Problem):
        plain = [getattr(problem.structure, name) for name in PLAIN]
        used = _TABLE + len(plain)
        table = np.zeros((len(FIELDS), _ROW), dtype=np.int64)
        for n, field in enumerate(FIELDS):
            shape = field.shape(problem)
            # The blocks of `theta` lie inside the field `theta`, one after another.
            table[n, 0] = table[0, 0] + field.inside(problem) if field.inside else used
            table[n, 1 : 1 + len(shape)] = shape
            used += 0 if field.inside else math.prod(shape)
        self.words: Ints = np.zeros(used, dtype=np.int64)
        self.words[:_TABLE] = table.ravel()
        self.words[_TABLE : _TABLE + len(plain)] = plain
        for n, field in enumerate(FIELDS[:FIRST_OF_STATE]):
            value = field.given(problem)
            if value is not None:
                self.view(n)[...] = value

    @property
    def address(self) -> Memory:
        """What compiled code is handed."""
        return Memory(self.words.ctypes.data)

    def view(self, number: int) -> Any:
        """A field as a NumPy view, for Python."""
        field, row = FIELDS[number], self.words[number * _ROW : (number + 1) * _ROW]
        shape = tuple(row[1 : 1 + field.axes])
        words = self.words[row[0] : row[0] + math.prod(shape)]
        return words.view(_DTYPES[field.kind]).reshape(shape)
