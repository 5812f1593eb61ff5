"""A Dask cluster of many machines, simulated on this one: real scheduler and workers, and tasks that only sleep."""

from __future__ import annotations

import time
from typing import NamedTuple


class Rehearsal(NamedTuple):
    """What a scheduler made of tasks that sleep.

    Attributes
    ----------
    machines, threads, tasks : int
        Workers, threads a worker, and tasks.
    sleep, wall, processor : float
        Seconds that a task sleeps, that all took, and of the processor that scheduler, workers and client used.
    """

    machines: int
    threads: int
    tasks: int
    sleep: float
    wall: float
    processor: float

    @property
    def efficiency(self) -> float:
        """Share of the time in which the threads slept as they should."""
        return self.tasks * self.sleep / (self.machines * self.threads) / self.wall


def doze(seconds: float, number: int) -> bytes:
    """Sleep, and return as little as a part that has written its file where it ran."""
    time.sleep(seconds)
    return number.to_bytes(8, "little")


def rehearse(machines: int, threads: int, tasks: int, sleep: float) -> Rehearsal:
    """Play a sweep of so many parts through a Dask scheduler, as `experiments.cluster` submits them."""
    from distributed import Client, LocalCluster, as_completed

    with (
        LocalCluster(
            n_workers=machines,
            threads_per_worker=threads,
            processes=False,
            memory_limit=0,  # all share this process: with a hundredth of the memory each, they would pause for ever
            dashboard_address=None,
            silence_logs=50,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        client.wait_for_workers(machines, timeout=120)
        wall, processor = time.perf_counter(), time.process_time()
        futures = [client.submit(doze, sleep, number, key=f"part-{number}", pure=False) for number in range(tasks)]
        for future in as_completed(futures, loop=client.loop):
            future.result()
            future.release()
        took = time.perf_counter() - wall, time.process_time() - processor
    return Rehearsal(machines, threads, tasks, sleep, *took)
