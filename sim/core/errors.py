"""Errors that a user can put right. The command line prints their one message and exits with status 2."""

from __future__ import annotations


class ParleyError(Exception):
    """Anything a user can put right: bad input, a folder that is in the way, a missing extra."""


class WorkerError(ParleyError):
    """Worker processes ended again and again: a fault of the machine or of how they are started, never of a point."""


class ScenarioError(ParleyError):
    """A scenario, position or source file that cannot be used.

    The message names file, line and key, says what is allowed, and offers the nearest match where there is one.
    `others` holds further faults of the same file, where they are known.

    Parameters
    ----------
    problem : str
        What is wrong and what is allowed.
    file, line, key : str, int, str, optional
        Where it is wrong.
    """

    def __init__(self, problem: str, *, file: str | None = None, line: int | None = None, key: str | None = None):
        where = ":".join(str(part) for part in (file, line) if part is not None)
        parts = [part for part in (where, key) if part]
        super().__init__(one_line(": ".join([*parts, problem])))
        self.problem, self.file, self.line, self.key = problem, file, line, key
        self.others: list[ScenarioError] = []


def one_line(text: str) -> str:
    """Return a text with unprintable characters escaped, so that a message is one line.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text without line breaks and control characters.
    """
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def nearest(word: str, allowed: list[str]) -> str:
    """Suggest the closest allowed word.

    Parameters
    ----------
    word : str
        What the user wrote.
    allowed : list of str
        Words that are allowed.

    Returns
    -------
    str
        ` (did you mean …?)`, or an empty string where no word is close.
    """
    import difflib

    close = difflib.get_close_matches(word, allowed, n=1, cutoff=0.5)
    return f" (did you mean `{close[0]}`?)" if close else ""
