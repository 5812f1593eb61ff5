"""View `Sources`: every number with its document or `assumed`, and the effect of the choice of documents."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import streamlit as st

from sim.app import state
from sim.app.controls import Choice, list_controls
from sim.app.document_effects import RUNS, Effect, compute_effects
from sim.app.escape import escape_markdown, escape_message
from sim.app.explore import OUTCOMES, compute_contrasts, excludes_zero, format_contrast
from sim.app.identity import hash_scenario
from sim.app.tables import STYLE, Address, format_table
from sim.core.errors import ParleyError
from sim.core.fields import BLOCKS
from sim.results.manifest import count_numbers, list_citations
from sim.scenario.ledger import ORIGINS, Entry, Group, build_ledger
from sim.scenario.library import load_papers
from sim.scenario.load import Loaded

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
    documents = list_citations(edits.loaded)
    own, rest = st.tabs(["Numbers", f"Documents and papers ({len(documents)})"])
    with own:
        _show_numbers(edits.loaded, list(numbers))
    with rest:
        _show_documents(edits.loaded, documents)


def _show_numbers(loaded: Loaded, origins: list[str]) -> None:
    """Show the numbers that match what was typed and chosen."""
    with st.container(horizontal=True):
        words = st.text_input("Find", key="source_words", placeholder="trust memory", width=260)
        chosen = st.multiselect("Origin", [o for o in ORIGINS if o in origins], key="source_origins", width=420)
    _show_groups(build_ledger(loaded), words, chosen)


def _show_switch() -> None:
    """Show the choice of documents and its effect on outcomes."""
    edits = state.get_edits()
    choice = next((c for c in list_controls(edits.base) if isinstance(c, Choice) and c.key == "evidence.admit"), None)
    if choice is None:
        st.info("This scenario cites no documents, so there is no choice of documents.")
        return
    options, st.session_state["admit"] = choice.list_shown(edits.changes)
    st.selectbox("Documents that count", options, key="admit", on_change=_admit, args=(choice,))
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
            rows = [(name_entry(e), e.value, e.origin, ": ".join(filter(None, (e.where, e.why)))) for e in entries]
            st.html(STYLE + format_table("", COLUMNS, rows, text=True))
            for note in group.notes:
                st.markdown(f"- {escape_message(note)}")
    if filtered and not count:
        st.warning("No number matches.")


def name_entry(entry: Entry) -> str:
    """Name a number; one whose name is a code, such as `m0`, by what it means."""
    *_, group, code = entry.path.split(".")
    fields = (field for block in BLOCKS for field in block.fields)
    meanings = (meaning for path, _, _, meaning in fields if path.endswith(f".{group}.{code}"))
    meaning = next(meanings, "") if re.fullmatch(r"[a-z]\d", code) else ""
    return f"{meaning} ({entry.name})" if meaning else entry.name


def _matches(entry: Entry, group: Group, words: str, origins: list[str]) -> bool:
    """Whether a number has one of the origins and every word."""
    text = f"{group.title} {entry.path} {entry.name} {entry.where} {entry.why}".lower()
    return (not origins or entry.origin in origins) and all(word in text for word in words.lower().split())


@st.cache_resource(max_entries=8, show_spinner=False)
def _compute_effects(key: str, _loaded: Loaded, seed: int, _progress: Callable[[float], object]) -> dict[str, Effect]:
    """Compute the effects of the documents once for each scenario."""
    return compute_effects(_loaded, seed, _progress)


def _show_documents(loaded: Loaded, documents: list[dict[str, Any]]) -> None:
    """Show documents and papers with their addresses; on request those first that matter most to how runs end."""
    effects = _show_ranking(loaded) if loaded.scenario.evidence else {}
    places = {name: n for n, name in enumerate(effects)}
    documents.sort(key=lambda c: places.get(c["id"], len(places)))
    record = loaded.load_record()
    sources = {**(record.sources if record else {}), **load_papers()}
    rows = [_describe(c, sources[c["id"]].url or "", effects.get(c["id"])) for c in documents]
    columns = ("Document", "Without it, other outcome", "closed share moves by", "Address", "Cited for", "Perspective")
    visible = range(6) if effects else (0, 3, 4, 5)
    cells = [[row[k] for k in visible] for row in rows]
    st.html(STYLE + format_table("", [columns[k] for k in visible], cells, text=True))


def _show_ranking(loaded: Loaded) -> dict[str, Effect]:
    """Show the switch that ranks the documents; return their effects where it is on."""
    if not st.toggle("First those that matter most", key="rank_documents", help="Takes up to half a minute."):
        return {}
    bar = st.progress(0.0, "Running without each document in turn")
    effects = _compute_effects(hash_scenario(loaded), loaded, state.get_seed(), bar.progress)
    bar.empty()
    st.caption(
        f"{RUNS} runs without the coded positions and acts that rest on a document alone, against the same runs with "
        "them: the share that ends with another outcome, and the mean change of the share of the distance closed. "
        "Documents without coded entries of their own follow."
    )
    return effects


def _describe(entry: dict[str, Any], url: str, effect: Effect | None) -> tuple[str, ...]:
    """Cells of a document: citation, effect, address, what it is cited for, and perspective."""
    text, numbers = entry["citation"].removesuffix(url).strip(), ("", "")
    if effect is not None and math.isnan(effect.share):
        numbers = ("cannot do without it", "")
    elif effect is not None:
        numbers = (f"{effect.share:.1%}", f"{100 * effect.closed:.1f} points")
    return (text, *numbers, Address(url), entry["cited_for"] or "", entry["perspective"] or "")
