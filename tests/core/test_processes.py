"""Worker processes: an interruption waits until a worker that is being started is known."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from sim.core.processes import defer_signals


@pytest.fixture
def hears() -> Iterator[None]:
    """Python's own handler: a job in the background of a shell is deaf to the signal."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("hears")
def test_an_interruption_waits_for_the_end_of_the_block() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), defer_signals():
        signal.raise_signal(signal.SIGINT)
        done.append("a worker is known")
    assert done == ["a worker is known"]
    with pytest.raises(KeyboardInterrupt):  # and handlers are those of before
        signal.raise_signal(signal.SIGINT)
