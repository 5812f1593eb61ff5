"""Compiled code's type of the address of a run's memory."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.datamodel import models
from numba.extending import register_model, typeof_impl, unbox


class MemoryType(types.Type):
    """The type of an address in compiled code."""

    def __init__(self) -> None:
        super().__init__(name="Memory")


MEMORY = MemoryType()
"""The one instance of the type."""


class Memory(int):
    """Address of a worker's buffer. The `Buffer` it belongs to must be kept."""


@register_model(MemoryType)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any):
        super().__init__(manager, kind, ir.IntType(64))


@typeof_impl.register(Memory)
def _typeof(memory: Memory, context: Any) -> MemoryType:
    return MEMORY


@unbox(MemoryType)
def _unbox(kind: Any, value: Any, c: Any) -> Any:
    return c.unbox(types.int64, value)
