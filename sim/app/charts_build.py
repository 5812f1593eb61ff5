"""Chart of the view `Build`: the stakes of all parties on the scale of one issue."""

from __future__ import annotations

from typing import Any

import altair as alt

from sim.app.draft import Draft
from sim.app.theme import INK, ZONE, Plot, list_colours, style_chart

_STEP = 34


def plot_scale(draft: Draft, key: str) -> Plot:
    """Plot demands and reservation values on the scale of an issue, and the zone at the middle of the ranges."""
    issue = draft["issues"][key]
    rows, low, high = list[dict[str, Any]](), 0.0, 1.0
    for party, stake in issue["stakes"].items():
        if not stake["active"] or not {"demand", "reservation"} <= set(stake):
            continue
        d, r = stake["demand"], stake["reservation"]
        demand, reservation = (d["low"] + d["high"]) / 2, (r["low"] + r["high"]) / 2
        low, high = (max(low, reservation), high) if demand > reservation else (low, min(high, reservation))
        ends = {"d": demand, "r": reservation, **{f"d{k}": d[k] for k in ("low", "high")}}
        rows.append({"party": draft["parties"][party]["title"], **ends, **{f"r{k}": r[k] for k in ("low", "high")}})
    parties = [row["party"] for row in rows]
    labels = {float(at): label for at, label in issue["options"]}
    words = " : ".join(f"datum.value == {at} ? {_quote(label)}" for at, label in labels.items())
    axis = alt.Axis(values=list(labels), labelExpr=f"{words} : ''" if words else "''", grid=True, labelLimit=150)
    x = alt.X("d:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=axis)
    y = alt.Y("party:N", title=None, sort=parties)
    colour = alt.Color("party:N", legend=None, scale=alt.Scale(domain=parties, range=list_colours(len(parties))))
    base = alt.Chart(alt.Data(values=rows)).encode(y=y)
    layers = [
        base.mark_rule(strokeWidth=2).encode(x=x, x2="r:Q", color=colour),
        base.mark_bar(size=12).encode(x=alt.X("dlow:Q", title=None), x2="dhigh:Q", color=colour),
        base.mark_bar(size=14, fill="transparent", strokeWidth=2).encode(x="rlow:Q", x2="rhigh:Q", stroke=colour),
        base.mark_tick(size=18, thickness=3).encode(x="d:Q", color=colour),
        base.mark_tick(size=18, thickness=3).encode(x="r:Q", color=colour),
    ]
    if low <= high and rows:
        zone = alt.Chart(alt.Data(values=[{"from": low, "to": high}]))
        shade = zone.mark_rect(color=ZONE, stroke=INK, strokeWidth=0.5)
        layers.insert(0, shade.encode(x=alt.X("from:Q", title=None), x2="to:Q"))
    return style_chart(alt.layer(*layers), alt.Step(_STEP), "Demands and reservation values on the scale")


def _quote(text: str) -> str:
    """Quote a text for an expression of Vega; a label is never code."""
    import json

    return json.dumps(text)
