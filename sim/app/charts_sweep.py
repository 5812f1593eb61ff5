"""Charts of a sweep: paired differences to the reference, by one factor or as a heat map of two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from sim.app.theme import COLOURS, FILLED, INK, LINE, WRAPPED, Plot, count_lines, style_chart, wrap_label

Row = dict[str, Any]


def plot_effects(rows: list[Row], title: str, factor: str, levels: Sequence[Any]) -> Plot:
    """Plot the difference of every point to the reference with its 95% interval.

    Parameters
    ----------
    rows : list of dict
        As `list_effects` gives them.
    title : str
        The measure in words.
    factor : str
        Title of the factor, if there is one.
    levels : sequence
        Its levels in order; numbers stand on a scale of numbers.
    """
    share = any(row["kind"] == "share" for row in rows)
    scale = 100 if share else 1
    data = [
        {"label": wrap_label(str(row["label"])), "place": row["place"], "value": row["value"] * scale}
        | {key: row[key] * scale for key in ("difference", "low", "high")}
        for row in rows
    ]
    unit = f"{title}: difference to the reference" + (", points" if share else "")
    wrapped = [unit[: len(unit)]] if len(unit) < 60 else wrap_label(unit).split("\n")
    tip = [
        alt.Tooltip("label:N", title="point"),
        alt.Tooltip("value:Q", format=".2f"),
        *(alt.Tooltip(f"{name}:Q", format="+.2f") for name in ("difference", "low", "high")),
    ]
    base = alt.Chart(alt.Data(values=data))
    about = f"{title}: paired differences to the reference, with 95% intervals"
    if all(isinstance(level, int | float) for level in levels) and len(levels) > 1:
        x = alt.X("place:Q", title=factor, axis=alt.Axis(tickCount=8), scale=alt.Scale(zero=False, padding=20))
        low = alt.Y("low:Q", title=wrapped)
        zero = alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=INK, strokeDash=[4, 3])
        layers = [
            zero.encode(y=alt.Y("zero:Q", title=wrapped)),
            base.mark_rule(strokeWidth=2, color=COLOURS[0]).encode(x=x, y=low, y2="high:Q"),
            base.mark_point(filled=True, size=80, opacity=1, color=COLOURS[0]).encode(
                x=x, y=alt.Y("difference:Q", title=wrapped), tooltip=tip
            ),
        ]
        return style_chart(alt.layer(*layers), 320, about)
    labels = [row["label"] for row in data]
    y = alt.Y("label:N", title=None, sort=labels, axis=alt.Axis(**WRAPPED))
    zero = alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=INK, strokeDash=[4, 3])
    layers = [
        zero.encode(x=alt.X("zero:Q", title=wrapped)),
        base.mark_rule(strokeWidth=2, color=COLOURS[0]).encode(y=y, x=alt.X("low:Q", title=wrapped), x2="high:Q"),
        base.mark_point(filled=True, size=80, opacity=1, color=COLOURS[0]).encode(
            y=y, x=alt.X("difference:Q", title=wrapped), tooltip=tip
        ),
    ]
    return style_chart(alt.layer(*layers), max(28, LINE * count_lines(labels) + 8) * len(labels) + 50, about)


def plot_heat_map(rows: list[Row], title: str, factors: Sequence[tuple[str, str]]) -> Plot:
    """Plot the difference of every point to the reference on two factors, each a pair of name and title."""
    share = any(row["kind"] == "share" for row in rows)
    scale, form = (100, "+.1f") if share else (1, "+.2f")
    (first, first_title), (second, second_title) = factors
    data = [
        {"x": wrap_label(row[first]), "y": wrap_label(row[second]), "difference": row["difference"] * scale}
        | {"value": row["value"] * scale, "words": f"{row['difference'] * scale:{form}}"}
        for row in rows
    ]
    most = max((abs(row["difference"]) for row in data), default=0) or 1
    xs, ys = (list(dict.fromkeys(row[axis] for row in data)) for axis in ("x", "y"))
    x = alt.X("x:N", title=first_title, sort=xs, axis=alt.Axis(**{**WRAPPED, "labelBaseline": "top", "labelAngle": 0}))
    y = alt.Y("y:N", title=wrap_label(second_title).split("\n"), sort=ys, axis=alt.Axis(**WRAPPED))
    # Pale ends, so that the numbers in the fields keep a contrast of more than 4.5 to 1.
    colours = alt.Scale(domain=[-most, 0, most], range=["#F2A77B", "#FFFFFF", "#7FB8DE"], interpolate="rgb")
    legend = alt.Legend(title=wrap_label("Difference to the reference" + (", points" if share else "")).split("\n"))
    tip = ["x:N", "y:N", alt.Tooltip("value:Q", format=".2f"), alt.Tooltip("difference:Q", format="+.2f")]
    base = alt.Chart(alt.Data(values=data)).encode(x=x, y=y)
    layers = [
        base.mark_rect(stroke=INK, strokeWidth=0.5)
        .encode(color=alt.Color("difference:Q", scale=colours, legend=legend), tooltip=tip)
        .properties(name=f"{FILLED} fields"),
        base.mark_text(fontSize=13)
        .encode(text="words:N", color=alt.value(INK))
        .properties(name=f"{FILLED} numbers"),
    ]
    height = max(40, LINE * count_lines(ys) + 8) * len(ys) + 110
    return style_chart(alt.layer(*layers), height, f"{title}: paired differences by two factors")


def plot_points(rows: list[Row], factor: str, measure: str) -> Plot:
    """Plot a measure at every point of a large sweep against one factor, with 95% intervals.

    Parameters
    ----------
    rows : list of dict
        As `select_rows` gives them.
    factor, measure : str
        Titles of the axes.
    """
    numeric = all(isinstance(row["factor"], int | float) for row in rows)
    levels = list(dict.fromkeys(row["factor"] for row in rows))
    scale = alt.Scale(zero=False, padding=20)
    x = alt.X("factor:Q", title=factor, scale=scale) if numeric else alt.X("factor:N", title=factor, sort=levels)
    base = alt.Chart(alt.Data(values=rows)).encode(x=x)
    if not numeric:
        base = base.encode(xOffset=alt.XOffset("rest:N", sort=list(dict.fromkeys(row["rest"] for row in rows))))
    title = wrap_label(measure).split("\n")
    tip = ["point:N", *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("mean", "low", "high"))]
    layers = [
        base.mark_rule(color=COLOURS[0]).encode(y=alt.Y("low:Q", title=title), y2="high:Q"),
        base.mark_point(filled=True, size=50, opacity=1, color=COLOURS[0]).encode(
            y=alt.Y("mean:Q", title=title), tooltip=tip
        ),
    ]
    return style_chart(alt.layer(*layers), 340, f"{measure} by {factor}, with 95% intervals")
