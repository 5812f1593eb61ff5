"""One run's memory: everything in one buffer of 8-byte words, and views of it by name.

Numba hands an array to a function as seven words and counts its references; with some hundred arrays the hand-over
would cost more than the arithmetic, and compiling it would take minutes. So a worker's numbers, structure and state lie
in one buffer, and compiled code is handed its address. `view.trust(mem)` is the field `trust` as an array; it costs a
few loads that the compiler may move and merge, because where a field lies and how large a scenario is never change
during a run. The buffer begins with the addresses of the functions in `CALLS`, the table of places and the scenario's
sizes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from types import ModuleType
from typing import Any, cast

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from sim.compiled.memory.fields import FIELDS, FIRST_OF_STATE, PLAIN, Sizes
from sim.compiled.memory.function_table import CALLS, MANY, address
from sim.compiled.memory.types import Memory
from sim.core.layout import Ints, Structure
from sim.scenario.resolve import Problem

_ROW = 5
"""Entries of the table a field: where it begins, and up to four axes."""

_TABLE = len(CALLS)
"""Word where the table of places begins."""

_SIZES = _TABLE + len(FIELDS) * _ROW
"""Word where the sizes begin."""

_DTYPES = {"f": np.float64, "i": np.int64, "u": np.uint64}


class _Words:
    """The words of a memory that do not change during a run, as seen by the code being generated."""

    def __init__(self, context: Any, builder: Any, kind: Any, mem: Any):
        self.context, self.builder = context, builder
        self.words = builder.inttoptr(mem, context.get_value_type(types.int64).as_pointer())

    def constant(self, value: int) -> Any:
        return self.context.get_constant(types.intp, value)

    def word(self, at: int) -> Any:
        """A load that the compiler may move and merge at will."""
        loaded = self.builder.load(self.builder.gep(self.words, [self.constant(at)]))
        loaded.set_metadata("invariant.load", self.builder.module.add_metadata([]))
        return loaded


class _Place(_Words):
    """Where a field lies and how long its axes are, in the code being generated."""

    def __init__(self, context: Any, builder: Any, kind: Any, mem: Any, number: int):
        super().__init__(context, builder, kind, mem)
        self.axes, self.row = FIELDS[number].axes, _TABLE + number * _ROW

    def signed(self, value: Any) -> Any:
        intp = self.context.get_value_type(types.intp)
        return self.builder.sext(value, intp) if value.type != intp else value

    def begin(self) -> Any:
        return self.word(self.row)

    def length(self, axis: int) -> Any:
        known = self.axes[axis]
        if isinstance(known, int):
            return self.constant(known)
        return self.word(self.row + 1 + axis if known is None else _SIZES + PLAIN.index(known))

    def array(self, result: Any, at: Any, shape: list[Any]) -> Any:
        """An array of that shape which begins at a word of the buffer, without counting references."""
        builder, size = self.builder, self.constant(8)
        strides, step = [], size
        for length in reversed(shape):
            strides.append(step)
            step = builder.mul(step, length)
        array = self.context.make_array(result)(self.context, builder)
        self.context.populate_array(
            array,
            data=builder.bitcast(builder.gep(self.words, [at]), array.data.type),
            shape=cgutils.pack_array(builder, shape),
            strides=cgutils.pack_array(builder, strides[::-1]),
            itemsize=size,
            meminfo=None,
        )
        return array._getvalue()


def _view(number: int) -> Any:
    """An intrinsic that views a field as an array."""
    field = FIELDS[number]
    result = types.Array(_ITEMS[field.kind], len(field.axes), "C")

    @intrinsic
    def view(typing: Any, mem: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            place = _Place(context, builder, signature.args[0], args[0], number)
            return place.array(result, place.begin(), [place.length(axis) for axis in range(len(field.axes))])

        return result(mem), generate

    return view


def _strip(number: int) -> Any:
    """An intrinsic that views entries lo … hi - 1 of a field's last axis, at given places of the axes before it.

    The places come as a tuple. A slice of a view does the same, but minds negative and far ends, which never occur here
    and would cost more than the arithmetic on a handful of issues.
    """
    field = FIELDS[number]
    result = types.Array(_ITEMS[field.kind], 1, "C")

    @intrinsic
    def strip(typing: Any, mem: Any, places: Any, lo: Any, hi: Any) -> Any:
        if len(places) != len(field.axes) - 1:
            return None

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            place = _Place(context, builder, signature.args[0], args[0], number)
            leading = [place.signed(value) for value in cgutils.unpack_tuple(builder, args[1])]
            lo, hi = place.signed(args[2]), place.signed(args[3])
            at = place.constant(0)
            for axis, value in enumerate(leading):
                at = builder.mul(builder.add(at, value), place.length(axis + 1))
            at = builder.add(builder.add(at, lo), place.begin())
            return place.array(result, at, [builder.sub(hi, lo)])

        return result(mem, places, lo, hi), generate

    return strip


_ITEMS = {"f": types.float64, "i": types.int64, "u": types.uint64}

view: Any = ModuleType("view", "Every field as an array, inside compiled code: `view.trust(mem)`.")
view.__dict__.update({field.name: _view(number) for number, field in enumerate(FIELDS)})

strip: Any = ModuleType("strip", "Part of the last axis: `strip.offers(mem, (p,), lo, hi)` is `offers[p, lo:hi]`.")
strip.__dict__.update({field.name: _strip(number) for number, field in enumerate(FIELDS)})


@intrinsic
def _sizes(typing: Any, mem: Any) -> Any:
    result = types.NamedUniTuple(types.int64, len(Sizes._fields), Sizes)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        words = _Words(context, builder, signature.args[0], args[0])
        return context.make_tuple(builder, result, [words.word(_SIZES + n) for n in range(len(Sizes._fields))])

    return result(mem), generate


sizes = cast(Callable[[Memory], Structure], _sizes)
"""The scenario's sizes, inside compiled code."""


def needed(problem: Problem) -> frozenset[str]:
    """Which of the functions compiled apart a scenario's runs can call."""
    return frozenset(CALLS) if problem.structure.stake.sum(axis=0).max() > 2 else frozenset(CALLS) - MANY


def places(problem: Problem) -> tuple[Ints, int]:
    """The words of the table of places and of the sizes, and how many words a memory has in all."""
    plain = [getattr(problem.structure, name) for name in PLAIN]
    table = np.zeros((len(FIELDS), _ROW), dtype=np.int64)
    used = _SIZES + len(plain)
    for n, field in enumerate(FIELDS):
        shape = field.shape(problem)
        # The blocks of `theta` lie inside the field `theta`, one after another.
        table[n, 0] = table[0, 0] + field.inside(problem) if field.inside else used
        table[n, 1 : 1 + len(shape)] = shape
        used += 0 if field.inside else math.prod(shape)
    return np.concatenate([table.ravel(), np.array(plain, dtype=np.int64)]), used


class Buffer:
    """A worker's memory for a scenario: its structure and keys filled in, numbers and state still zero."""

    def __init__(self, problem: Problem):
        begin, used = places(problem)
        self._needed = needed(problem)
        self.words: Ints = np.zeros(used, dtype=np.int64)
        self.words[_TABLE : _TABLE + begin.size] = begin
        for n, field in enumerate(FIELDS[:FIRST_OF_STATE]):
            value = field.given(problem)
            if value is not None:
                self.view(n)[...] = value

    @cached_property
    def address(self) -> Memory:
        """What compiled code is handed; what it calls through this memory is compiled now if it never was."""
        self.words[:_TABLE] = [address(name) if name in self._needed else 0 for name in CALLS]
        return self.bare

    @property
    def bare(self) -> Memory:
        """The address before any function stands in the memory: enough to compile for, not to call."""
        return Memory(self.words.ctypes.data)

    def view(self, number: int) -> Any:
        """A field as a NumPy view, for Python."""
        field, row = FIELDS[number], self.words[_TABLE + number * _ROW :][:_ROW]
        shape = tuple(row[1 : 1 + len(field.axes)])
        words = self.words[row[0] : row[0] + math.prod(shape)]
        return words.view(_DTYPES[field.kind]).reshape(shape)
