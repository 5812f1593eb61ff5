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
    """Plot demand, reservation value and offer of each party on each issue, and the zone that all could accept.

    The page has the legend, of the colours and shapes in the order of the parties.
    """
    lines = [wrap(issue) for issue in dict.fromkeys(issues)]
    axis = alt.Axis(values=_POINTS, format=".2~f", grid=True)
    x = alt.X("a:Q", title="Scale of the issue", scale=alt.Scale(domain=[0, 1]), axis=axis)
    y = alt.Y("issue:N", title=None, scale=alt.Scale(domain=lines), axis=alt.Axis(**WRAPPED))
    lane = alt.YOffset("party:N", scale=alt.Scale(domain=list(parties)))
    colour = alt.Color(
        "party:N", legend=None, scale=alt.Scale(domain=list(parties), range=list_colours(len(parties)))
    )
    names = list(SHAPES)
    shapes = alt.Scale(domain=list(parties), range=[names[k % len(names)] for k in range(len(parties))])
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
            x=x, shape=alt.Shape("party:N", legend=None, scale=shapes), tooltip=tip, **own
        ),
    ]  # fmt: skip
    height = len(lines) * max(15 * len(parties), LINE * count_lines(lines) + 3)
    return _finish(layers, height, "Demands, reservation values and offers by issue")


# Trust


MOST_PAIRS = 6
"""Pairs of parties whose trust is drawn at once; of more, that of one party."""


def list_givers(stories: Iterable[Story]) -> list[str]:
    """List the parties of whose trust one must be chosen; none where all pairs are drawn at once."""
    rows = [row for story in stories for row in story.trust]
    pairs = {row["pair"] for row in rows}
    return list(dict.fromkeys(row["of"] for row in rows)) if len(pairs) > MOST_PAIRS else []


def list_trust(story: Story, now: Round, of: str = "") -> list[Row]:
    """List trust of all rounds, or that of one party, and the present round."""
    rows = [{"kind": "trust", **row} for row in story.trust if of in ("", row["of"])]
    return [*rows, {"kind": "now", "round": now.planned}]


def plot_trust(stories: Sequence[Story], parties: Sequence[str] = (), of: str = "") -> Spec:
    """Plot trust by planned round, with a line at the present one.

    Parameters
    ----------
    stories : sequence of Story
        The run, first, and others beside it, which share its scales.
    parties : sequence of str
        Titles of all parties in the order of the scenario.
    of : str
        The party whose trust is drawn, a line for each other party in the colour of that party; without it all pairs.
    """
    rows = [row for story in stories for row in story.trust if of in ("", row["of"])]
    field = "other" if of else "pair"
    names = list(dict.fromkeys(row[field] for row in rows))
    own = dict(zip(parties, list_colours(len(parties)), strict=True))
    colours = [own[name] for name in names] if of else list_colours(len(names))
    last = max(2, *(len(story.rounds) for story in stories))
    x = alt.X(
        "round:Q", title="Planned round", axis=alt.Axis(tickMinStep=1, format="d"), scale=alt.Scale(domain=[1, last])
    )
    y = alt.Y("trust:Q", title="Trust in" if of else "Trust", scale=alt.Scale(domain=[0, 1]))
    colour = alt.Color(f"{field}:N", title=None, scale=alt.Scale(domain=names, range=colours))
    dash = alt.StrokeDash(f"{field}:N", title=None, scale=alt.Scale(domain=names))
    about = f"Trust of {of or 'each party'} in each other, by planned round"
    layers = [
        _layer("trust").mark_line(point=True).encode(x=x, y=y, color=colour, strokeDash=dash),
        _layer("now").mark_rule(color=INK).encode(x=x),
    ]
    return _finish(layers, 180, about, 1, len(names))


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


def plot_line_of_days(*stories: Story) -> Spec:
    """Plot incidents and rounds on the days of the whole run, with a line at the present day.

    Runs that stand side by side share their days and kinds of incidents.
    """
    lines = [*sorted({wrap(row["kind"]) for story in stories for row in story.incidents}), _ROUNDS]
    last = max(1.0, *(story.horizon for story in stories))
    x = alt.X("day:Q", title="Day", scale=alt.Scale(domain=[0, last], nice=False))
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
