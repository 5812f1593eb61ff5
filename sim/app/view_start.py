"""View `Start`: what the scenario is about, and its questions, each answered in one click."""

from __future__ import annotations

from html import escape
from typing import Literal

import streamlit as st

from sim.app import state
from sim.app.controls import Changes
from sim.app.editing import Edits
from sim.app.escape import escape_markdown
from sim.app.identity import hash_scenario
from sim.app.questions import Question, list_questions
from sim.core.errors import ParleyError

WHAT_IF = "what_if_page"
"""Where `page` keeps the page of the view that answers."""


@st.cache_resource(max_entries=32, show_spinner=False)
def _list_answers(key: str, _edits: Edits) -> list[tuple[Question, Changes]]:
    """List the questions of a scenario once, with their changes written out."""
    return [(question, _edits.expand(question.changes)) for question in list_questions(_edits.base)]


def list_answers() -> list[tuple[Question, Changes]]:
    """List the questions of the open scenario, each with its changes written out; none where their file is wrong."""
    edits = state.get_edits()
    try:
        return _list_answers(hash_scenario(edits.base), edits)
    except ParleyError as error:
        st.session_state.problems["questions"] = str(error)
        return []


def show() -> None:
    """Show the view."""
    s = state.get_edits().base.scenario
    state.show_title(s.title)
    if s.summary:
        st.html(f'<p class="summary">{escape(" ".join(str(s.summary).split()))}</p>')
    st.header("What if …", anchor=False)
    show_questions("start")
    st.header("What the scenario holds", anchor=False)
    cards = {
        "Parties": [party.title + (" (observer)" if party.observer else "") for party in s.parties.values()],
        "At stake": [f"{b.title} ({sum(i.basket == k for i in s.issues.values())})" for k, b in s.baskets.items()],
        "Venues": [venue.title for venue in s.venues.values()],
        "Mediators": [
            f"{m.title} ({'always' if m.attends == 'always' else 'where it hosts'})" for m in s.mediators.values()
        ] or ["none"],
    }  # fmt: skip
    st.html(f'<div class="cards">{"".join(_format_card(title, entries) for title, entries in cards.items())}</div>')
    days = s.calendar.horizon.format_range()
    counts = f"Issues: {len(s.issues)}. Kinds of incidents: {len(s.incidents)}. Days from {s.start}: {days}."
    st.caption(counts)


def _format_card(title: str, entries: list[str]) -> str:
    """Format a card as HTML."""
    items = "".join(f"<li>{escape(entry)}</li>" for entry in entries)
    return f"<section><h3>{escape(title)}</h3><ul>{items}</ul></section>"


def show_questions(where: str) -> None:
    """Show the questions as buttons. Each opens the view that answers it."""
    edits = state.get_edits()
    answers = list_answers()
    state.show_error("questions")
    with st.container(horizontal=True):
        for number, (question, changes) in enumerate(answers):
            label, key = escape_markdown(question.label), f"ask:{where}:{number}"
            now: Literal["primary", "secondary"] = "primary" if edits.changes == changes else "secondary"
            if st.button(label, key=key, type=now, on_click=_ask, args=(changes,)) and where == "start":
                st.switch_page(st.session_state[WHAT_IF], query_params=state.write_state())


def _ask(changes: Changes) -> None:
    """Take the changes of a question in place of others."""
    state.apply_changes("questions", lambda: changes)
