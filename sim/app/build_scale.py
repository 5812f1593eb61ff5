"""A party's stake in an issue: demand and reservation value as the two handles of a slider over the labelled scale."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil
from typing import Any

import streamlit as st

from sim.app.build_fields import ask_basis, bind, get_title, make_key, show_range
from sim.app.chart_element import write_shade
from sim.app.draft import STAKES, Draft, Figure
from sim.app.draft_statements import ASSUMED
from sim.app.escape import escape_markdown
from sim.app.theme import ZONE, list_colours

_LABELS = {
    "demand": "Demand: what it asks for",
    "reservation": "Reservation value: the least it accepts",
    "salience": "Salience: how much the issue matters to it",
}
_TRACK = 6
"""Pixels by which the track of a slider begins after its left end and ends before its right one."""
_LETTERS = 40
"""Letters of a line of labels on a narrow screen."""


def show_stake(draft: Draft, issue: str, party: str) -> None:
    """Show whether a party has a stake in an issue, the slider of its two places, and its three numbers."""
    stake, at = draft["issues"][issue]["stakes"][party], ("issues", issue, "stakes", party)
    st.markdown(f"**{get_title(draft, 'parties', party)}**")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.checkbox("has a stake in this issue", **bind((*at, "active")))
        if not stake["active"]:
            return
        st.checkbox("red line at its reservation value", **bind((*at, "red_line")))
        if "demand" in stake and "reservation" in stake:
            key = make_key("m", at)
            st.button("Turn to the other end", key=key, on_click=mirror_stake, args=(stake,), type="tertiary")
    if "demand" in stake and "reservation" in stake:
        key = make_key("s", at)
        st.session_state[key] = tuple(sorted((find_middle(stake["demand"]), find_middle(stake["reservation"]))))
        st.slider(
            f"From the demand of {get_title(draft, 'parties', party)} to its reservation value", 0.0, 1.0, step=0.01,
            format="%.2f", key=key, on_change=_drag, args=(stake, key), label_visibility="collapsed",
        )  # fmt: skip
        st.html(draw_scale(draft, issue, party))
    with st.container(horizontal=True):
        for name in (name for name in STAKES if name in stake):
            with st.popover(_describe(name, stake[name]), key=make_key("p", (*at, name))):
                show_range(_LABELS[name], (*at, name), 0, 1, 0.05)
                ask_basis((*at, name))


def _describe(name: str, figure: Figure) -> str:
    """Describe a number of a stake in a few words: its name and its range."""
    ends = f"{figure['low']:.2g}" + (f" to {figure['high']:.2g}" if figure["high"] != figure["low"] else "")
    return escape_markdown(f"{name.capitalize()} {ends}, {figure['basis']}")


# Dragging


def find_middle(figure: Figure) -> float:
    """Find the middle of the range of a figure, which is what a handle shows."""
    return round((figure["low"] + figure["high"]) / 2, 4)


def _drag(stake: dict[str, Any], key: str) -> None:
    """Take the handles of a slider."""
    move_stake(stake, *st.session_state[key])


def move_stake(stake: dict[str, Any], low: float, high: float) -> None:
    """Move demand and reservation value to two places, the demand on the side where it was.

    A documented value does not move: change it where its document is stated.
    """
    demand, reservation = find_middle(stake["demand"]), find_middle(stake["reservation"])
    if demand != reservation:
        stake["descends"] = demand > reservation
    first, second = (high, low) if stake.get("descends") else (low, high)
    for name, place, now in (("demand", first, demand), ("reservation", second, reservation)):
        if place != now and stake[name]["basis"] == ASSUMED:
            _move(stake[name], place)


def _move(figure: Figure, place: float) -> None:
    """Move a range to a middle; near an end of the scale it is narrower, and as wide as before once it is away."""
    spread = figure.get("spread")
    figure["spread"] = spread = (figure["high"] - figure["low"]) / 2 if spread is None else spread
    half, gone = min(spread, place, 1 - place), place - find_middle(figure)
    figure["low"], figure["high"] = round(place - half, 4), round(place + half, 4)
    if figure["mode"] is not None:
        figure["mode"] = round(min(max(figure["mode"] + gone, figure["low"]), figure["high"]), 4)


def mirror_stake(stake: dict[str, Any]) -> None:
    """Let a party stand toward the other end of the scale; documented values stay."""
    for name in ("demand", "reservation"):
        figure = stake[name]
        if figure["basis"] == ASSUMED:
            figure["low"], figure["high"] = round(1 - figure["high"], 6), round(1 - figure["low"], 6)
            figure["mode"] = None if figure["mode"] is None else round(1 - figure["mode"], 6)


# The scale below the slider


def draw_scale(draft: Draft, issue: str, party: str) -> str:
    """Draw ranges of a party, the zone at the middle of all ranges, and the labels of the scale at their places."""
    entry = draft["issues"][issue]
    colour = write_shade(list_colours(len(draft["parties"]))[list(draft["parties"]).index(party)])
    demand, reservation = (entry["stakes"][party][name] for name in ("demand", "reservation"))
    zone = find_zone(entry["stakes"].values())
    shade = f"top:0;height:30px;background:{write_shade(ZONE)};border:1px solid #8C8C8C"
    parts = [_draw_bar(*zone, shade)] if zone else []
    parts.append(_draw_bar(demand["low"], demand["high"], f"top:3px;height:10px;background:{colour}"))
    outline = f"top:17px;height:10px;border:2px solid {colour};background:transparent"
    parts.append(_draw_bar(reservation["low"], reservation["high"], outline))
    options = entry["options"]
    widest = 100 / max(len(options), 2) - 1
    for place, label in options:
        tick = f"position:absolute;left:{place:.2%};top:0;height:34px;border-left:1px solid #8C8C8C"
        align = "left" if place <= 0 else "right" if place >= 1 else "center"
        text = f"position:absolute;left:{place:.2%};top:34px;width:{widest:.1f}%;transform:translateX({-place:.2%});"
        parts.append(f'<i style="{tick}"></i><span style="{text}text-align:{align}">{escape(label)}</span>')
    lines = max(ceil(len(label) * len(options) / _LETTERS) for _, label in options)
    style = f"position:relative;height:{36 + 16 * lines}px;margin:0 {_TRACK}px;font-size:.82rem;line-height:1.15"
    return f'<div class="scale" style="{style}">{"".join(parts)}</div>'


def _draw_bar(low: float, high: float, style: str) -> str:
    """Draw a bar from one place to another, at least as wide as a mark."""
    place = f"left:{low:.2%};width:max({high - low:.2%}, 4px)"
    return f'<i style="position:absolute;box-sizing:border-box;{place};{style}"></i>'


def find_zone(stakes: Any) -> tuple[float, float] | None:
    """Find what all parties with a stake accept at the middle of their ranges; None where nothing is."""
    low, high = 0.0, 1.0
    places: Sequence[dict[str, Any]] = [x for x in stakes if x["active"] and "demand" in x and "reservation" in x]
    for stake in places:
        demand, reservation = find_middle(stake["demand"]), find_middle(stake["reservation"])
        low, high = (max(low, reservation), high) if demand > reservation else (low, min(high, reservation))
    return (low, high) if places and low <= high else None
