"""State of the page: each browser tab has its own edits; all tabs share finished ensembles, which never change."""

from __future__ import annotations

import os
from collections.abc import Callable

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from sim.app import progress
from sim.app.address import parse_whole, read_changes, read_whole, write_link, write_query
from sim.app.controls import Changes
from sim.app.editing import Edits, format_error
from sim.app.escape import escape_markdown, escape_message
from sim.app.explore import Result
from sim.core.errors import ParleyError
from sim.scenario.library import shipped
from sim.scenario.load import Loaded

SCENARIO = "PARLEY_APP_SCENARIO"
"""Environment variable in which `parley app` passes the scenario to open."""
RUNS = (500, 1000, 2000, 5000, 10_000, 20_000)
"""Numbers of runs to choose from."""
USUAL_RUNS = 2000


def get_ensemble(loaded: Loaded, n: int, seed: int) -> Result:
    """Return an ensemble, from memory if it was run before. Raises ParleyError."""
    return progress.get_ensemble(loaded, n, seed)


@st.cache_resource(show_spinner=False)
def _list_shipped() -> list[str]:
    """List the shipped scenarios once."""
    return shipped()


def get_edits() -> Edits:
    """Return the edits of this tab."""
    edits: Edits = st.session_state.edits
    return edits


def get_runs() -> int:
    """Return the number of runs that this tab simulates."""
    return int(st.session_state.get("runs", USUAL_RUNS))


def get_seed() -> int:
    """Return the seed of this tab."""
    return int(st.session_state.get("seed_now", 0))


def start() -> None:
    """Prepare a new tab, or return to a state to which the browser went back. Never fails."""
    if "edits" not in st.session_state:
        st.session_state.problems = {}
        st.session_state.edits = Edits(shipped()[0])
        _restore(st.query_params.to_dict())
    elif _came_by_history():
        _return(st.query_params.to_dict())
    # A widget that is not shown, on another page or in a closed group, loses its value: assignment keeps it.
    for key in ("runs", "run", "words", "numbers"):
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


def show_choice() -> None:
    """Show the choice of scenario in the side panel, and what is wrong with its files."""
    _show_choice()
    _warn_of_files()
    st.session_state.status = st.empty()


def _show_choice() -> None:
    """Show the choice of scenario, runs and seed in the side panel."""
    names = list(dict.fromkeys([*_list_shipped(), get_edits().name]))
    with st.sidebar:
        # The present scenario is also the default: a browser that has lost the choice must not open another one.
        name = get_edits().name
        key = f"scenario:{name}"
        st.selectbox("Scenario", names, names.index(name), key=key, on_change=_open_selected, args=(key,))
        show_error("scenario")
        show_error("runs")
        with st.expander("A scenario file, runs, seed"):
            st.text_input("Path of a scenario file", key="file", on_change=_open_file)
            show_error("file")
            st.session_state.setdefault("runs", USUAL_RUNS)
            st.select_slider("Runs", RUNS, key="runs", on_change=lambda: st.session_state.problems.pop("runs", None))
            st.session_state.setdefault("seed_text", str(get_seed()))
            st.session_state.seed_text = st.session_state.seed_text
            st.text_input("Seed of all draws", key="seed_text", on_change=_set_seed)
            show_error("seed")


# The address


def _restore(query: dict[str, str]) -> None:
    """Take the state that the address of a new tab holds, and the scenario of the command line where it holds none."""
    first = os.environ.get(SCENARIO) or "river-border"
    _open(query.get("scenario", first))
    if "scenario" in st.session_state.problems and get_edits().name != first and "scenario" in query:
        st.session_state.edits = Edits(first) if first in shipped() else st.session_state.edits
    st.session_state.first_name = get_edits().name
    _take_numbers(query)
    if "scenario" not in st.session_state.problems:
        _take_changes(query)


def _came_by_history() -> bool:
    """Whether the browser went back or forward to an address of this tab."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _return(query: dict[str, str]) -> None:
    """Return to a state that this tab left; an address without a state is that of its start."""
    st.session_state.problems = {}
    name = query.get("scenario", st.session_state.first_name)
    if name != get_edits().name:
        _open(name)
    _take_numbers(query)
    st.session_state.seed_text, st.session_state.round_now = str(get_seed()), 0
    if name == get_edits().name:
        _take_changes(query)


def _take_numbers(query: dict[str, str]) -> None:
    """Take runs, seed and run of a query."""
    runs = read_whole(query, "runs", USUAL_RUNS)
    st.session_state.runs = min(RUNS, key=lambda allowed: abs(allowed - runs))
    if runs != st.session_state.runs:
        text = f"the address asks for {runs} runs; the nearest number to choose is {st.session_state.runs:,}"
        st.session_state.problems["runs"] = text
    st.session_state.seed_now = read_whole(query, "seed", 0)
    st.session_state.run_now = read_whole(query, "run", 0, 10**9)


def _take_changes(query: dict[str, str]) -> None:
    """Take the baseline and the changes of a query."""
    unpin()
    if query.get("baseline"):
        apply_changes("scenario", lambda: read_changes(query, "baseline"))
        pin()
    apply_changes("scenario", lambda: read_changes(query, "changes"))


def write_state() -> dict[str, str]:
    """Write the query of the present state."""
    edits, run = get_edits(), int(st.session_state.get("run_now", 0))
    return write_query(edits.name, edits.changes, st.session_state.get("pinned") or {}, get_runs(), get_seed(), run)


def write_address() -> dict[str, str]:
    """Write the state into the address, so that it survives a reload, and a restart of the server. Returns it."""
    query = write_state()
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
    return query


def get_link() -> str:
    """Return the address of the present state, without the token."""
    return write_link(str(st.context.url or "http://127.0.0.1"), write_state())


# The baseline


def get_baseline() -> Loaded:
    """Return what changes are compared with: the scenario as it is, or with the changes that were pinned."""
    pinned = st.session_state.get("pinned")
    return get_edits().base.with_changes(pinned) if pinned else get_edits().base


def pin() -> None:
    """Pin the present changes as baseline."""
    st.session_state.pinned = dict(get_edits().changes)


def unpin() -> None:
    """Compare with the scenario as it is again."""
    st.session_state.pop("pinned", None)


# Opening


def _open(name: str, where: str = "scenario") -> None:
    """Open a scenario; on failure store the reason for the place `where`."""
    try:
        st.session_state.edits = Edits(name)
    except ParleyError as error:
        st.session_state.problems[where] = format_error(error)
        return
    unpin()
    # A refused seed stays in its field when the scenario changes, and so does its error.
    st.session_state.problems = {key: text for key, text in st.session_state.problems.items() if key == "seed"}


def _open_selected(key: str) -> None:
    """Open the scenario chosen in the sidebar."""
    st.session_state.file = ""  # its path names another scenario
    st.session_state.problems.pop("file", None)
    _open(st.session_state[key])


def _open_file() -> None:
    """Open the scenario file whose path was typed."""
    st.session_state.problems.pop("file", None)
    if st.session_state.file.strip():
        _open(st.session_state.file.strip(), "file")


def _warn_of_files() -> None:
    """Say that a file of the scenario is gone or has changed; the page goes on with what it read."""
    edits = get_edits()
    state = edits.describe_files()
    if not state:
        return
    st.warning(escape_markdown(f"{state} This page goes on with what it read when it was opened."))
    st.button("Read it again", on_click=_open, args=(edits.name, "again"))
    show_error("again")


def _set_seed() -> None:
    """Take the typed seed, or store why it is refused."""
    number = parse_whole(st.session_state.seed_text, 2**63)
    if number is not None:
        st.session_state.problems.pop("seed", None)
        st.session_state.seed_now = number
        return
    text = st.session_state.seed_text.strip()
    st.session_state.problems["seed"] = (
        f"`{text}` is not a seed: enter a whole number from 0; the seed stays {get_seed()}"
    )


def apply_changes(where: str, make: Callable[[], Changes]) -> bool:
    """Take changes. If they are refused, keep the present ones and store the reason for the place `where`."""
    try:
        get_edits().take(make())
    except ParleyError as error:
        st.session_state.problems[where] = format_error(error)
        return False
    st.session_state.problems.pop(where, None)
    return True


# Parts of every view


def show_error(where: str) -> None:
    """Show why the last entry at a place was refused."""
    if where in st.session_state.problems:
        st.error(escape_message(st.session_state.problems[where]))


def show_title(text: str) -> None:
    """Show the title of a view, and under it that results are conditional: the foot of the page is far down."""
    st.title(escape_markdown(text), anchor=False)
    st.html('<p class="caution">Conditional on the scenario\'s assumptions; not a forecast.</p>')
