"""Functions compiled apart: each once, and called by other compiled code through its address.

What a compiled function calls is compiled into it anew, level upon level; with a hundred functions the first run of a
fresh installation would wait for minutes. A function compiled apart is a wall in that: its callers know no more of it
than where in a run's memory its address stands. So phases can be compiled side by side in two processes, and what a
scenario has no use for (the solvers for three parties and more) is not compiled for it at all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from llvmlite import ir
from numba import types
from numba.core.typing import signature
from numba.extending import intrinsic

from sim.compiled import COMPILING, callback
from sim.engine.tailoring import ANY, MemoryType

_F = TypeVar("_F", bound=Callable[..., object])

CALLS = (
    "begin", "happen", "implement", "reassess", "convene", "exchange", "mediate", "listen", "conclude", "nash_package",
    "greatest_surplus", "nash_of_many", "surplus_of_many",
)  # fmt: skip
"""The functions compiled apart, in the order of their addresses, with which a run's memory begins."""

MANY = frozenset({"nash_of_many", "surplus_of_many"})
"""What only scenarios call in which three or more parties have a stake in one basket."""

_TYPES = {
    "Memory": ANY,
    "int": types.int64,
    "float": types.float64,
    "bool": types.boolean,
    "None": types.none,
}

_KNOWN: dict[str, _Apart] = {}


class _Apart:
    """A function with the types its annotations name, compiled for a type of memory when first asked for."""

    def __init__(self, function: Callable[..., object]):
        given = dict(function.__annotations__)
        self.result = _TYPES[given.pop("return")]
        self.given = [_TYPES[name] for name in given.values()]
        self.function = function
        self._compiled: dict[MemoryType, Any] = {}

    def signature(self, kind: MemoryType) -> Any:
        """The types it is called with, under a type of memory."""
        return signature(self.result, kind, *self.given[1:])

    def compiled(self, kind: MemoryType) -> Any:
        """The function as others call it; compiled now, or found on disk."""
        with COMPILING:
            if kind not in self._compiled:
                self._compiled[kind] = callback(self.function, self.signature(kind))
            return self._compiled[kind]


def address(name: str, kind: MemoryType) -> int:
    """Where the machine code of a function compiled apart begins; it is compiled first if it never was."""
    return int(_KNOWN[name].compiled(kind).address)


def apart(function: _F) -> _F:
    """Compile a function apart: one of `CALLS`, its first argument the memory, the others int, float or bool.

    What this returns can be called in compiled code only.
    """
    place = CALLS.index(function.__name__)
    known = _KNOWN[function.__name__] = _Apart(function)
    return cast(_F, _call(known, place))


def _call(known: _Apart, place: int) -> Callable[..., Any]:
    """An intrinsic that calls the function whose address stands at that word of the memory."""

    def generate(context: Any, builder: Any, typed: Any, args: Any) -> Any:
        word = context.get_value_type(types.int64)
        words = builder.inttoptr(args[0], word.as_pointer())
        loaded = builder.load(builder.gep(words, [context.get_constant(types.intp, place)]))
        loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
        kinds = [context.get_value_type(kind) for kind in typed.args]
        kind = ir.FunctionType(context.get_value_type(typed.return_type), kinds)
        return builder.call(builder.inttoptr(loaded, kind.as_pointer()), args)

    def typing(mem: Any) -> Any:
        return known.signature(mem), generate

    by_number: list[Callable[..., Any]] = [
        lambda context, mem: typing(mem),
        lambda context, mem, a: typing(mem),
        lambda context, mem, a, b: typing(mem),
        lambda context, mem, a, b, c: typing(mem),
        lambda context, mem, a, b, c, d: typing(mem),
    ]
    return cast(Callable[..., Any], intrinsic(by_number[len(known.given) - 1]))
