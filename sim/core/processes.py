"""Worker processes: they run no module of the working folder, and end when the process that wants their work does."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SAFE_PATH = "PYTHONSAFEPATH"


@contextmanager
def ignore_working_folder() -> Iterator[None]:
    """Start interpreters inside this block without the working folder on their path.

    `multiprocessing` starts them by `python -c`, which would take modules of the standard library from there first.
    """
    before = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = before


def end_with_parent() -> None:
    """End this worker as soon as its parent is gone; for the start of a worker of a pool.

    A worker waits for work on a pipe that the other workers hold open, so it would wait for ever.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_for_end, args=(parent,), daemon=True).start()


def _wait_for_end(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)
