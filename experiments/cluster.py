"""Parts of a sweep on a Dask cluster: workers compute, this process writes, and a lost worker's parts are repeated."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from functools import lru_cache
from importlib import metadata
from typing import Any

from experiments.setup import Setup
from experiments.spec import Experiment
from experiments.sweep_parts import Piece, run_part
from sim.core.errors import ParleyError
from sim.core.extras import describe_missing
from sim.core.identity import hash_code
from sim.scenario.dump import scenario_hash

PATIENCE = 5.0
"""Seconds a scheduler has to answer."""
WORKER_PATIENCE = 10.0
"""Seconds in which the first worker has to appear."""
COMPUTING = ("numpy", "numba", "llvmlite", "scipy", "mesa", "pyarrow", "pydantic", "ruamel.yaml")
"""Packages whose version can change a result."""

_CODE = hash_code()
"""Of the files as they were when a worker imported them, not as somebody may have edited them since."""


def run_on_cluster(
    setup: Setup, parts: dict[int, list[Piece]], identity: str, address: str, on_progress: Callable[[int], None]
) -> Iterator[tuple[int, bytes]]:
    """Run parts on the workers of a Dask scheduler.

    Parameters
    ----------
    setup : Setup
        The experiment.
    parts : dict of int to list of Piece
        Parts by number.
    identity : str
        Hash of everything the tables depend on.
    address : str
        Address of the scheduler.
    on_progress : callable
        Called with the number of runs finished since the last call.

    Yields
    ------
    tuple of int and bytes
        Number and Parquet file of a part, as it is finished.

    Raises
    ------
    ParleyError
        The extra `cluster` is missing, no scheduler answers, or a worker has another version or scenario.
    """
    try:
        from distributed import Client, KilledWorker, as_completed
    except ModuleNotFoundError:
        raise describe_missing("cluster", "a cluster needs Dask's distributed") from None
    _check_scheduler(address)
    with Client(address, timeout="20s", set_as_default=False) as client:
        text, expected = setup.experiment.model_dump_json(), describe_software(setup)
        _check_workers(client, address, text, expected)
        futures = {
            client.submit(
                run_remote_part, text, expected, identity, pieces, key=f"parley-{identity}-{number}", pure=False
            ): number
            for number, pieces in parts.items()
        }
        try:
            for future in as_completed(futures, loop=client.loop):
                content = future.result()
                if isinstance(content, str):
                    raise ParleyError(content)
                number = futures[future]
                on_progress(sum(piece.high - piece.low for piece in parts[number]))
                future.release()
                yield number, content
        except KilledWorker as error:
            raise ParleyError(f"workers died again and again over the same part: {error}") from None
        except (CancelledError, asyncio.CancelledError, OSError, TimeoutError) as error:
            raise ParleyError(f"the Dask scheduler at {address} is gone ({error}); finished parts stay") from None


def _check_workers(client: Any, address: str, experiment: str, expected: dict[str, str]) -> None:
    """Ask every worker what it runs before any work. Raises ParleyError where there is none, or one differs."""
    try:
        client.wait_for_workers(1, timeout=WORKER_PATIENCE)
    except TimeoutError:
        raise ParleyError(f"the scheduler at {address} has no workers; start one: dask worker {address}") from None
    try:
        answers = client.run(describe_worker, experiment)
    except (ImportError, AttributeError, TypeError, OSError, RuntimeError) as error:
        raise ParleyError(f"a worker cannot run parley: {error}; install the same version on all of them") from None
    for worker, software in answers.items():
        if problem := compare_software(expected, software):
            raise ParleyError(f"the worker at {worker}: {problem}")


def _check_scheduler(address: str) -> None:
    """Check that a scheduler answers at an address. Raises ParleyError.

    A client that reaches nobody waits for itself when it is discarded, and then complains.
    """
    if address.startswith("inproc:"):  # lives in this process, and is reached from its own thread only
        return
    try:
        with ThreadPoolExecutor(1) as other:  # a notebook has a loop of its own on this thread
            other.submit(asyncio.run, _ask_identity(address)).result()
    except (OSError, ValueError, TimeoutError, MemoryError) as error:
        # Another kind of server answers something else, whose first bytes are taken for a length.
        reason = str(error) or "no answer"
        if isinstance(error, MemoryError):
            reason = "the address does not answer as a scheduler"
        raise ParleyError(f"no Dask scheduler answers at {address}: {reason} (an address is HOST:PORT)") from None


async def _ask_identity(address: str) -> None:
    """Ask a scheduler for its identity."""
    from distributed import rpc
    from distributed.security import Security

    async with asyncio.timeout(PATIENCE):
        async with rpc(address, connection_args=Security().get_connection_args("client")) as scheduler:
            await scheduler.identity()


def describe_software(setup: Setup) -> dict[str, str]:
    """Describe what a worker must have in common with this process: all code, the scenario, what computes.

    Returns
    -------
    dict of str to str
        Hash of the project's code, hash of the resolved scenario, and versions by package.
    """
    versions = {name: metadata.version(name) for name in COMPUTING}
    python = ".".join(platform.python_version_tuple()[:2])
    return {"code": _CODE, "scenario": scenario_hash(setup.base), "Python": python, **versions}


def compare_software(expected: dict[str, str], software: dict[str, str] | str) -> str:
    """Return why a worker cannot take part; an empty text where it can."""
    if isinstance(software, str):
        return f"it cannot load the experiment: {software}"
    different = [name for name in expected if software.get(name) != expected[name]]
    if not different:
        return ""
    pairs = ", ".join(f"{name}: {expected[name]} here, {software.get(name)} there" for name in different)
    return f"it has another version of parley, of the scenario or of a package ({pairs}); install the same on all"


@lru_cache(maxsize=4)
def _load_setup(experiment: str) -> Setup:
    """Load an experiment once on a worker."""
    return Setup.load(Experiment.model_validate_json(experiment))


def describe_worker(experiment: str) -> dict[str, str] | str:
    """Describe what a worker runs; a text where it cannot load the experiment."""
    try:
        return describe_software(_load_setup(experiment))
    except ParleyError as error:
        return str(error)


def run_remote_part(experiment: str, expected: dict[str, str], identity: str, pieces: list[Any]) -> bytes | str:
    """Run one part on a worker; returns its file, or a text that says why this worker cannot take part."""
    if problem := compare_software(expected, describe_worker(experiment)):
        return f"a worker that came later: {problem}"
    return run_part(_load_setup(experiment), [Piece(*piece) for piece in pieces], identity, lambda runs: None)
