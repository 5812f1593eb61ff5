"""View `Build`: make a scenario with forms; its file, its check and its results stand beside them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from sim.app import state
from sim.app.build_forms import PARTS, put_draft, show_part
from sim.app.compare import list_titles
from sim.app.draft import BLANK, Draft, import_draft, start_draft
from sim.app.draft_yaml import advise_draft, check_draft, list_files, pack_draft, write_draft
from sim.app.editing import Edits
from sim.app.escape import escape_markdown
from sim.app.explore import Result
from sim.app.tables import STYLE, format_table
from sim.core.errors import ParleyError
from sim.scenario.load import load

_TWO, _THREE = "Blank, two parties", "Blank, three parties"


def show() -> None:
    """Show the view."""
    state.show_title("Build a case")
    if "draft" not in st.session_state:
        put_draft(start_draft(2))
    draft: Draft = st.session_state.draft
    with st.container(horizontal=True, vertical_alignment="bottom"):
        titles = {_TWO: _TWO, _THREE: _THREE, **list_titles()}
        st.selectbox("Start from", list(titles), key="draft_base", format_func=titles.__getitem__, width=420)
        st.button("Start anew", on_click=_start, help="Replaces what is in the forms.")
    state.show_error("draft")
    left, right = st.columns([3, 2], gap="large")
    with left:
        if draft["base"] != BLANK:
            title = list_titles()[draft["base"]]
            st.caption(f"Everything not changed here is taken from: {escape_markdown(title)}.")
        part = st.radio("Part", PARTS, key="draft_part", horizontal=True, label_visibility="collapsed")
        show_part(draft, part)
    with right:
        _show_file(draft)


def _start() -> None:
    """Start from the chosen template."""
    base = st.session_state.draft_base
    st.session_state.problems.pop("draft", None)
    try:
        put_draft(start_draft(2 if base == _TWO else 3) if base in (_TWO, _THREE) else import_draft(base))
    except ParleyError as error:
        st.session_state.problems["draft"] = str(error)


def _find_folder() -> Path:
    """Find the folder of this tab's drafts; it is deleted when the tab's session ends."""
    if "draft_folder" not in st.session_state:
        st.session_state.draft_folder = TemporaryDirectory(prefix="parley-")
    return Path(st.session_state.draft_folder.name)


def _find_copy() -> Path:
    """Path of the copy of the draft that the other pages use."""
    return _find_folder() / "opened" / f"{st.session_state.draft['id']}.yaml"


def _show_file(draft: Draft) -> None:
    """Show check, results and text of the file."""
    file = write_draft(draft, _find_folder())
    usable, lines = check_draft(file)
    texts = "  \n".join(escape_markdown(line) for line in lines)
    (st.success if usable else st.error)(texts)
    name, content = pack_draft(draft)
    why = None if usable else "Needs a scenario that can be run: the message above says what is missing."
    with st.container(horizontal=True):
        st.download_button("Download the scenario", content, name, on_click="ignore", type="primary")
        st.button("Open on the other pages", on_click=_open, disabled=not usable, help=why)
    if state.get_edits().name == str(_find_copy()):
        st.caption("The other pages use this case as it was when you opened it.")
    if usable:
        _show_advice(file)
        _show_results(file, draft["id"])
    for path, text in list_files(draft).items():
        st.caption(f"The file {escape_markdown(path)}")
        st.code(text, language="yaml", height=420)


def _show_advice(file: Path) -> None:
    """Show advice where it is switched on."""
    if not st.toggle("Advice after every change", key="draft_advice", help="The first time takes half a minute."):
        return
    with st.spinner("Looking for zones of agreement; the first time takes half a minute"):
        lines = advise_draft(file)
    st.markdown("\n".join(f"- {escape_markdown(line)}" for line in lines) or "No advice.")


def _show_results(file: Path, name: str) -> None:
    """Show how the runs end where this is switched on."""
    if not st.toggle("Run after every change", key="draft_run"):
        return
    try:
        with st.spinner(f"Running {state.get_runs():,} runs; the first time it may take half a minute to compile"):
            result: Result = state.get_ensemble(load(file), state.get_runs(), state.get_seed())
    except ParleyError as error:
        st.error(escape_markdown(str(error)))
        return
    shares = result.summary.outcome_shares()
    rows = [
        (title, f"{shares[code].share:.1%}", f"{shares[code].low:.1%} to {shares[code].high:.1%}")
        for code, title in result.summary.outcomes.items()
    ]
    st.html(STYLE + format_table("How the talks ended", ("", "Runs", "95% interval"), rows))
    st.caption(f"The same numbers: `parley run {name}.yaml -n {state.get_runs()} --seed {state.get_seed()}`")


def _open() -> None:
    """Open a copy of the draft on the other pages; later changes of the forms do not reach it."""
    write_draft(st.session_state.draft, _find_copy().parent)
    try:
        st.session_state.edits = Edits(str(_find_copy()))
    except ParleyError as error:
        st.session_state.problems["draft"] = str(error)
