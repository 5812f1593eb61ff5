"""The few pieces of a Vega-Lite specification that the charts are put together from."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

Spec = dict[str, Any]
PERCENT = {"format": ".0%", "grid": True}
"""The axis of a share."""


def number(field: str, title: str | None = None, **more: Any) -> Spec:
    """A quantity on a scale. Left without a title it has none of its own, and shares that of its axis."""
    return {"field": field, "type": "quantitative", **({"title": title} if title else {}), **more}


LINE = 14
"""Pixels of a line of a label at an axis."""
_LETTERS = 27
"""Letters of such a line: more would leave a narrow screen little room for what is drawn."""


def name(field: str, **more: Any) -> Spec:
    """A place for each name; names say themselves what they are."""
    return {"field": field, "type": "nominal", "title": None, **more}


def wrapped(text: str) -> str:
    """A label in lines that fit: what would be cut off at its end may be what matters, as `contested`."""
    return "\n".join(textwrap.wrap(text, _LETTERS))


_MORE = "length(split(datum.value, '\\n'))"
WRAPPED: Spec = {
    "labelExpr": "split(datum.label, '\\n')",
    "labelOffset": {
        "condition": [{"test": f"{_MORE} == {n}", "value": -(n - 1) * (LINE - 1) / 2} for n in (2, 3, 4)],
        "value": 0,
    },
}
"""The axis of wrapped labels. Vega breaks lines of a list only, and puts the first of them at the middle."""


def lines(labels: Iterable[str]) -> int:
    """How many lines the longest of wrapped labels has."""
    return max((label.count("\n") + 1 for label in labels), default=1)


def told_apart(field: str, names: Sequence[str], looks: Sequence[str]) -> Spec:
    """One look, a colour or a shape, for each name, in this order."""
    return {"field": field, "title": None, "scale": {"domain": list(names), "range": list(looks[: len(names)])}}


def tips(*fields: str, format: str | None = None, **titles: str) -> list[Spec]:
    """What is shown of a mark that is pointed at; fields that need a title are given as keywords."""
    numeric = {"format": format} if format else {}
    untitled: list[Spec] = [{"field": field, **numeric} for field in fields]
    return untitled + [{"field": field, **numeric, "title": title} for field, title in titles.items()]


def layer(mark: Spec, rows: Iterable[Spec] | None = None, /, **encoding: Any) -> Spec:
    """Marks and what their place and look stand for; `rows` where they are not those of the whole chart."""
    data = {} if rows is None else {"data": {"values": list(rows)}}
    return {**data, "mark": mark, "encoding": encoding}


def chart(height: int | Spec, layers: list[Spec], rows: list[Spec], about: str, legend: int = 2) -> Spec:
    """A chart with its data inside and a description for those who do not see it; `legend` is its columns."""
    return {
        "description": about,
        "data": {"values": rows},
        "height": height,
        "layer": layers,
        "config": {
            "axis": {"labelLimit": 190, "labelFontSize": 12, "labelLineHeight": LINE - 1},
            "legend": {"orient": "bottom", "columns": legend},
        },
    }
