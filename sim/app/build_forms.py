"""Forms of the view `Build`: each widget shows one value of the draft and writes it back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import streamlit as st

from sim.app.chart_element import show_chart
from sim.app.charts_build import plot_scale
from sim.app.draft import (
    ASSUMED,
    BLANK,
    DOCUMENTED,
    STAKES,
    STYLES,
    Draft,
    add_entity,
    read_value,
    remove_entity,
    write_value,
)
from sim.app.draft_yaml import choose_id
from sim.app.escape import escape_markdown

Path = tuple[str | int, ...]
PARTS = ("Talks", "Parties", "Issues", "Baskets", "Mediators", "Venues", "Incidents", "Documents")
_NOUNS = {
    "parties": "party", "issues": "issue", "baskets": "basket", "mediators": "mediator", "venues": "venue",
    "incidents": "type of incident", "sources": "document",
}  # fmt: skip
_LABELS = {
    "demand": "Demand: what it asks for",
    "reservation": "Reservation value: the least it accepts",
    "salience": "Salience: how much the issue matters to it",
    "facilitation": "Facilitation: brings the parties to the table",
    "formulation": "Formulation: puts texts on the table",
    "manipulation": "Manipulation: gives or withholds",
}


def put_draft(draft: Draft) -> None:
    """Put another draft into the forms."""
    st.session_state.draft = draft
    st.session_state.draft_number = st.session_state.get("draft_number", 0) + 1
    st.session_state.draft_newest = ""


def show_part(draft: Draft, part: str) -> None:
    """Show the forms of one part of a draft."""
    if part == "Talks":
        _show_talks(draft)
        return
    group = "sources" if part == "Documents" else part.lower()
    if group == "sources" and draft["base"] != BLANK:
        st.info("A draft of a shipped scenario cites the documents of that scenario.")
        return
    noun = _NOUNS[group]
    for n, (key, entry) in enumerate(draft[group].items()):
        first = key == st.session_state.draft_newest or (n == 0 and not st.session_state.draft_newest)
        name = f"{st.session_state.draft_number}:{group}:{key}"
        title = escape_markdown(entry["title"]) or "without a title"
        # Closed forms are not built: dozens of sliders would delay every answer.
        box = st.expander(title, expanded=first, key=name, on_change="rerun")
        if box.open:
            with box:
                st.text_input(f"Title of the {noun}", **_bind((group, key, "title")))
                _FORMS[group](draft, key)
                st.button("Remove", key=f"remove:{name}", on_click=remove_entity, args=(draft, group, key))
    article = "an" if noun[0] in "aeiou" else "a"
    st.button(f"Add {article} {noun}", on_click=_add, args=(draft, group), icon=":material/add:")


def _add(draft: Draft, group: str) -> None:
    """Add an entity and unfold its form."""
    st.session_state.draft_newest = add_entity(draft, group, f"New {_NOUNS[group]}")


def _bind(path: Path) -> dict[str, Any]:
    """Bind a widget to the value at a path: key, and what happens on a change."""
    key = f"b{st.session_state.draft_number}:{'/'.join(map(str, path))}"
    st.session_state[key] = read_value(st.session_state.draft, path)
    return {"key": key, "on_change": _store, "args": (path, key)}


def _store(path: Path, key: str) -> None:
    """Write the value of a widget into the draft."""
    write_value(st.session_state.draft, path, st.session_state[key])


# The talks as a whole


def _show_talks(draft: Draft) -> None:
    """Title, dates, levels, horizon, and the reason of all numbers that state none."""
    number = st.session_state.draft_number
    st.session_state[f"t{number}"] = draft["title"]
    st.text_input("Title of the case", key=f"t{number}", on_change=_set_title, args=(f"t{number}",))
    st.text_area("Summary", **_bind(("summary",)), height=80)
    left, right = st.columns(2)
    with left:
        st.date_input("What is known stops on", **_bind(("as_of",)), min_value="1900-01-01", max_value="2200-01-01")
    with right:
        st.date_input("Talks start on", **_bind(("start",)), min_value="1900-01-01", max_value="2200-01-01")
    st.text_input(
        "Why: the reason for every number that states none of its own", **_bind(("why",)),
        placeholder="invented for a class",
    )  # fmt: skip
    st.session_state[f"l{number}"] = ", ".join(draft["levels"])
    st.text_input(
        "Levels of delegation, lowest first, with commas", key=f"l{number}", on_change=_set_levels, args=(f"l{number}",)
    )
    _show_figure("Horizon: days for which the talks are followed", ("horizon",), 10, 730, 5)


def _set_title(key: str) -> None:
    """Take the title, and name the file after it."""
    draft: Draft = st.session_state.draft
    draft["title"] = st.session_state[key]
    draft["id"] = choose_id(draft["title"])


def _set_levels(key: str) -> None:
    """Take the levels; baskets at a level that is gone turn to the lowest one."""
    draft: Draft = st.session_state.draft
    draft["levels"] = [level.strip() for level in st.session_state[key].split(",") if level.strip()] or ["delegates"]
    for basket in draft["baskets"].values():
        basket["level"] = basket["level"] if basket["level"] in draft["levels"] else draft["levels"][0]


# A number


def _show_figure(label: str, path: Path, least: float, most: float, step: float) -> None:
    """Ask for a number: its range on a slider, whether a document or an assumption carries it, and why."""
    draft: Draft = st.session_state.draft
    figure = read_value(draft, path)
    key = f"f{st.session_state.draft_number}:{'/'.join(map(str, path))}"
    ends = float(min(least, figure["low"])), float(max(most, figure["high"]))
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        whole = figure["basis"] == ASSUMED
        key += ":range" if whole else ":value"
        st.session_state[key] = (float(figure["low"]), float(figure["high"])) if whole else float(figure["low"])
        form = "%g" if step >= 0.01 else "%.3f"
        st.slider(label, *ends, step=float(step), format=form, key=key, on_change=_set_ends, args=(path, key))
    with right, st.popover(_describe_basis(draft, figure), width="stretch"):
        st.radio("It rests on", (ASSUMED, DOCUMENTED), **_bind((*path, "basis")), horizontal=True)
        if figure["basis"] == ASSUMED:
            reason = f"Why. {'Both handles together fix it.' if figure['low'] != figure['high'] else ''}"
            st.text_input(reason, **_bind((*path, "why")), placeholder=draft["why"])
        else:
            figure["high"] = figure["low"]
            _ask_document(draft, path)


def _ask_document(draft: Draft, path: Path) -> None:
    """Ask for the document of a number and the place in it."""
    if draft["base"] == BLANK:
        titles = {key: source["title"] for key, source in draft["sources"].items()}
        if not titles:
            st.caption("Add the document under Documents first.")
        options = ["", *titles]
        st.selectbox("Document", options, **_bind((*path, "source")), format_func=lambda key: titles.get(key, "choose"))
    else:
        st.text_input("Id of the document", **_bind((*path, "source")))
    st.text_input("Page or paragraph", **_bind((*path, "locator")))


def _describe_basis(draft: Draft, figure: dict[str, Any]) -> str:
    """Describe in a few words what a number rests on."""
    if figure["basis"] == DOCUMENTED:
        return escape_markdown(shorten(f"Document: {figure['locator'] or 'which?'}", 32))
    why = figure["why"] or draft["why"]
    return escape_markdown(shorten(f"Assumed: {why}", 32)) if why else "Assumed: why?"


def shorten(text: str, most: int) -> str:
    """Shorten a text to `most` letters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _set_ends(path: Path, key: str) -> None:
    """Take the ends of a slider, or its only value."""
    value = st.session_state[key]
    low, high = value if isinstance(value, tuple) else (value, value)
    read_value(st.session_state.draft, path).update({"low": round(low, 6), "high": round(high, 6)})


# Entities


def _title_of(draft: Draft, group: str, key: str) -> str:
    """Title of an entity, escaped for a label."""
    return escape_markdown(draft[group][key]["title"])


def _show_party(draft: Draft, key: str) -> None:
    """Deadline and trust of a party."""
    at: Path = ("parties", key)
    _show_figure("Patience: days until it would concede all", (*at, "deadline"), 10, 720, 10)
    for other in draft["parties"][key]["trust"]:
        _show_figure(f"Trust in {_title_of(draft, 'parties', other)}", (*at, "trust", other), 0, 1, 0.05)


def _show_issue(draft: Draft, key: str) -> None:
    """Basket, scale and stakes of an issue."""
    at: Path = ("issues", key)
    issue = draft["issues"][key]
    titles = {basket: entry["title"] for basket, entry in draft["baskets"].items()}
    st.selectbox("Settled in the basket", list(titles), **_bind((*at, "basket")), format_func=titles.__getitem__)
    for n, (place, _) in enumerate(issue["options"]):
        st.text_input(f"What {place:g} on the scale means", **_bind((*at, "options", n, 1)))
    st.button("Add a point between", key=f"between:{key}", on_click=_add_option, args=(issue["options"],))
    show_chart(plot_scale(draft, key), key=f"scale:{key}")
    st.caption("Thick: demand. Outlined: reservation value. Shaded: all could accept it, at the middle of the ranges.")
    for party in issue["stakes"]:
        st.markdown(f"**{_title_of(draft, 'parties', party)}**")
        st.checkbox("has a stake in this issue", **_bind((*at, "stakes", party, "active")))
        if issue["stakes"][party]["active"]:
            for name in STAKES:
                if name in issue["stakes"][party]:
                    _show_figure(_LABELS[name], (*at, "stakes", party, name), 0, 1, 0.05)


def _add_option(options: list[list[Any]]) -> None:
    """Add a labelled point in the widest gap of a scale."""
    gaps = [b[0] - a[0] for a, b in pairwise(options)]
    n = gaps.index(max(gaps))
    options.insert(n + 1, [round(options[n][0] + gaps[n] / 2, 4), "halfway"])


def _show_basket(draft: Draft, key: str) -> None:
    """Kind and level of a basket."""
    st.selectbox("An agreement counts as", draft["codes"], **_bind(("baskets", key, "code")))
    st.selectbox("Lowest level that may settle it", draft["levels"], **_bind(("baskets", key, "level")))


def _show_mediator(draft: Draft, key: str) -> None:
    """Seat, styles and leaning of a mediator."""
    at: Path = ("mediators", key)
    seats = {"always": "at every round", "hosted": "only where it hosts"}
    st.selectbox("Attends", list(seats), **_bind((*at, "attends")), format_func=seats.__getitem__)
    for style in STYLES:
        _show_figure(_LABELS[style], (*at, "styles", style), 0, 1, 0.05)
    for party in draft["mediators"][key]["leaning"]:
        label = f"Leaning toward (1) or away from (−1) {_title_of(draft, 'parties', party)}"
        _show_figure(label, (*at, "leaning", party), -1, 1, 0.05)


def _show_venue(draft: Draft, key: str) -> None:
    """Host of a venue, and how welcome it is."""
    at: Path = ("venues", key)
    titles = {None: "nobody", **{mediator: entry["title"] for mediator, entry in draft["mediators"].items()}}
    st.selectbox("Hosted by", list(titles), **_bind((*at, "host")), format_func=titles.__getitem__)
    for party in draft["venues"][key]["acceptability"]:
        _show_figure(f"How welcome to {_title_of(draft, 'parties', party)}", (*at, "acceptability", party), 0, 1, 0.05)


def _show_incident(draft: Draft, key: str) -> None:
    """Whom a type of incident offends, how often it happens and how grave it is."""
    at: Path = ("incidents", key)
    titles = {party: entry["title"] for party, entry in draft["parties"].items()}
    st.multiselect("Offends", list(titles), **_bind((*at, "offended")), format_func=titles.__getitem__)
    _show_figure("How many a day", (*at, "rate"), 0, 0.5, 0.005)
    _show_figure("Severity, from 0 to 1", (*at, "severity"), 0, 1, 0.05)


def _show_source(draft: Draft, key: str) -> None:
    """Publisher, date and address of a document."""
    at: Sequence[str] = ("sources", key)
    st.text_input("Publisher or author", **_bind((*at, "publisher")))
    st.date_input("Published on", **_bind((*at, "published")), min_value="1500-01-01", max_value="2200-01-01")
    st.text_input("Address", **_bind((*at, "url")))


_FORMS: dict[str, Any] = {
    "parties": _show_party,
    "issues": _show_issue,
    "baskets": _show_basket,
    "mediators": _show_mediator,
    "venues": _show_venue,
    "incidents": _show_incident,
    "sources": _show_source,
}
