"""Charts of one run, round by round: where the parties stand, how they trust, what happened when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.app.vega import LINE, WRAPPED, Spec, chart, layer, lines, name, number, tips, told_apart, wrapped
from sim.figures.style import BLACK, GREY, LINES

Rows = list[dict[str, Any]]

SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down")
_COLOURS = [look[0] for look in LINES]
_SCALE = {
    "scale": {"domain": [0, 1]},
    "axis": {"values": [0, 0.25, 0.5, 0.75, 1], "grid": True, "format": ".2~f"},
}


def positions(rows: Rows, parties: Sequence[str], zones: Rows) -> Spec:
    """Each issue's scale from 0 to 1: what each party demands, its least, its offer, and where their ranges meet."""
    rows, zones = ([{**row, "issue": wrapped(row["issue"])} for row in given] for given in (rows, zones))
    issues = list(dict.fromkeys(row["issue"] for row in rows))
    issue, lane = name("issue", sort=issues, axis=WRAPPED), {"field": "party", "sort": list(parties)}
    own = {"y": issue, "yOffset": lane, "color": {"type": "nominal", **told_apart("party", parties, _COLOURS)}}
    zone = layer({"type": "bar", "color": "#DDEFE8", "height": {"band": 1}}, zones, **_span("from", "to"), y=issue)
    room = layer({"type": "bar", "height": 4, "opacity": 0.5}, **_span("demand", "reservation"), **own)
    offer = layer(
        {"type": "point", "filled": True, "size": 80, "opacity": 1},
        x=number("offer", "Scale of the issue", **_SCALE),
        shape=told_apart("party", parties, SHAPES),
        tooltip=[*tips("party", "issue"), *tips("demand", "reservation", "offer", format=".2f")],
        **own,
    )
    height = len(issues) * max(13 * len(parties), LINE * lines(issues) + 3)
    return chart(height, [zone, room, offer], rows, "Demands, reservation points and offers by issue", legend=3)


def _span(start: str, end: str) -> Spec:
    """From one point of an issue's scale to another."""
    return {"x": number(start, "Scale of the issue", **_SCALE), "x2": {"field": end}}


def trust(rows: Rows, now: int) -> Spec:
    """Trust by planned round, the round on show marked."""
    line = layer(
        {"type": "line", "point": True},
        x=number("round", "Planned round", axis={"tickMinStep": 1}),
        y=number("trust", "Trust", scale={"domain": [0, 1]}),
        color={"field": "pair", "title": None, "scale": {"range": _COLOURS}},
        strokeDash={"field": "pair", "title": None},
    )
    mark = layer({"type": "rule"}, [{"round": now}], x=number("round"))
    return chart(200, [line, mark], rows, "Trust of each party in each other, by planned round")


def incidents(rows: Rows, rounds: Rows, now: float, horizon: float) -> Spec:
    """Incidents and rounds on a time line; the round on show marked. No colour of a party: they are nobody's."""
    rows = [{**row, "kind": wrapped(row["kind"])} for row in rows]
    kinds = sorted({row["kind"] for row in rows}) + sorted({row["kind"] for row in rounds})
    x, y = number("day", "Day", scale={"domain": [0, horizon]}), name("kind", sort=kinds, axis=WRAPPED)
    happened = layer({"type": "tick", "thickness": 2, "color": GREY}, x=x, y=y)
    held = {"condition": {"test": "datum.held", "value": BLACK}, "value": "white"}
    met = layer({"type": "point", "size": 50, "opacity": 1}, rounds, x=x, y=y, stroke={"value": BLACK}, fill=held)
    mark = layer({"type": "rule"}, [{"day": now}], x=x)
    step = max(24, LINE * lines(kinds) + 4)
    return chart({"step": step}, [happened, met, mark], rows, "Incidents and planned rounds on a time line")
