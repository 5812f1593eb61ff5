"""A bar of progress for scripts and notebooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[int], None]
"""Called with the number of runs finished since the last call."""


@contextmanager
def open_progress(progress: Progress | bool | None, n: int) -> Iterator[Progress | None]:
    """Open what reports progress: a bar for True, nothing for False or None, else the function itself.

    Parameters
    ----------
    progress : callable, bool or None
        What a caller asks for. The bar is drawn in a notebook (with ipywidgets) or on the error stream.
    n : int
        Number of runs.

    Yields
    ------
    callable or None
        Called with the number of runs finished since the last call.
    """
    if not isinstance(progress, bool):
        yield progress
        return
    if not progress:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task("simulating", total=n)

        def advance(runs: int) -> None:
            bars.update(task, advance=runs)

        yield advance
