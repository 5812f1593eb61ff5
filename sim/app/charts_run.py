"""Charts of one run, round by round: positions, trust, incidents.

The form of a chart stays the same for the whole run, and only its rows change with the round, so that it moves. Every
row has a `kind`, by which the layers choose their rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt

from sim.app.single_run import Round, Story
from sim.app.theme import COLOURS, INK, LINE, QUIET, SHAPES, WRAPPED, ZONE, count_lines, list_colours, style_chart
from sim.app.theme import wrap_label as wrap

Row = dict[str, Any]
Spec = dict[str, Any]

_POINTS = [0, 0.25, 0.5, 0.75, 1]


def _layer(*kinds: str) -> Any:
    """Start a layer of the rows of some kinds."""
    test = " || ".join(f"datum.kind == '{kind}'" for kind in kinds)
    return alt.Chart(alt.NamedData("rows")).transform_filter(test)


def _finish(layers: Iterable[Any], height: int | alt.Step, about: str, legend: int = 2, entries: int = 0) -> Spec:
    """Finish a chart as a specification of the data `rows`, which come later; `entries` are those of its legend."""
    if isinstance(height, int):  # axis and legend take their part of it
        height += 50 + 20 * -(-entries // legend)
    spec: Spec = style_chart(alt.layer(*layers), height, about, legend).to_dict()
    return spec


# Positions


def list_positions(story: Story, now: Round) -> list[Row]:
    """List demands, reservation values and offers of a round, the offers of earlier rounds, and the zones."""
    rows = [{"kind": "zone", "issue": wrap(z["issue"]), "a": z["from"], "b": z["to"]} for z in now.zones]
    for stake in now.stakes:
        own = {"issue": wrap(stake["issue"]), "party": stake["party"]}
        rows.append({"kind": "span", **own, "a": stake["demand"], "b": stake["reservation"]})
        rows.append({"kind": "offer", **own, "a": stake["offer"]})
    for earlier in story.rounds[: now.planned - 1]:
        rows += [
            {"kind": "earlier", "issue": wrap(x["issue"]), "party": x["party"], "a": x["offer"]} for x in earlier.stakes
        ]
    return rows


def plot_positions(issues: Sequence[str], parties: Sequence[str]) -> Spec:
    """Plot demand, reservation value and offer of each party on each issue, and the zone that all could accept."""
    names = [wrap(issue) for issue in dict.fromkeys(issues)]
    axis = alt.Axis(values=_POINTS, format=".2~f", grid=True)
    x = alt.X("a:Q", title="Scale of the issue", scale=alt.Scale(domain=[0, 1]), axis=axis)
    y = alt.Y("issue:N", title=None, scale=alt.Scale(domain=names), axis=alt.Axis(**WRAPPED))
    lane = alt.YOffset("party:N", scale=alt.Scale(domain=list(parties)))
    colour = alt.Color(
        "party:N", title=None, scale=alt.Scale(domain=list(parties), range=list_colours(len(parties)))
    )
    shapes = alt.Scale(domain=list(parties), range=[SHAPES[k % len(SHAPES)] for k in range(len(parties))])
    own = {"y": y, "yOffset": lane, "color": colour}
    tip = ["party:N", alt.Tooltip("a:Q", title="at", format=".2f")]
    layers = [
        _layer("zone").mark_bar(color=ZONE, stroke=QUIET, strokeWidth=0.5, height=alt.RelativeBandSize(1)).encode(
            x=x, x2="b:Q", y=y
        ),
        _layer("span").mark_rule(strokeWidth=3).encode(x=x, x2="b:Q", **own),
        _layer("span").mark_tick(size=11, thickness=2).encode(x=alt.X("b:Q"), **own),
        _layer("earlier").mark_point(size=8, filled=True, opacity=1).encode(x=x, **own),
        _layer("offer").mark_point(size=110, filled=True, opacity=1, stroke="white", strokeWidth=1).encode(
            x=x, shape=alt.Shape("party:N", title=None, scale=shapes), tooltip=tip, **own
        ),
    ]  # fmt: skip
    height = len(names) * max(15 * len(parties), LINE * count_lines(names) + 3)
    # A legend wider than a phone would be cut off.
    columns = 3 if sum(map(len, parties)) <= 36 else 1
    return _finish(layers, height, "Demands, reservation values and offers by issue", columns, len(parties))


# Trust


def list_trust(story: Story, now: Round) -> list[Row]:
    """List trust of all rounds, and the present one."""
    return [{"kind": "trust", **row} for row in story.trust] + [{"kind": "now", "round": now.planned}]


def plot_trust(story: Story) -> Spec:
    """Plot trust by planned round, with a line at the present one."""
    pairs = list(dict.fromkeys(row["pair"] for row in story.trust))
    x = alt.X(
        "round:Q", title="Planned round", axis=alt.Axis(tickMinStep=1),
        scale=alt.Scale(domain=[1, max(len(story.rounds), 2)]),
    )  # fmt: skip
    y = alt.Y("trust:Q", title="Trust", scale=alt.Scale(domain=[0, 1]))
    colour = alt.Color("pair:N", title=None, scale=alt.Scale(domain=pairs, range=list_colours(len(pairs))))
    dash = alt.StrokeDash("pair:N", title=None, scale=alt.Scale(domain=pairs))
    layers = [
        _layer("trust").mark_line(point=True).encode(x=x, y=y, color=colour, strokeDash=dash),
        _layer("now").mark_rule(color=INK).encode(x=x),
    ]
    return _finish(layers, 180, "Trust of each party in each other, by planned round", 1, len(pairs))


# Days


def list_days(story: Story, now: Round, part: int = 0) -> list[Row]:
    """List incidents and rounds by day, the present day, and that of round `part`, where the run parts from another."""
    rows = [{"kind": "incident", "line": wrap(x["kind"]), "day": x["day"]} for x in story.incidents]
    for planned in story.rounds:
        kind = "held" if planned.held else "postponed"
        rows.append({"kind": kind, "line": _ROUNDS, "day": planned.day, "title": planned.title})
    rows.append({"kind": "now", "day": now.day})
    if 0 < part <= len(story.rounds):
        rows.append({"kind": "part", "day": story.rounds[part - 1].day, "line": _ROUNDS})
    return rows


_ROUNDS = "Planned rounds"


def plot_line_of_days(story: Story) -> Spec:
    """Plot incidents and rounds on the days of the whole run, with a line at the present day."""
    lines = [*sorted({wrap(row["kind"]) for row in story.incidents}), _ROUNDS]
    x = alt.X("day:Q", title="Day", scale=alt.Scale(domain=[0, max(story.horizon, 1)], nice=False))
    y = alt.Y("line:N", title=None, scale=alt.Scale(domain=lines), axis=alt.Axis(**WRAPPED))
    tip = ["title:N", alt.Tooltip("day:Q", format=".0f")]
    point = {"size": 60, "opacity": 1, "stroke": INK}
    layers = [
        _layer("incident").mark_tick(thickness=2, color=QUIET).encode(x=x, y=y),
        _layer("held").mark_point(**point, fill=INK).encode(x=x, y=y, tooltip=tip),
        _layer("postponed").mark_point(**point, fill="white").encode(x=x, y=y, tooltip=tip),
        _layer("part").mark_point(size=260, opacity=1, stroke=COLOURS[1], strokeWidth=2.5).encode(x=x, y=y),
        _layer("now").mark_rule(color=COLOURS[0], strokeWidth=2).encode(x=x),
    ]
    return _finish(layers, alt.Step(max(26, LINE * count_lines(lines) + 6)), "Incidents and rounds on a line of days")
