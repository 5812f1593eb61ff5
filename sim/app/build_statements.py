"""Forms of a party's mandate, preconditions and entry."""

from __future__ import annotations

import datetime
from typing import Any

import streamlit as st

from sim.app.build_fields import Path, bind, make_key, show_basis
from sim.app.draft import Draft
from sim.app.draft_statements import NEEDS, add_mandate, add_precondition, make_statement

_DAYS: dict[str, Any] = {"min_value": "1900-01-01", "max_value": "2200-01-01"}


def show_statements(draft: Draft, party: str) -> None:
    """Show when a party joins, what its delegates may not settle, and what it will not open before."""
    _show_entry(draft, party)
    entry, at = draft["parties"][party], ("parties", party)
    for n, _ in enumerate(entry["mandate"]):
        _show_limit(draft, (*at, "mandate", n))
    for n, _ in enumerate(entry["preconditions"]):
        _show_condition(draft, party, (*at, "preconditions", n))
    with st.container(horizontal=True):
        add = ":material/add:"
        key = make_key("+", at)
        st.button(
            "Add a limit of its mandate", f"{key}m", on_click=add_mandate, args=(draft, party), icon=add,
            disabled=len(draft["levels"]) < 2 or not draft["baskets"], help="Needs a second level, under Talks.",
        )  # fmt: skip
        st.button(
            "Add a precondition", f"{key}p", on_click=add_precondition, args=(draft, party), icon=add,
            disabled=len(draft["baskets"]) < 2, help="Needs a second basket, under Baskets.",
        )  # fmt: skip


def _show_entry(draft: Draft, party: str) -> None:
    """Show whether a party joins the talks later, on which day, and why."""
    at: Path = ("parties", party, "enters")
    key = make_key("e", at)
    st.session_state[key] = draft["parties"][party]["enters"] is not None
    st.checkbox("joins the talks later", key=key, on_change=_set_entry, args=(draft, party, key))
    if draft["parties"][party]["enters"] is not None:
        left, right = st.columns([3, 2], vertical_alignment="bottom")
        with left:
            st.date_input("Takes part from", **bind((*at, "date")), **_DAYS)
        with right:
            show_basis(at)


def _set_entry(draft: Draft, party: str, key: str) -> None:
    """Let a party join a month after the start, or from the start."""
    later = draft["start"] + datetime.timedelta(days=30)
    draft["parties"][party]["enters"] = make_statement(date=later) if st.session_state[key] else None


def _show_limit(draft: Draft, at: Path) -> None:
    """Show one limit of a mandate: baskets, and the lowest level that may negotiate them."""
    titles = {key: basket["title"] for key, basket in draft["baskets"].items()}
    with st.container(border=True):
        label = "Its delegates may not settle"
        st.multiselect(label, list(titles), **bind((*at, "baskets")), format_func=titles.__getitem__)
        st.selectbox("below the level of", draft["levels"], **bind((*at, "level")))
        _show_end(draft, at)


def _show_condition(draft: Draft, party: str, at: Path) -> None:
    """Show one precondition: a basket, what it waits for, and the issue that lifts the condition."""
    titles = {key: basket["title"] for key, basket in draft["baskets"].items()}
    condition = draft["parties"][party]["preconditions"][at[-1]]
    with st.container(border=True):
        st.selectbox("It will not open", list(titles), **bind((*at, "basket")), format_func=titles.__getitem__)
        (kind, target), *_ = condition["requires"].items()
        if kind in NEEDS:
            label = f"before this is {kind}"
            st.selectbox(label, list(titles), **bind((*at, "requires", kind)), format_func=titles.__getitem__)
        else:
            st.text(f"before: {kind.replace('_', ' ')} {target}")
        issues = {None: "no issue", **{key: issue["title"] for key, issue in draft["issues"].items()}}
        if len(issues) > 1:
            label = "Lifted once this issue is settled against it"
            st.selectbox(label, list(issues), **bind((*at, "sequencing")), format_func=issues.__getitem__)
        _show_end(draft, at)


def _show_end(draft: Draft, at: Path) -> None:
    """Show what a statement rests on, and the button that removes it."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        show_basis(at)
    with right:
        party, group, n = at[1], at[2], at[3]
        entries = draft["parties"][party][group]
        st.button("Remove it", key=make_key("-", at), on_click=entries.pop, args=(n,))
