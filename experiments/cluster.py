"""Parts of a sweep on a Dask cluster: workers compute, this process writes; what a lost worker had is done again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

from experiments.setup import Setup
from experiments.spec import Experiment
from experiments.tasks import Piece, run_part
from sim.core.errors import ParleyError
from sim.core.jit import source_hash
from sim.scenario.dump import scenario_hash

PATIENCE = 5.0
"""Seconds a scheduler has to answer."""


def run_on_cluster(
    setup: Setup, parts: dict[int, list[Piece]], address: str, on_progress: Callable[[int], None]
) -> Iterator[tuple[int, bytes]]:
    """Parts as they are finished by the workers of the scheduler at `address`.

    Raises ParleyError: the extra `cluster` is missing, nobody answers, or a worker has another version or scenario.
    """
    try:
        from distributed import Client, KilledWorker, as_completed
    except ModuleNotFoundError:
        raise ParleyError("a cluster needs the extra `cluster`: pip install 'parley[cluster]'") from None
    _check_scheduler(address)
    with Client(address, timeout="20s", set_as_default=False) as client:
        expected, experiment = compute_signature(setup), setup.experiment.model_dump_json()
        futures = {
            client.submit(
                run_remote_part, experiment, expected, number, pieces, key=f"parley-{expected}-{number}", pure=False
            ): number
            for number, pieces in parts.items()
        }
        for future in as_completed(futures, loop=client.loop):
            try:
                content = future.result()
            except KilledWorker as error:
                raise ParleyError(f"workers died again and again over the same part: {error}") from None
            if isinstance(content, str):
                raise ParleyError(content)
            number = futures[future]
            on_progress(sum(piece.high - piece.low for piece in parts[number]))
            future.release()
            yield number, content


def _check_scheduler(address: str) -> None:
    """Ask the scheduler who it is. Raises ParleyError where nobody answers.

    A client that finds nobody waits for itself when it is thrown away, and then complains that it did so in vain.
    """
    if address.startswith("inproc:"):  # lives in this process, and is reached from its own thread only
        return
    try:
        with ThreadPoolExecutor(1) as other:  # a notebook has a loop of its own on this thread
            other.submit(asyncio.run, _ask_identity(address)).result()
    except (OSError, ValueError, TimeoutError, MemoryError) as error:
        # What is no scheduler answers something else, of which the first bytes are taken for a length.
        reason = "what answers is no scheduler" if isinstance(error, MemoryError) else str(error) or "no answer"
        raise ParleyError(f"no Dask scheduler answers at {address}: {reason} (an address is HOST:PORT)") from None


async def _ask_identity(address: str) -> None:
    from distributed import rpc
    from distributed.security import Security

    async with asyncio.timeout(PATIENCE):
        async with rpc(address, connection_args=Security().get_connection_args("client")) as scheduler:
            await scheduler.identity()


def compute_signature(setup: Setup) -> str:
    """What a worker must have in common with this process: compiled rules, and the scenario as it is resolved."""
    return f"{source_hash()}-{scenario_hash(setup.base)}"


@lru_cache(maxsize=4)
def _load_setup(experiment: str) -> Setup:
    return Setup.of(Experiment.model_validate_json(experiment))


def run_remote_part(experiment: str, expected: str, number: int, pieces: list[Any]) -> bytes | str:
    """On a worker: one part's file, or a text that says why this worker cannot take part."""
    try:
        setup = _load_setup(experiment)
    except ParleyError as error:
        return f"a worker cannot load the experiment: {error}"
    if compute_signature(setup) != expected:
        return "a worker has another version of parley or of the scenario; install the same on all of them"
    return run_part(setup, [Piece(*piece) for piece in pieces], lambda runs: None)
