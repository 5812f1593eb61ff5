"""Worker processes: an interruption waits until a worker that is being started is known."""

from __future__ import annotations

import signal

import pytest

from sim.core.processes import defer_signals


def test_an_interruption_waits_for_the_end_of_the_block() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), defer_signals():
        signal.raise_signal(signal.SIGINT)
        done.append("a worker is known")
    assert done == ["a worker is known"]
    with pytest.raises(KeyboardInterrupt):  # and handlers are those of before
        signal.raise_signal(signal.SIGINT)
