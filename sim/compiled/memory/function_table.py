"""The table of functions that are compiled once each and called by other compiled code through their address.

Numba compiles the functions that a compiled function calls into it anew, level upon level; with a hundred functions the
first run of a fresh installation would wait for minutes. A function of this table is compiled once: its callers know
only where in a run's memory its address stands. So two processes can compile the phases side by side, and a scenario
does not wait for functions it never calls (the solvers for three parties and more).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from llvmlite import ir
from numba import types
from numba.core.typing import signature
from numba.extending import intrinsic

from sim.compiled.memory.types import MEMORY
from sim.core.jit import COMPILE_LOCK, compile_callback

_F = TypeVar("_F", bound=Callable[..., object])

CALLS = (
    "begin", "draw_incidents", "implement", "reassess", "convene", "exchange", "mediate", "listen", "conclude",
    "assess", "measure_gaps", "measure_latent", "nash_package", "greatest_surplus", "nash_of_many", "surplus_of_many",
)  # fmt: skip
"""The functions of the table, in the order of their addresses, with which a run's memory begins."""

MANY = frozenset({"nash_of_many", "surplus_of_many"})
"""Functions called only where three or more parties have a stake in one basket."""

_TYPES = {
    "Memory": MEMORY,
    "int": types.int64,
    "float": types.float64,
    "bool": types.boolean,
    "None": types.none,
}

_ENTRIES: dict[str, _Entry] = {}


class _Entry:
    """A function with the types its annotations name, compiled when first asked for."""

    def __init__(self, function: Callable[..., object]):
        annotations = dict(function.__annotations__)
        result = _TYPES[annotations.pop("return")]
        self.signature = signature(result, *(_TYPES[name] for name in annotations.values()))
        self.function = function
        self._compiled: Any = None

    def compiled(self) -> Any:
        """The function as others call it; compiled now, or read from disk."""
        with COMPILE_LOCK:
            if self._compiled is None:
                self._compiled = compile_callback(self.function, self.signature)
            return self._compiled


def address(name: str) -> int:
    """Address of the machine code of a function of the table; the function is compiled first if it never was."""
    return int(_ENTRIES[name].compiled().address)


def table_entry(function: _F) -> _F:
    """Compile a function as one of `CALLS`: its first argument the memory, the others int, float or bool.

    The returned object can be called in compiled code only.
    """
    place = CALLS.index(function.__name__)
    entry = _ENTRIES[function.__name__] = _Entry(function)
    return cast(_F, _call(entry, place))


def _call(entry: _Entry, place: int) -> Callable[..., Any]:
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
        return entry.signature, generate

    by_number: list[Callable[..., Any]] = [
        lambda context, mem: typing(mem),
        lambda context, mem, a: typing(mem),
        lambda context, mem, a, b: typing(mem),
        lambda context, mem, a, b, c: typing(mem),
        lambda context, mem, a, b, c, d: typing(mem),
    ]
    return cast(Callable[..., Any], intrinsic(by_number[len(entry.signature.args) - 1]))
