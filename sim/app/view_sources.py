"""Sources: every number with its document or `assumed`, and what the choice of documents does."""

from __future__ import annotations

import streamlit as st

from sim.app import state
from sim.app.controls import Choice, controls
from sim.app.explore import OUTCOMES, contrasts, formatted, moved
from sim.app.tables import STYLE, table
from sim.core.errors import ParleyError
from sim.results.manifest import citations, counts
from sim.scenario.ledger import ORIGINS, Entry, Group, ledger

COLUMNS = ("Number", "Value or range", "Origin", "Where, why")


def show() -> None:
    """The page."""
    edits = state.edits()
    state.title("Where every number comes from")
    _switch()
    found = counts(edits.loaded)
    rows = [(origin, str(found[origin]), meaning) for origin, meaning in ORIGINS.items() if origin in found]
    st.html(STYLE + table(f"{sum(found.values())} numbers", ("Origin", "Numbers", "What it means"), rows, text=True))
    with st.container(horizontal=True):
        words = st.text_input("Find", key="source_words", placeholder="trust memory", width=260)
        origins = st.multiselect("Origin", [o for o in ORIGINS if o in found], key="source_origins", width=420)
    _groups(ledger(edits.loaded), words, origins)
    _documents()


def _switch() -> None:
    """The source-sensitivity switch: which documents count, and what that does to outcomes."""
    edits = state.edits()
    choice = next((c for c in controls(edits.base) if isinstance(c, Choice) and c.key == "evidence.admit"), None)
    if choice is None:
        st.info("This scenario rests on no documents: there is no choice of documents to make.")
        return
    st.session_state["admit"] = choice.chosen(edits.changes)
    st.selectbox("Documents that count", list(choice.options), key="admit", on_change=_admit, args=(choice,))
    state.complaint("admit")
    others = choice.put(edits.changes, next(iter(choice.options)))
    try:
        before = edits.base.changed(others) if others else edits.base
        base = state.ensemble(before, state.runs(), state.seed())
        changed = state.ensemble(edits.loaded, state.runs(), state.seed())
    except ParleyError as error:
        st.error(str(error))
        return
    if base.loaded.changes == changed.loaded.changes:
        st.caption("Choose otherwise to see how far the results hang on the choice of documents.")
        return
    rows = [(c, formatted(c)) for c in contrasts(base, changed) if c.group == OUTCOMES]
    strong = [k for k, (c, _) in enumerate(rows) if moved(c)]
    columns = ("How the talks ended", next(iter(choice.options)), "this choice", "Difference", "95% interval")
    st.html(STYLE + table("", columns, [(c.name, *cells) for c, cells in rows], strong))


def _admit(choice: Choice) -> None:
    state.adopt("admit", lambda: choice.put(state.edits().changes, st.session_state.admit))


def _groups(groups: list[Group], words: str, origins: list[str]) -> None:
    asked = bool(words.strip() or origins)
    shown = 0
    for group in groups:
        entries = [entry for entry in group.entries if _wanted(entry, group, words, origins)]
        if not entries and (asked or not group.notes):
            continue
        shown += len(entries)
        with st.expander(f"{group.title} ({len(entries)})", expanded=asked and shown <= 12):
            rows = [(e.name, e.value, e.origin, ": ".join(filter(None, (e.where, e.why)))) for e in entries]
            st.html(STYLE + table("", COLUMNS, rows, text=True))
            for note in group.notes:
                st.markdown(f"- {note}")
    if asked and not shown:
        st.warning("No number fits what you look for.")


def _wanted(entry: Entry, group: Group, words: str, origins: list[str]) -> bool:
    text = f"{group.title} {entry.path} {entry.name} {entry.where} {entry.why}".lower()
    return (not origins or entry.origin in origins) and all(word in text for word in words.lower().split())


def _documents() -> None:
    cited = citations(state.edits().loaded)
    if not cited:
        return
    with st.expander(f"Documents and papers these numbers rest on ({len(cited)})"):
        rows = [(c["id"], c["citation"], c["cited_for"] or "", c["perspective"] or "") for c in cited]
        st.html(STYLE + table("", ("Id", "Citation", "Cited for", "Perspective"), rows, text=True))
