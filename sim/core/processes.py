"""Worker processes: they run no module of the working folder, and end when the process that wants their work does."""

from __future__ import annotations

import multiprocessing
import os
import signal
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


@contextmanager
def defer_signals() -> Iterator[None]:
    """Let signals that end this process wait until the block is done.

    A pool that is interrupted while it starts a worker does not know of that worker, which then finds its queues gone
    and prints a traceback.
    """
    if threading.current_thread() is not threading.main_thread():  # no other thread runs handlers
        yield
        return
    waiting: list[int] = []
    before = {}
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) not in (signal.SIG_IGN, None):
            before[number] = signal.signal(number, lambda came, _: waiting.append(came))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in waiting:
            signal.raise_signal(number)


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
