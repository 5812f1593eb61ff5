"""Charts of the page as Vega-Lite specifications: plain data, drawn by the browser, in colours told apart by all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sim.app.explore import Result
from sim.look import BLUE, CODE_TITLES, GREY, LINES, LOOKS, VERMILION
from sim.rules.outcome import CODES
from sim.summary import Summary

Spec = dict[str, Any]
BASE, CHANGED = "scenario as it is", "with your changes"
_SHORT = {BASE: "as it is", CHANGED: "changed"}
_PERCENT = {"format": ".0%", "grid": True}


def _frame(height: int | Spec, layers: list[Spec], rows: list[Spec], about: str) -> Spec:
    """A chart with its data inside and a description for those who do not see it."""
    return {
        "description": about,
        "data": {"values": rows},
        "height": height,
        "layer": layers,
        "config": {"axis": {"labelLimit": 190, "labelFontSize": 12}, "legend": {"orient": "bottom", "columns": 2}},
    }


def _series(named: Sequence[str]) -> Spec:
    """Colour by series: grey is the scenario as it is, blue the changed one, others follow."""
    colours = [GREY, BLUE, VERMILION, LINES[2][0]][: len(named)]
    return {"field": "series", "type": "nominal", "title": None, "scale": {"domain": list(named), "range": colours}}


def outcomes(results: dict[str, Result]) -> Spec:
    """Share of runs by outcome for each of several results, with 95% intervals."""
    rows = []
    for name, result in results.items():
        for code, found in result.summary.outcomes().items():
            title = CODE_TITLES[code]
            rows.append({"series": name, "outcome": title, "share": found.share, "low": found.low, "high": found.high})
    order = [CODE_TITLES[code] for code in reversed(CODES)]
    names = list(results)
    y = {"field": "outcome", "type": "nominal", "sort": order, "title": None}
    offset = {"field": "series", "sort": names}
    bar = {
        "mark": {"type": "bar"},
        "encoding": {
            "x": {"field": "share", "type": "quantitative", "title": "Share of runs", "axis": _PERCENT},
            "y": y,
            "yOffset": offset,
            "color": _series(names),
            "tooltip": [
                {"field": "series", "title": "of"},
                {"field": "outcome"},
                {"field": "share", "format": ".1%"},
                {"field": "low", "format": ".1%", "title": "95% from"},
                {"field": "high", "format": ".1%", "title": "to"},
            ],
        },
    }
    rule = {
        "mark": {"type": "rule", "strokeWidth": 1.5},
        "encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}, "y": y, "yOffset": offset},
    }
    about = "Share of runs by outcome, with intervals; the table below has all numbers"
    return _frame({"step": 15}, [bar, rule], rows, about)


def fan(results: dict[str, Result]) -> Spec:
    """The gap between positions by round held: median and middle half of the runs that held the round."""
    rows = []
    for name, result in results.items():
        found, least = result.summary.fan(), max(result.n / 100, 20)
        for k, number in enumerate(found.rounds):
            if found.runs[k] >= least or k == 0:
                low, middle, high = found.quantiles[[1, 2, 3], k].tolist()
                rows.append({"series": name, "round": int(number), "low": low, "median": middle, "high": high})
    x = {"field": "round", "type": "quantitative", "title": "Number of the round held", "axis": {"tickMinStep": 1}}
    colour = _series(list(results))
    band = {
        "mark": {"type": "area", "opacity": 0.25},
        "encoding": {
            "x": x,
            "y": {"field": "low", "type": "quantitative", "title": "Gap (whole scale: 1)"},
            "y2": {"field": "high"},
            "color": colour,
        },
    }
    line = {
        "mark": {"type": "line", "point": True, "strokeWidth": 2},
        "encoding": {"x": x, "y": {"field": "median", "type": "quantitative"}, "color": colour},
    }
    return _frame(240, [band, line], rows, "Median gap between positions by round, with the middle half of runs")


def days(results: dict[str, Result], basket: str) -> Spec:
    """Share of all runs in which a basket was first agreed on by a day."""
    rows = []
    for name, result in results.items():
        rows.append({"series": name, "day": 0, "share": 0.0})
        if basket in result.summary.baskets:
            found, sofar = result.summary.agreed_by(basket)
            rows += [
                {"series": name, "day": int(day) + 1, "share": float(count) / result.n}
                for day, count in zip(found, sofar, strict=True)
            ]
    line = {
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        "encoding": {
            "x": {"field": "day", "type": "quantitative", "title": "Days since the start"},
            "y": {"field": "share", "type": "quantitative", "title": "Agreed by then", "axis": _PERCENT},
            "color": _series(list(results)),
            "strokeDash": {"field": "series", "title": None, "scale": {"domain": list(results)}},
        },
    }
    return _frame(200, [line], rows, "Share of runs in which it was first agreed on by a day")


def blocking(results: dict[str, Result], titles: dict[str, str]) -> Spec:
    """What was settled and what stood in the way, basket by basket, one bar for each result."""
    rows, seen = [], []
    for name, result in results.items():
        for basket, reason, share in _reasons(result.summary):
            place = _place(titles.get(basket, basket), name, len(results) > 1)
            rows.append({"place": place, "reason": reason, "share": share, "order": list(LOOKS).index(reason)})
            seen.append(reason)
    order = [
        _place(titles.get(b, b), name, len(results) > 1)
        for b in next(iter(results.values())).summary.baskets
        for name in results
    ]
    used = [reason for reason in LOOKS if reason in seen]
    # Vega-Lite has no hatching; reasons that share a colour in print are told apart by shade here.
    shades = {"sequencing deadlock": "#1B6A93", "amended": "#8F4F74"}
    colours = [shades.get(reason, LOOKS[reason][0]) for reason in used]
    whole = {"domain": [0, 1], "clamp": True}  # rounding may bring a sum just above 1
    bar = {
        "mark": {"type": "bar", "stroke": "white"},
        "encoding": {
            "x": {"field": "share", "type": "quantitative", "title": "Share of runs", "axis": _PERCENT, "scale": whole},
            "y": {"field": "place", "type": "nominal", "sort": order, "title": None},
            "color": {"field": "reason", "title": None, "scale": {"domain": used, "range": colours}},
            "order": {"field": "order"},
            "tooltip": [{"field": "place", "title": "of"}, {"field": "reason"}, {"field": "share", "format": ".1%"}],
        },
    }
    spec = _frame({"step": 22}, [bar], rows, "What was settled, and what stood in the way")
    spec["config"]["legend"]["columns"] = 1  # two columns are cut off where the column of the page is narrow
    return spec


def _place(title: str, name: str, several: bool) -> str:
    """The label of a bar, short enough to be read whole."""
    short = title if len(title) <= 22 else title[:20].rstrip() + "…"
    return f"{short} · {_SHORT.get(name, name)}" if several else title


def _reasons(summary: Summary) -> Iterable[tuple[str, str, float]]:
    for basket in summary.baskets:
        yield basket, "settled", summary.settled(basket).share
        for reason, found in summary.blocked(basket).items():
            yield basket, reason, found.share


# One run

SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down")
_COLOURS = [look[0] for look in LINES]


def party_look(parties: Sequence[str]) -> Spec:
    """One colour and one shape for each party."""
    scale = {"domain": list(parties), "range": _COLOURS[: len(parties)]}
    return {"field": "party", "type": "nominal", "title": None, "scale": scale}


def positions(rows: list[dict[str, Any]], parties: Sequence[str], zones: list[dict[str, Any]]) -> Spec:
    """Each issue's scale from 0 to 1: what each party demands, its least, its offer, and where their ranges meet."""
    y = {"field": "issue", "type": "nominal", "sort": list(dict.fromkeys(row["issue"] for row in rows)), "title": None}
    axis = {"values": [0, 0.25, 0.5, 0.75, 1], "grid": True, "format": ".2~f"}
    x = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": axis, "title": "Scale of the issue"}
    colour = party_look(parties)
    shape = {"field": "party", "title": None, "scale": {"domain": list(parties), "range": list(SHAPES[: len(parties)])}}
    offset = {"field": "party", "sort": list(parties)}
    tip = [{"field": f, "format": ".2f"} for f in ("demand", "reservation", "offer")]
    zone = {
        "data": {"values": zones},
        "mark": {"type": "bar", "color": "#DDEFE8", "height": {"band": 1}},
        "encoding": {"x": {"field": "from", **x}, "x2": {"field": "to"}, "y": y},
    }
    span = {
        "mark": {"type": "bar", "height": 4, "opacity": 0.5},
        "encoding": {
            "x": {"field": "demand", **x},
            "x2": {"field": "reservation"},
            "y": y,
            "yOffset": offset,
            "color": colour,
        },
    }
    offer = {
        "mark": {"type": "point", "filled": True, "size": 80, "opacity": 1},
        "encoding": {
            "x": {"field": "offer", **x},
            "y": y,
            "yOffset": offset,
            "color": colour,
            "shape": shape,
            "tooltip": [{"field": "party"}, {"field": "issue"}, *tip],
        },
    }
    height = 13 * len({row["issue"] for row in rows}) * len(parties)
    spec = _frame(height, [zone, span, offer], rows, "Demands, reservation points and offers by issue")
    spec["config"]["legend"]["columns"] = 3
    return spec


def trust(rows: list[dict[str, Any]], now: int) -> Spec:
    """Trust by planned round, the round on show marked."""
    line = {
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {"field": "round", "type": "quantitative", "title": "Planned round", "axis": {"tickMinStep": 1}},
            "y": {"field": "trust", "type": "quantitative", "scale": {"domain": [0, 1]}, "title": "Trust"},
            "color": {"field": "pair", "title": None, "scale": {"range": _COLOURS}},
            "strokeDash": {"field": "pair", "title": None},
        },
    }
    here = {"x": {"field": "round", "type": "quantitative"}}
    mark = {"data": {"values": [{"round": now}]}, "mark": {"type": "rule"}, "encoding": here}
    return _frame(200, [line, mark], rows, "Trust of each party in each other, by planned round")


def incidents(rows: list[dict[str, Any]], rounds: list[dict[str, Any]], now: float, horizon: float) -> Spec:
    """Incidents and rounds on a time line; the round on show marked."""
    x = {"field": "day", "type": "quantitative", "title": "Day", "scale": {"domain": [0, horizon]}}
    y = {"field": "kind", "type": "nominal", "title": None}
    tick = {"mark": {"type": "tick", "thickness": 2, "color": VERMILION}, "encoding": {"x": x, "y": y}}
    full = {"domain": [False, True], "range": [0.3, 1]}
    held = {
        "data": {"values": rounds},
        "mark": {"type": "point", "filled": True, "size": 50, "color": BLUE},
        "encoding": {"x": x, "y": y, "opacity": {"field": "held", "type": "nominal", "legend": None, "scale": full}},
    }
    mark = {"data": {"values": [{"day": now}]}, "mark": {"type": "rule"}, "encoding": {"x": x}}
    return _frame({"step": 24}, [tick, held, mark], rows, "Incidents and planned rounds on a time line")


def by_factor(rows: list[dict[str, Any]], factor: str, measure: str) -> Spec:
    """A measure at every point of a sweep against one factor, with intervals."""
    kind = "quantitative" if all(isinstance(row["factor"], int | float) for row in rows) else "nominal"
    x = {"field": "factor", "type": kind, "title": factor}
    y = {"type": "quantitative", "title": measure}
    tip = [{"field": "point"}, *({"field": f, "format": ".3f"} for f in ("mean", "low", "high"))]
    rule = {"mark": "rule", "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}}}
    dot = {
        "mark": {"type": "point", "filled": True, "size": 60, "color": BLUE},
        "encoding": {"x": x, "y": {"field": "mean", **y}, "tooltip": tip},
    }
    return _frame(280, [rule, dot], rows, f"{measure} by {factor}, with 95% intervals")
