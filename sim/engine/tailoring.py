"""The address of a run's memory, as compiled code is handed it, and what code may take for granted about that memory.

Code for *any* scenario loads where a field lies and how many parties there are. Code *tailored* to a scenario's cast
(how many parties, issues, baskets … it has; none of its numbers) knows both while it is compiled: what would be loaded
is a constant of the machine code, and short loops are written out. Numba compiles a function anew for every type of its
arguments, so one source gives both, and the type of the address says which.
"""

from __future__ import annotations

import hashlib
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.datamodel import models
from numba.extending import register_model, typeof_impl, unbox

Known = tuple[int, ...]
"""Words of the memory that never change for a cast: the table of places, then the counts. Empty: nothing is known."""


class MemoryType(types.Type):
    """Compiled code's type of an address; two memories with the same `known` words share their code."""

    def __init__(self, known: Known = ()):
        self.known = known
        self.digest = hashlib.blake2b(repr(known).encode(), digest_size=8).hexdigest() if known else "any"
        super().__init__(name=f"Memory({self.digest})")


ANY = MemoryType()
"""The type of a memory about which nothing is known: code for every scenario."""


class Memory(int):
    """Address of a worker's buffer. The `Buffer` it belongs to must be kept."""

    kind: MemoryType

    def __new__(cls, address: int, kind: MemoryType = ANY) -> Memory:
        made = super().__new__(cls, address)
        made.kind = kind
        return made


@register_model(MemoryType)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any):
        super().__init__(manager, kind, ir.IntType(64))


@typeof_impl.register(Memory)
def _typeof(memory: Memory, context: Any) -> MemoryType:
    return memory.kind


@unbox(MemoryType)
def _unbox(kind: Any, value: Any, c: Any) -> Any:
    return c.unbox(types.int64, value)
