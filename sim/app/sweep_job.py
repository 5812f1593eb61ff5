"""A sweep that runs in the background of the page, with progress, and can be stopped."""

from __future__ import annotations

import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from experiments.sweep import run_sweep
from sim.core.errors import ParleyError


class _Stop(Exception):
    """Ends a sweep that its reader stopped."""


class SweepJob:
    """One sweep into its own folder, which is deleted with the job.

    Attributes
    ----------
    done, total : int
        Runs so far and in all; 0 in all before the first report.
    error : str
        Why the sweep failed; empty where it did not.
    finished, stopped : bool
        Whether it came to its end, and whether its reader stopped it.
    """

    def __init__(self, experiment: dict[str, Any]):
        self.experiment = experiment
        self.done = self.total = 0
        self.error = ""
        self.finished = self.stopped = False
        self._stop = threading.Event()
        self._folder = TemporaryDirectory(prefix="parley-sweep-")
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def folder(self) -> Path:
        """The folder of the sweep."""
        return Path(self._folder.name) / "sweep"

    @property
    def running(self) -> bool:
        """Whether the sweep still runs."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Stop the sweep soon."""
        self._stop.set()

    def wait(self) -> None:
        """Wait until the sweep has ended."""
        self._thread.join()

    def _run(self) -> None:
        """Run the sweep."""
        try:
            run_sweep(self.experiment, self.folder, progress=self._count, notice=lambda line: None)
        except _Stop:
            self.stopped = True
        except (ParleyError, OSError, ArithmeticError) as error:
            self.error = str(error)
        else:
            self.finished = True

    def _count(self, done: int, total: int) -> None:
        """Count finished runs."""
        if self._stop.is_set():
            raise _Stop
        self.done, self.total = self.done + done, total
