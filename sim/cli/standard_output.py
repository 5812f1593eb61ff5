"""Standard output of the command: an error in writing to it is told from errors of files."""

from __future__ import annotations

import io
import os
import sys


class StandardOutput(io.TextIOWrapper):
    """Standard output that remembers the error that ended it.

    Attributes
    ----------
    error : OSError or None
        Why it could not be written to.
    """

    error: OSError | None = None

    def write(self, text: str) -> int:
        """Write a text; nothing is written for an empty one, which a full device would refuse too."""
        try:
            return 0 if text == "" else super().write(text)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        """Write what waits to be written."""
        try:
            super().flush()
        except OSError as error:
            self.error = error
            raise


def replace_standard_output() -> None:
    """Put a `StandardOutput` in the place of `sys.stdout`, if that is a stream of Python's own."""
    stream = sys.stdout
    if type(stream) is not io.TextIOWrapper:
        return
    sys.stdout = StandardOutput(
        stream.buffer,
        encoding=stream.encoding,
        errors="replace",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def close_standard_output() -> None:
    """Send what waits to be written, and all that follows, nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
