"""Fields of the forms of `Build`: each shows a value of the draft and writes it back; each number asks why."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sim.app.draft import BLANK, Draft, read_value, write_value
from sim.app.draft_statements import ASSUMED, DOCUMENTED
from sim.app.escape import escape_markdown

Path = tuple[str | int, ...]


def make_key(kind: str, path: Path) -> str:
    """Make the key of a widget of the present draft."""
    return f"{kind}{st.session_state.draft_number}:{'/'.join(map(str, path))}"


def bind(path: Path) -> dict[str, Any]:
    """Bind a widget to the value at a path: key, and what happens on a change."""
    key = make_key("b", path)
    st.session_state[key] = read_value(st.session_state.draft, path)
    return {"key": key, "on_change": _store, "args": (path, key)}


def _store(path: Path, key: str) -> None:
    """Write the value of a widget into the draft."""
    write_value(st.session_state.draft, path, st.session_state[key])


def get_title(draft: Draft, group: str, key: str) -> str:
    """Return the title of an entity, escaped for a label."""
    return escape_markdown(draft[group][key]["title"])


# A number


def show_figure(label: str, path: Path, least: float, most: float, step: float) -> None:
    """Ask for a number: its range on a slider, and beside it what it rests on."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        show_range(label, path, least, most, step)
    with right:
        show_basis(path)


def show_range(label: str, path: Path, least: float, most: float, step: float) -> None:
    """Ask for the range of a number on a slider; a documented number is a single value."""
    figure = read_value(st.session_state.draft, path)
    ends = float(min(least, figure["low"])), float(max(most, figure["high"]))
    whole = figure["basis"] == ASSUMED
    key = make_key("f", path) + (":range" if whole else ":value")
    st.session_state[key] = (float(figure["low"]), float(figure["high"])) if whole else float(figure["low"])
    form = "%g" if step >= 0.01 else "%.3f"
    st.slider(label, *ends, step=float(step), format=form, key=key, on_change=_set_ends, args=(path, key))


def _set_ends(path: Path, key: str) -> None:
    """Take the ends of a slider, or its only value."""
    value = st.session_state[key]
    low, high = value if isinstance(value, tuple) else (value, value)
    read_value(st.session_state.draft, path).update({"low": round(low, 6), "high": round(high, 6), "spread": None})


def show_basis(path: Path) -> None:
    """Show in a few words what a figure or a statement rests on; a click opens the question."""
    entry = read_value(st.session_state.draft, path)
    with st.popover(describe_basis(st.session_state.draft, entry), width="stretch", key=make_key("p", path)):
        ask_basis(path)


def ask_basis(path: Path) -> None:
    """Ask whether a document or an assumption carries a figure or a statement, and why."""
    draft: Draft = st.session_state.draft
    entry = read_value(draft, path)
    st.radio("It rests on", (ASSUMED, DOCUMENTED), **bind((*path, "basis")), horizontal=True)
    if entry["basis"] == ASSUMED:
        reason = f"Why. {'Both handles together fix it.' if entry.get('low') != entry.get('high') else ''}"
        st.text_input(reason, **bind((*path, "why")), placeholder=draft["why"])
        return
    if "low" in entry:
        entry["high"] = entry["low"]
    if draft["base"] == BLANK:
        titles = {key: source["title"] for key, source in draft["sources"].items()}
        if not titles:
            st.caption("Add the document under Documents first.")
        options = ["", *titles]
        st.selectbox("Document", options, **bind((*path, "source")), format_func=lambda key: titles.get(key, "choose"))
    else:
        st.text_input("Id of the document", **bind((*path, "source")))
    st.text_input("Page or paragraph", **bind((*path, "locator")))


def describe_basis(draft: Draft, entry: dict[str, Any]) -> str:
    """Describe in a few words what a figure or a statement rests on."""
    if entry["basis"] == DOCUMENTED:
        return escape_markdown(shorten(f"Document: {entry['locator'] or 'which?'}", 32))
    why = entry["why"] or draft["why"]
    return escape_markdown(shorten(f"Assumed: {why}", 32)) if why else "Assumed: why?"


def shorten(text: str, most: int) -> str:
    """Shorten a text to `most` letters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
