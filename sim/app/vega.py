"""Builders of the parts of a Vega-Lite specification that the charts share."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

Spec = dict[str, Any]
PERCENT = {"format": ".0%", "grid": True}
"""The axis of a share."""


def encode_number(field: str, title: str | None = None, **more: Any) -> Spec:
    """Encode a quantity on a scale. Without a title it shares the title of its axis."""
    return {"field": field, "type": "quantitative", **({"title": title} if title else {}), **more}


LINE = 14
"""Height of a line of an axis label (pixels)."""
_LETTERS = 27
"""Letters of such a line: longer ones leave too little width for the chart on a narrow screen."""


def encode_name(field: str, **more: Any) -> Spec:
    """Encode a name on a nominal scale without an axis title."""
    return {"field": field, "type": "nominal", "title": None, **more}


def wrap_label(text: str) -> str:
    """Wrap a label: a label cut off at its end may lose the word that matters, such as `contested`."""
    return "\n".join(textwrap.wrap(text, _LETTERS))


_MORE = "length(split(datum.value, '\\n'))"
WRAPPED: Spec = {
    "labelExpr": "split(datum.label, '\\n')",
    "labelOffset": {
        "condition": [{"test": f"{_MORE} == {n}", "value": -(n - 1) * (LINE - 1) / 2} for n in (2, 3, 4)],
        "value": 0,
    },
}
"""Axis of wrapped labels. Vega breaks lines only of a list, and centres the first line of it."""


def count_lines(labels: Iterable[str]) -> int:
    """Count the lines of the longest of several wrapped labels."""
    return max((label.count("\n") + 1 for label in labels), default=1)


def encode_series(field: str, names: Sequence[str], values: Sequence[str]) -> Spec:
    """Encode one colour or shape for each name, in this order."""
    return {"field": field, "title": None, "scale": {"domain": list(names), "range": list(values[: len(names)])}}


def list_tooltips(*fields: str, format: str | None = None, **titles: str) -> list[Spec]:
    """List the fields of a tooltip; keywords map a field to its title."""
    numeric = {"format": format} if format else {}
    untitled: list[Spec] = [{"field": field, **numeric} for field in fields]
    return untitled + [{"field": field, **numeric, "title": title} for field, title in titles.items()]


def make_layer(mark: Spec, rows: Iterable[Spec] | None = None, /, **encoding: Any) -> Spec:
    """Make a layer of marks; `rows` replaces the data of the whole chart."""
    data = {} if rows is None else {"data": {"values": list(rows)}}
    return {**data, "mark": mark, "encoding": encoding}


def make_chart(height: int | Spec, layers: list[Spec], rows: list[Spec], about: str, legend: int = 2) -> Spec:
    """Make a chart with its data and its text alternative `about`; `legend` is the number of columns of the legend."""
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
