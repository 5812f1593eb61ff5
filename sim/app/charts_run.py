"""Charts of one run, round by round: positions, trust, incidents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.app.vega import (
    LINE,
    WRAPPED,
    Spec,
    count_lines,
    encode_name,
    encode_number,
    encode_series,
    list_tooltips,
    make_chart,
    make_layer,
    wrap_label,
)
from sim.figures.style import BLACK, GREY, LINE_STYLES

Rows = list[dict[str, Any]]

SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down")
_COLOURS = [look[0] for look in LINE_STYLES]
_SCALE = {
    "scale": {"domain": [0, 1]},
    "axis": {"values": [0, 0.25, 0.5, 0.75, 1], "grid": True, "format": ".2~f"},
}


def plot_positions(rows: Rows, parties: Sequence[str], zones: Rows) -> Spec:
    """Plot demand, reservation value and offer of each party on each issue, and the zone that all could accept."""
    rows, zones = ([{**row, "issue": wrap_label(row["issue"])} for row in part] for part in (rows, zones))
    issues = list(dict.fromkeys(row["issue"] for row in rows))
    issue, lane = encode_name("issue", sort=issues, axis=WRAPPED), {"field": "party", "sort": list(parties)}
    own = {"y": issue, "yOffset": lane, "color": {"type": "nominal", **encode_series("party", parties, _COLOURS)}}
    zone = make_layer(
        {"type": "bar", "color": "#DDEFE8", "height": {"band": 1}}, zones, **_encode_span("from", "to"), y=issue
    )
    span = make_layer({"type": "bar", "height": 4, "opacity": 0.5}, **_encode_span("demand", "reservation"), **own)
    offer = make_layer(
        {"type": "point", "filled": True, "size": 80, "opacity": 1},
        x=encode_number("offer", "Scale of the issue", **_SCALE),
        shape=encode_series("party", parties, SHAPES),
        tooltip=[*list_tooltips("party", "issue"), *list_tooltips("demand", "reservation", "offer", format=".2f")],
        **own,
    )
    height = len(issues) * max(13 * len(parties), LINE * count_lines(issues) + 3)
    return make_chart(height, [zone, span, offer], rows, "Demands, reservation values and offers by issue", legend=3)


def _encode_span(start: str, end: str) -> Spec:
    """Encode a span of an issue's scale."""
    return {"x": encode_number(start, "Scale of the issue", **_SCALE), "x2": {"field": end}}


def plot_trust(rows: Rows, now: int) -> Spec:
    """Plot trust by planned round; a rule marks round `now`."""
    line = make_layer(
        {"type": "line", "point": True},
        x=encode_number("round", "Planned round", axis={"tickMinStep": 1}),
        y=encode_number("trust", "Trust", scale={"domain": [0, 1]}),
        color={"field": "pair", "title": None, "scale": {"range": _COLOURS}},
        strokeDash={"field": "pair", "title": None},
    )
    mark = make_layer({"type": "rule"}, [{"round": now}], x=encode_number("round"))
    return make_chart(200, [line, mark], rows, "Trust of each party in each other, by planned round")


def plot_incidents(rows: Rows, rounds: Rows, now: float, horizon: float) -> Spec:
    """Plot incidents and rounds on a time line; a rule marks day `now`.

    No party's colour is used, because an incident belongs to no party.
    """
    rows = [{**row, "kind": wrap_label(row["kind"])} for row in rows]
    kinds = sorted({row["kind"] for row in rows}) + sorted({row["kind"] for row in rounds})
    x, y = encode_number("day", "Day", scale={"domain": [0, horizon]}), encode_name("kind", sort=kinds, axis=WRAPPED)
    happened = make_layer({"type": "tick", "thickness": 2, "color": GREY}, x=x, y=y)
    held = {"condition": {"test": "datum.held", "value": BLACK}, "value": "white"}
    met = make_layer({"type": "point", "size": 50, "opacity": 1}, rounds, x=x, y=y, stroke={"value": BLACK}, fill=held)
    mark = make_layer({"type": "rule"}, [{"day": now}], x=x)
    step = max(24, LINE * count_lines(kinds) + 4)
    return make_chart({"step": step}, [happened, met, mark], rows, "Incidents and planned rounds on a time line")
