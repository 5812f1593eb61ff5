"""Named choices: an enum beside its rules, one dispatcher for it, and the check that no member lacks a branch."""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import inspect
import textwrap
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import Any, TypeVar

from sim.core.errors import ParleyError

_F = TypeVar("_F", bound=Callable[..., Any])


class Choice(IntEnum):
    """A named choice of a scenario. Scenario files write a member's `label`, compiled code compares its number."""

    @property
    def label(self) -> str:
        """The member as scenario files write it."""
        return self.name.lower()

    @classmethod
    def labels(cls) -> tuple[str, ...]:
        """All members as scenario files write them, in order."""
        return tuple(member.label for member in cls)

    @classmethod
    def of(cls, label: str) -> int:
        """Return the number of a member by its label."""
        return int(cls[label.upper()])


DISPATCHERS: list[tuple[type[Choice], Callable[..., Any]]] = []
"""Every choice with a function that dispatches it. Filled by `dispatches`."""


def dispatches(choice: type[Choice]) -> Callable[[_F], _F]:
    """Declare that a function has a branch for every member of a choice. `check_dispatchers` holds it to that."""

    def declare(function: _F) -> _F:
        DISPATCHERS.append((choice, function))
        return function

    return declare


def list_branches(choice: type[Choice], source: str) -> set[str]:
    """List the members of a choice that the source of a function compares something with.

    Parameters
    ----------
    choice : type of Choice
        The choice.
    source : str
        Source of a function.

    Returns
    -------
    set of str
        Names of members.
    """
    members = set()
    for node in ast.walk(ast.parse(textwrap.dedent(source))):
        if isinstance(node, ast.Compare):
            for side in (node.left, *node.comparators):
                if isinstance(side, ast.Attribute) and ast.unparse(side.value).rpartition(".")[2] == choice.__name__:
                    members.add(side.attr)
    return members


@functools.cache
def _fault(choice: type[Choice], function: Callable[..., Any]) -> str:
    """Describe the first member without a branch in a dispatcher; empty where there is none."""
    code = getattr(function, "py_func", function)
    present = list_branches(choice, inspect.getsource(code))
    for member in choice:
        if member.name not in present:
            return f"`{member.label}` of {choice.__name__} has no branch in {code.__module__}.{code.__qualname__}"
    return ""


def check_dispatchers() -> None:
    """Refuse to run anything while a member of a choice has no branch.

    Called when a scenario is resolved, which covers the rules, and by each engine before its first run, which covers
    its own dispatchers. Nothing is compiled for the check.

    Raises
    ------
    ParleyError
        Names the choice, the member and the function that lacks the branch.
    """
    mark = _find_mark()
    if mark is not None and mark.exists():
        return
    for choice, function in DISPATCHERS:
        if fault := _fault(choice, function):
            raise ParleyError(fault)
    if mark is not None:
        with contextlib.suppress(OSError):  # it is looked at again next time
            mark.touch()


def _find_mark() -> Path | None:
    """Return the file that marks dispatchers as checked; None where some lie outside of the hashed sources."""
    from sim.core.jit import SOURCES, cache_folder  # the folder is named by a hash of these sources

    folder, inside = cache_folder(), tuple(f"sim.{name}." for name in SOURCES)
    checked = [(function.__module__, choice.__module__) for choice, function in DISPATCHERS]
    if folder is None or not all(name.startswith(inside) for names in checked for name in names):
        return None
    names = sorted(f"{choice.__name__} {function.__module__}.{function.__name__}" for choice, function in DISPATCHERS)
    return folder / f"dispatchers-{hashlib.blake2b(repr(names).encode(), digest_size=8).hexdigest()}"
