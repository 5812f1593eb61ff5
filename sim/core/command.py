"""The command line that asked for a result, as manifests record it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_ARGUMENTS: ContextVar[tuple[str, ...] | None] = ContextVar("_ARGUMENTS", default=None)


@contextmanager
def record_command(arguments: Sequence[str]) -> Iterator[None]:
    """Record the arguments of the `parley` command while the block runs."""
    token = _ARGUMENTS.set(tuple(arguments))
    try:
        yield
    finally:
        _ARGUMENTS.reset(token)


def describe_command() -> list[str]:
    """Return the command and its arguments; for a call from Python `python` and the name of its script.

    Returns
    -------
    list of str
        `["parley", "run", …]`, or `["python", "script.py"]`; without a script (a notebook) only `["python"]`.
    """
    arguments = _ARGUMENTS.get()
    if arguments is not None:
        return ["parley", *arguments]
    script = Path(sys.argv[0]).name if sys.argv and sys.argv[0] not in ("", "-c") else ""
    return ["python", script] if script else ["python"]
