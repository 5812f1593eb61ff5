"""One run's memory: everything in three flat buffers, and views of them by name.

Numba counts references to every array it hands to a function; with some hundred arrays the counting would cost more
than the arithmetic, and compiling the hand-over would take minutes. So a worker's numbers, structure and state lie in
one buffer of floats, one of integers and one of keys. `floats2(mem, AT.trust)` is a view of the field `trust` with
two axes; it costs a few additions and no count. Where a field lies is a table at the start of the integer buffer.

Compiled code must only view a field under the kind and number of axes that `FIELDS` gives it; `check_fields` in the
tests holds the engine's sources against the table.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from sim.engine.fields import FIELDS, PLAIN, THETA, Sizes
from sim.layout import Floats, Ints, Keys64
from sim.scenario.resolve import Problem, shapes

_ROW = 5
"""Entries of the table a field: where it begins, and up to four axes."""


class Memory(NamedTuple):
    """Buffers of one worker, and the sizes of the scenario."""

    floats: Floats
    ints: Ints
    keys: Keys64
    x: Sizes


def _view(axes: int, buffer: int) -> Callable[..., Any]:
    """An intrinsic that views a field of buffer number `buffer` with that many axes, without counting references."""

    @intrinsic
    def view(typing: Any, mem: Any, field: Any) -> Any:
        source = mem.types[buffer]
        result = types.Array(source.dtype, axes, "C")

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            base = context.make_array(source)(context, builder, builder.extract_value(args[0], buffer))
            table = context.make_array(mem.types[1])(context, builder, builder.extract_value(args[0], 1))
            intp = context.get_value_type(types.intp)
            number = builder.sext(args[1], intp) if args[1].type != intp else args[1]
            first = builder.mul(number, context.get_constant(types.intp, _ROW))

            def entry(n: int) -> Any:
                return builder.load(
                    builder.gep(table.data, [builder.add(first, context.get_constant(types.intp, n))])
                )

            shape = [entry(n + 1) for n in range(axes)]
            item = context.get_constant(
                types.intp, context.get_abi_sizeof(context.get_data_type(source.dtype))
            )
            strides, step = [], item
            for length in reversed(shape):
                strides.append(step)
                step = builder.mul(step, length)
            array = context.make_array(result)(context, builder)
            data = builder.bitcast(builder.gep(base.data, [entry(0)]), array.data.type)
            context.populate_array(
                array,
                data=data,
                shape=cgutils.pack_array(builder, shape),
                strides=cgutils.pack_array(builder, strides[::-1]),
                itemsize=item,
                meminfo=None,
            )
            return array._getvalue()

        return result(mem, field), generate

    return cast(Callable[..., Any], view)


floats1, floats2, floats3, floats4 = (_view(axes, 0) for axes in (1, 2, 3, 4))
ints1, ints2 = (_view(axes, 1) for axes in (1, 2))
keys1, keys2, keys3 = (_view(axes, 2) for axes in (1, 2, 3))


def new_memory(problem: Problem) -> Memory:
    """Buffers for a scenario: its structure and keys filled in, numbers and state still zero."""
    plain = {name: getattr(problem.structure, name) for name in PLAIN}
    sizes = Sizes(**plain, numbers=len(problem.paths))
    theta = [shape if len(shape) > 1 else (shape[0],) for _, shape in shapes(problem.names)]
    places = np.zeros((len(FIELDS), _ROW), dtype=np.int64)
    used = {"f": 0, "i": places.size, "u": 0}
    for n, field in enumerate(FIELDS):
        shape = theta[n] if n < len(THETA) else field.shape(problem)
        places[n, 0] = used[field.kind]
        places[n, 1 : 1 + len(shape)] = shape
        used[field.kind] += math.prod(shape)
    mem = Memory(np.zeros(used["f"]), np.zeros(used["i"], np.int64), np.zeros(used["u"], np.uint64), sizes)
    mem.ints[: places.size] = places.ravel()
    for n, field in enumerate(FIELDS):
        value = field.given(problem)
        if value is not None:
            view(mem, n)[...] = value
    return mem


def view(mem: Memory, number: int) -> Any:
    """A field as a NumPy view, for Python."""
    field, row = FIELDS[number], mem.ints[number * _ROW : (number + 1) * _ROW]
    buffer = {"f": mem.floats, "i": mem.ints, "u": mem.keys}[field.kind]
    shape = tuple(row[1 : 1 + field.axes])
    return buffer[row[0] : row[0] + math.prod(shape)].reshape(shape)
