"""View `Sources`: every number with its document or `assumed`, and the effect of the choice of documents."""

from __future__ import annotations

import streamlit as st

from sim.app import state
from sim.app.controls import Choice, list_controls
from sim.app.escape import escape_markdown
from sim.app.explore import OUTCOMES, compute_contrasts, excludes_zero, format_contrast
from sim.app.tables import STYLE, format_table
from sim.core.errors import ParleyError
from sim.results.manifest import count_numbers, list_citations
from sim.scenario.ledger import ORIGINS, Entry, Group, build_ledger

COLUMNS = ("Number", "Value or range", "Origin", "Where, why")


def show() -> None:
    """Show the view."""
    edits = state.get_edits()
    state.show_title("Where every number comes from")
    _show_switch()
    numbers = count_numbers(edits.loaded)
    rows = [(origin, str(numbers[origin]), meaning) for origin, meaning in ORIGINS.items() if origin in numbers]
    st.html(
        STYLE
        + format_table(f"{sum(numbers.values())} numbers", ("Origin", "Numbers", "What it means"), rows, text=True)
    )
    with st.container(horizontal=True):
        words = st.text_input("Find", key="source_words", placeholder="trust memory", width=260)
        origins = st.multiselect("Origin", [o for o in ORIGINS if o in numbers], key="source_origins", width=420)
    _show_groups(build_ledger(edits.loaded), words, origins)
    _show_documents()


def _show_switch() -> None:
    """Show the choice of documents and its effect on outcomes."""
    edits = state.get_edits()
    choice = next((c for c in list_controls(edits.base) if isinstance(c, Choice) and c.key == "evidence.admit"), None)
    if choice is None:
        st.info("This scenario cites no documents, so there is no choice of documents.")
        return
    st.session_state["admit"] = choice.get_option(edits.changes)
    st.selectbox("Documents that count", list(choice.options), key="admit", on_change=_admit, args=(choice,))
    state.show_error("admit")
    others = choice.put(edits.changes, next(iter(choice.options)))
    try:
        before = edits.base.with_changes(others) if others else edits.base
        base = state.get_ensemble(before, state.get_runs(), state.get_seed())
        changed = state.get_ensemble(edits.loaded, state.get_runs(), state.get_seed())
    except ParleyError as error:
        st.error(escape_markdown(error))
        return
    if base.loaded.changes == changed.loaded.changes:
        st.caption("Choose another option to see how far the results depend on the choice of documents.")
        return
    rows = [(c, format_contrast(c)) for c in compute_contrasts(base, changed) if c.group == OUTCOMES]
    strong = [k for k, (c, _) in enumerate(rows) if excludes_zero(c)]
    columns = ("How the talks ended", next(iter(choice.options)), "this choice", "Difference", "95% interval")
    st.html(STYLE + format_table("", columns, [(c.name, *cells) for c, cells in rows], strong))


def _admit(choice: Choice) -> None:
    """Apply the choice of documents."""
    state.apply_changes("admit", lambda: choice.put(state.get_edits().changes, st.session_state.admit))


def _show_groups(groups: list[Group], words: str, origins: list[str]) -> None:
    """Show the numbers by group, filtered by words and origins."""
    filtered = bool(words.strip() or origins)
    count = 0
    for group in groups:
        entries = [entry for entry in group.entries if _matches(entry, group, words, origins)]
        if not entries and (filtered or not group.notes):
            continue
        count += len(entries)
        with st.expander(f"{escape_markdown(group.title)} ({len(entries)})", expanded=filtered and count <= 12):
            rows = [(e.name, e.value, e.origin, ": ".join(filter(None, (e.where, e.why)))) for e in entries]
            st.html(STYLE + format_table("", COLUMNS, rows, text=True))
            for note in group.notes:
                st.markdown(f"- {escape_markdown(note)}")
    if filtered and not count:
        st.warning("No number matches.")


def _matches(entry: Entry, group: Group, words: str, origins: list[str]) -> bool:
    """Whether a number has one of the origins and every word."""
    text = f"{group.title} {entry.path} {entry.name} {entry.where} {entry.why}".lower()
    return (not origins or entry.origin in origins) and all(word in text for word in words.lower().split())


def _show_documents() -> None:
    """Show the documents and papers."""
    documents = list_citations(state.get_edits().loaded)
    if not documents:
        return
    with st.expander(f"Documents and papers these numbers rest on ({len(documents)})"):
        rows = [(c["id"], c["citation"], c["cited_for"] or "", c["perspective"] or "") for c in documents]
        st.html(STYLE + format_table("", ("Id", "Citation", "Cited for", "Perspective"), rows, text=True))
