"""Hash of a party class: the source of everything that it adds to the program's own classes."""

from __future__ import annotations

import builtins
import dis
import inspect
import sys
import sysconfig
import tokenize
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from sim.core.identity import hash_bytes

_PLAIN = (bool, int, float, complex, str, bytes, type(None))
_OWN = Path(__file__).resolve().parents[1]
_MOST_DEPTH = 20
"""The deepest nesting of values and functions that is followed."""


class _Unreadable(Exception):
    """A part of a class has no source and no plain value."""


def describe_class(party_class: type) -> str:
    """Return module and name of a class."""
    return f"{party_class.__module__}.{party_class.__qualname__}"


def hash_class(party_class: type) -> str | None:
    """Hash the source of a class.

    Counted are the class and its bases outside this program: the source of their functions, the values of their
    attributes, and the functions, classes and plain values of their module that they name.

    Parameters
    ----------
    party_class : type
        The class.

    Returns
    -------
    str or None
        32 hexadecimal digits; None where a part has neither source nor a plain value.
    """
    try:
        return hash_bytes("\0".join(_Reader().read_class(party_class)).encode())
    except _Unreadable:
        return None


def read_source(party_class: type) -> str | None:
    """Read the module of a class as text; None where it has no file, or lies in a package of this environment."""
    file = getattr(sys.modules.get(party_class.__module__), "__file__", None)
    if file is None or not _is_foreign(party_class.__module__):
        return None
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


class _Reader:
    """Reads classes and functions once each, however often they are named."""

    def __init__(self) -> None:
        self._known: set[int] = set()

    def read_class(self, kind: type, depth: int = 0) -> Iterator[str]:
        """Yield the parts of a class and of its bases outside this program."""
        if id(kind) in self._known:
            return
        self._known.add(id(kind))
        for base in kind.__mro__:
            if not _is_of_user(base):
                yield f"base {base.__module__}.{base.__qualname__}"
                continue
            yield f"class {base.__qualname__}"
            for name, value in sorted(vars(base).items()):
                if name not in ("__module__", "__dict__", "__weakref__", "__doc__", "__firstlineno__"):
                    yield name
                    yield from self.read_value(value, depth + 1)

    def read_value(self, value: Any, depth: int) -> Iterator[str]:
        """Yield the parts of an attribute, an element or a global."""
        if depth > _MOST_DEPTH:
            raise _Unreadable
        if isinstance(value, staticmethod | classmethod):
            value = value.__func__
        if isinstance(value, _PLAIN):
            yield f"{type(value).__name__} {value!r}"
        elif isinstance(value, property):
            for part in (value.fget, value.fset, value.fdel):
                yield from self.read_value(part, depth + 1)
        elif isinstance(value, FunctionType):
            yield from self._read_function(value, depth)
        elif isinstance(value, type):
            yield from self.read_class(value, depth) if _is_of_user(value) else [describe_class(value)]
        elif isinstance(value, ModuleType):
            yield f"module {value.__name__}"
        elif isinstance(value, list | tuple | set | frozenset | dict):
            yield from self._read_collection(value, depth)
        elif isinstance(value, np.ndarray) and not value.dtype.hasobject:
            yield f"array {value.dtype} {value.shape} {hash_bytes(np.ascontiguousarray(value).tobytes())}"
        elif _is_foreign(type(value).__module__) or hasattr(value, "__dict__") or " at 0x" in repr(value):
            raise _Unreadable
        else:
            yield f"{type(value).__name__} {value!r}"

    def _read_collection(self, value: Any, depth: int) -> Iterator[str]:
        """Yield the parts of every element; those of a set in alphabetical order."""
        elements = [part for pair in value.items() for part in pair] if isinstance(value, dict) else list(value)
        if isinstance(value, set | frozenset):
            elements.sort(key=repr)
        yield f"{type(value).__name__} {len(elements)}"
        for element in elements:
            yield from self.read_value(element, depth + 1)

    def _read_function(self, function: FunctionType, depth: int) -> Iterator[str]:
        """Yield source, defaults, captured values, and the globals that a function names."""
        if not _is_of_user(function) or id(function) in self._known:
            yield f"function {function.__qualname__}"
            return
        self._known.add(id(function))
        yield _read_text(function)
        captured = [cell.cell_contents for cell in function.__closure__ or () if not _is_class_cell(cell)]
        for value in (function.__defaults__, function.__kwdefaults__, captured):
            yield from self.read_value(value, depth + 1)
        for name in sorted(_list_globals(function.__code__)):
            value = function.__globals__.get(name)
            if value is not None:
                yield name
                yield from self.read_value(value, depth + 1)


def _read_text(function: FunctionType) -> str:
    """Return the source of a function. Raises _Unreadable; code from a text shares the file name of others."""
    if function.__code__.co_filename in ("<string>", "<stdin>"):
        raise _Unreadable
    try:
        return inspect.getsource(function)
    except (OSError, TypeError, IndexError, SyntaxError, tokenize.TokenError):
        raise _Unreadable from None


def _list_globals(code: CodeType) -> set[str]:
    """Return the global names that a function and the functions inside it read."""
    names = {step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    inner = [_list_globals(value) for value in code.co_consts if isinstance(value, CodeType)]
    return names.union(*inner)


def _is_class_cell(cell: Any) -> bool:
    """Return whether a cell is empty or holds the class itself, which `super()` captures."""
    try:
        return isinstance(cell.cell_contents, type)
    except ValueError:
        return True


def _is_of_user(part: type | FunctionType) -> bool:
    """Return whether a class or function is the user's; code without a module has none, or claims `builtins`."""
    if part.__module__ in (None, "builtins"):
        return vars(builtins).get(part.__name__) is not part
    return _is_foreign(part.__module__)


def _is_foreign(name: str) -> bool:
    """Return whether a module is the user's: neither this program's, nor Python's, nor of an installed package."""
    loaded = sys.modules.get(name)
    file = getattr(loaded, "__file__", None)
    if name.split(".")[0] in sys.stdlib_module_names and name != "__main__":
        return False
    if loaded is None or file is None:
        return name not in ("builtins",)
    path = Path(file).resolve()
    paths = sysconfig.get_paths()
    installed = [Path(paths[key]).resolve() for key in ("purelib", "platlib", "stdlib")]
    return _OWN not in path.parents and not any(folder in path.parents for folder in installed)
