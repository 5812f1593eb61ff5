"""Ensembles that are run once, with their progress in words and a button that stops them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from sim.app.explore import Result, simulate
from sim.app.identity import hash_scenario
from sim.scenario.load import Loaded
from sim.tables.trajectory import Trajectory

_MOST = 48
"""Ensembles and trajectories that stay in memory."""
MEASURED = 300
"""Runs whose convergence is measured by day."""
_PAUSE = 0.1
"""Seconds between two reports of how far runs are."""


class _Store:
    """The latest ensembles by key, shared by all tabs."""

    def __init__(self) -> None:
        self._results: OrderedDict[Any, Any] = OrderedDict()
        self._lock = threading.Lock()
        self.compiled = False

    def get(self, key: Any) -> Any:
        """Return an ensemble or a trajectory, or None if it was not run."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
            return self._results.get(key)

    def put(self, key: Any, result: Any) -> None:
        """Keep an ensemble in place of the one used least."""
        with self._lock:
            self._results[key] = result
            self.compiled = True
            while len(self._results) > _MOST:
                self._results.popitem(last=False)


@st.cache_resource(show_spinner=False)
def _get_store() -> _Store:
    """Return the store of this server."""
    return _Store()


def get_ensemble(loaded: Loaded, n: int, seed: int) -> Result:
    """Return an ensemble, from memory if it was run before; while it runs, say how far it is. Raises ParleyError."""
    key, store = (hash_scenario(loaded), n, seed), _get_store()
    result: Result | None = store.get(key)
    if result is not None:
        return result
    if st.session_state.get("stopped") == key:
        st.info(f"Stopped after {st.session_state.get('done', 0):,} of {n:,} runs.")
        st.button("Run it", key="resume", on_click=st.session_state.pop, args=("stopped",))
        st.stop()
    status = st.session_state.get("status")
    job = _Job(loaded, n, seed)
    try:
        first = f"0 of {n:,} runs" if store.compiled else f"Compiling once, about 30 s; then {n:,} runs"
        _say(status, first, key)
        while not job.ended.wait(_PAUSE):
            if job.done:
                _say(status, f"{job.done:,} of {n:,} runs", None)
            elif not store.compiled:
                # A message lets Streamlit end this script where the reader asks for it.
                _say(status, first, None)
        result = job.take()
    finally:
        job.stop()
        st.session_state.done = job.done
        if status is not None:
            status.empty()
    store.put(key, result)
    return result


def is_known(loaded: Loaded, n: int, seed: int) -> bool:
    """Whether an ensemble is in memory."""
    return _get_store().get((hash_scenario(loaded), n, seed)) is not None


class _Stop(Exception):
    """Ends the runs that their reader stopped."""


class _Job:
    """An ensemble on a thread of its own, so that the script of a tab can end while the engine is compiled."""

    def __init__(self, loaded: Loaded, n: int, seed: int) -> None:
        self.done = 0
        self.ended = threading.Event()
        self._stopped = threading.Event()
        self._result: Result | None = None
        self._error: BaseException | None = None
        threading.Thread(target=self._run, args=(loaded, n, seed), daemon=True).start()

    def stop(self) -> None:
        """Stop the runs soon."""
        self._stopped.set()

    def take(self) -> Result:
        """Return the ensemble once it has ended. Raises what ended it early."""
        self.ended.wait()
        if self._error is not None:
            raise self._error
        assert self._result is not None
        return self._result

    def _run(self, loaded: Loaded, n: int, seed: int) -> None:
        """Run the ensemble."""
        try:
            self._result = simulate(loaded, n, seed, self._count)
        except BaseException as error:  # noqa: BLE001 the script that waits raises it
            self._error = error
        finally:
            self.ended.set()

    def _count(self, done: int) -> None:
        """Count finished runs."""
        if self._stopped.is_set():
            raise _Stop
        self.done = done


def get_trajectory(loaded: Loaded, n: int, seed: int) -> Trajectory:
    """Return how the first runs of an ensemble converge, from memory if they were measured. Raises ParleyError."""
    from sim.results.plan import plan
    from sim.results.trajectory import simulate_trajectory
    key, store = (hash_scenario(loaded), n, seed, "trajectory"), _get_store()
    result: Trajectory | None = store.get(key)
    if result is None:
        result = simulate_trajectory(plan(loaded, min(n, MEASURED), seed))
        store.put(key, result)
    return result


def _say(status: Any, words: str, key: Any) -> None:
    """Say how far the runs are. With a key, a button beside the words stops them."""
    if status is None:
        return
    if key is None and "saying" in st.session_state:
        st.session_state.saying.markdown(words)
        return
    with status.container(horizontal=True, vertical_alignment="center"):
        st.session_state.saying = st.empty()
        st.session_state.saying.markdown(words)
        try:
            st.button("Stop", key="stop", on_click=_stop, args=(key,))
        except StreamlitAPIException:
            return  # a fragment may not put widgets elsewhere


def _stop(key: Any) -> None:
    """Remember what was stopped. Streamlit ends the script at its next message to the page."""
    st.session_state.stopped = key
