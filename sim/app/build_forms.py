"""Forms of the view `Build`: each widget shows one value of the draft and writes it back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import streamlit as st

from sim.app.build_fields import Path, bind, get_title, show_figure
from sim.app.build_scale import show_stake
from sim.app.build_statements import show_statements
from sim.app.draft import BLANK, STYLES, Draft, add_entity, remove_entity
from sim.app.draft_yaml import choose_id
from sim.app.escape import escape_markdown

PARTS = ("Talks", "Parties", "Issues", "Baskets", "Mediators", "Venues", "Incidents", "Documents")
_NOUNS = {
    "parties": "party", "issues": "issue", "baskets": "basket", "mediators": "mediator", "venues": "venue",
    "incidents": "type of incident", "sources": "document",
}  # fmt: skip
_LABELS = {
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
        newest = st.session_state.draft_newest
        first = key == newest or (n == 0 and newest not in draft[group])
        name = f"{st.session_state.draft_number}:{group}:{key}"
        title = escape_markdown(entry["title"]) or "without a title"
        # Closed forms are not built: dozens of sliders would delay every answer.
        box = st.expander(title, expanded=first, key=name, on_change="rerun")
        if box.open:
            with box:
                st.text_input(f"Title of the {noun}", **bind((group, key, "title")))
                _FORMS[group](draft, key)
                st.button("Remove", key=f"remove:{name}", on_click=remove_entity, args=(draft, group, key))
    article = "an" if noun[0] in "aeiou" else "a"
    st.button(f"Add {article} {noun}", on_click=_add, args=(draft, group), icon=":material/add:")


def _add(draft: Draft, group: str) -> None:
    """Add an entity and unfold its form."""
    st.session_state.draft_newest = add_entity(draft, group, f"New {_NOUNS[group]}")


# The talks as a whole


def _show_talks(draft: Draft) -> None:
    """Title, dates, levels, horizon, and the reason of all numbers that state none."""
    number = st.session_state.draft_number
    st.session_state[f"t{number}"] = draft["title"]
    st.text_input("Title of the case", key=f"t{number}", on_change=_set_title, args=(f"t{number}",))
    st.text_area("Summary", **bind(("summary",)), height=80)
    left, right = st.columns(2)
    with left:
        st.date_input("What is known stops on", **bind(("as_of",)), min_value="1900-01-01", max_value="2200-01-01")
    with right:
        st.date_input("Talks start on", **bind(("start",)), min_value="1900-01-01", max_value="2200-01-01")
    st.text_input(
        "Why: the reason for every number that states none of its own", **bind(("why",)),
        placeholder="invented for a class",
    )  # fmt: skip
    st.session_state[f"l{number}"] = ", ".join(draft["levels"])
    st.text_input(
        "Levels of delegation, lowest first, with commas", key=f"l{number}", on_change=_set_levels, args=(f"l{number}",)
    )
    if len(draft["levels"]) > 1:
        st.selectbox("Level of the first round", draft["levels"], **bind(("start_level",)))
    show_figure("Horizon: days for which the talks are followed", ("horizon",), 10, 730, 5)


def _set_title(key: str) -> None:
    """Take the title, and name the file after it."""
    draft: Draft = st.session_state.draft
    draft["title"] = st.session_state[key]
    draft["id"] = choose_id(draft["title"])


def _set_levels(key: str) -> None:
    """Store the levels; entries whose level was removed get the lowest one."""
    draft: Draft = st.session_state.draft
    draft["levels"] = [level.strip() for level in st.session_state[key].split(",") if level.strip()] or ["delegates"]
    if draft["start_level"] not in draft["levels"]:
        draft["start_level"] = draft["levels"][0]
    limits = [limit for party in draft["parties"].values() for limit in party["mandate"]]
    for entry in (*draft["baskets"].values(), *limits):
        entry["level"] = entry["level"] if entry["level"] in draft["levels"] else draft["levels"][0]


# Entities


def _show_party(draft: Draft, key: str) -> None:
    """Deadline, trust and statements of a party."""
    at: Path = ("parties", key)
    show_figure("Patience: days until it would concede all", (*at, "deadline"), 10, 720, 10)
    for other in draft["parties"][key]["trust"]:
        show_figure(f"Trust in {get_title(draft, 'parties', other)}", (*at, "trust", other), 0, 1, 0.05)
    show_statements(draft, key)


def _show_issue(draft: Draft, key: str) -> None:
    """Basket, scale and stakes of an issue."""
    at: Path = ("issues", key)
    issue = draft["issues"][key]
    titles = {basket: entry["title"] for basket, entry in draft["baskets"].items()}
    st.selectbox("Settled in the basket", list(titles), **bind((*at, "basket")), format_func=titles.__getitem__)
    for n, (place, _) in enumerate(issue["options"]):
        st.text_input(f"What {place:g} on the scale means", **bind((*at, "options", n, 1)))
    st.button("Add a point between", key=f"between:{key}", on_click=_add_option, args=(issue["options"],))
    st.caption(
        "Drag the two handles of a party to its demand and its reservation value. Filled bar: range of the demand; "
        "outlined bar: range of the reservation value. Shaded: what all could accept, at the middle of the ranges."
    )
    for party in issue["stakes"]:
        show_stake(draft, key, party)


def _add_option(options: list[list[Any]]) -> None:
    """Add a labelled point in the widest gap of a scale."""
    gaps = [b[0] - a[0] for a, b in pairwise(options)]
    n = gaps.index(max(gaps))
    options.insert(n + 1, [round(options[n][0] + gaps[n] / 2, 4), "halfway"])


def _show_basket(draft: Draft, key: str) -> None:
    """Kind and level of a basket."""
    st.selectbox("An agreement counts as", draft["codes"], **bind(("baskets", key, "code")))
    st.selectbox("Lowest level that may settle it", draft["levels"], **bind(("baskets", key, "level")))


def _show_mediator(draft: Draft, key: str) -> None:
    """Seat, styles and leaning of a mediator."""
    at: Path = ("mediators", key)
    seats = {"always": "at every round", "hosted": "only where it hosts"}
    st.selectbox("Attends", list(seats), **bind((*at, "attends")), format_func=seats.__getitem__)
    for style in STYLES:
        show_figure(_LABELS[style], (*at, "styles", style), 0, 1, 0.05)
    for party in draft["mediators"][key]["leaning"]:
        label = f"Leaning toward (1) or away from (−1) {get_title(draft, 'parties', party)}"
        show_figure(label, (*at, "leaning", party), -1, 1, 0.05)


def _show_venue(draft: Draft, key: str) -> None:
    """Host of a venue, and how welcome it is."""
    at: Path = ("venues", key)
    titles = {None: "nobody", **{mediator: entry["title"] for mediator, entry in draft["mediators"].items()}}
    st.selectbox("Hosted by", list(titles), **bind((*at, "host")), format_func=titles.__getitem__)
    for party in draft["venues"][key]["acceptability"]:
        show_figure(f"How welcome to {get_title(draft, 'parties', party)}", (*at, "acceptability", party), 0, 1, 0.05)


def _show_incident(draft: Draft, key: str) -> None:
    """Whom a type of incident offends, how often it happens and how grave it is."""
    at: Path = ("incidents", key)
    titles = {party: entry["title"] for party, entry in draft["parties"].items()}
    st.multiselect("Offends", list(titles), **bind((*at, "offended")), format_func=titles.__getitem__)
    show_figure("How many a day", (*at, "rate"), 0, 0.5, 0.005)
    show_figure("Severity, from 0 to 1", (*at, "severity"), 0, 1, 0.05)


def _show_source(draft: Draft, key: str) -> None:
    """Publisher, date and address of a document."""
    at: Sequence[str] = ("sources", key)
    st.text_input("Publisher or author", **bind((*at, "publisher")))
    st.date_input("Published on", **bind((*at, "published")), min_value="1500-01-01", max_value="2200-01-01")
    st.text_input("Address", **bind((*at, "url")))


_FORMS: dict[str, Any] = {
    "parties": _show_party,
    "issues": _show_issue,
    "baskets": _show_basket,
    "mediators": _show_mediator,
    "venues": _show_venue,
    "incidents": _show_incident,
    "sources": _show_source,
}
