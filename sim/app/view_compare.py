"""Compare: two to four scenarios side by side, or the points of a sweep from its folder."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from experiments.results import shown
from sim.app import charts, compare, state
from sim.app.explore import Result
from sim.app.tables import STYLE, table
from sim.core.errors import ParleyError
from sim.scenario.load import load, shipped


def show() -> None:
    """The page."""
    state.title("Compare")
    scenarios, sweep = st.tabs(["Scenarios", "A sweep's folder"])
    with scenarios:
        _scenarios()
    with sweep:
        _sweep()


def _scenarios() -> None:
    edits = state.edits()
    mine = [f"{edits.name} (changed)"] if edits.changes else []
    options = [*mine, *shipped(), *([edits.name] if edits.name not in shipped() else [])]
    _follow([edits.name, *mine], options)
    most = compare.SEVERAL
    names = st.multiselect(f"Two to {most} scenarios", options, key="compared", max_selections=most)
    if len(names) < 2:
        st.info("Choose at least two.")
        return
    results: dict[str, Result] = {}
    for name in names:
        try:
            results[name] = state.ensemble(edits.loaded if name in mine else load(name), state.runs(), state.seed())
        except ParleyError as error:
            st.error(f"{name}: {error}")
            return
    st.caption("The same number of runs and the same seed for each. Different scenarios differ in more than one thing.")
    state.chart(charts.outcomes(results), "compared_outcomes")
    st.markdown("**Measures that all of them have**")
    parts = (table("", (group, *names), rows) for group, rows in compare.side_by_side(results).items() if rows)
    st.html(STYLE + "".join(parts))
    for name, result in results.items():
        st.subheader(name)
        titles = {key: basket.title for key, basket in result.loaded.scenario.baskets.items()}
        state.chart(charts.blocking({name: result}, titles), f"blocking_{name}")


def _follow(now: list[str], options: list[str]) -> None:
    """What the sidebar turned to comes into the comparison, whatever was compared before."""
    held = st.session_state
    if "compared" not in held or held.get("compared_from") != now:
        before = held.get("compared_from", [])
        held.compared = compare.followed(held.get("compared", []), before, now, shipped())
        held.compared_from = now
    held.compared = [name for name in held.compared if name in options]


def _sweep() -> None:
    folder = st.text_input("Folder that `parley sweep` wrote", key="sweep_folder", placeholder="out/my-sweep")
    if not folder.strip():
        st.caption("`parley sweep EXPERIMENT.yaml -o FOLDER` makes one.")
        return
    try:
        found = compare.sweep(Path(folder.strip()))
    except (ParleyError, OSError) as error:
        st.error(str(error))
        return
    if not found.factors:
        st.info("This sweep has a single point.")
        return
    known = compare.measures(found.summary)
    best = known.index("outcome_at_least=ceasefire") if "outcome_at_least=ceasefire" in known else 0
    with st.container(horizontal=True):
        words = {name: compare.worded(name, found.titles) for name in known}
        measure = st.selectbox("Measure", known, best, key="sweep_measure", format_func=lambda name: words[name])
        factors = found.factors
        factor = st.selectbox("By", list(factors), key="sweep_factor", format_func=lambda name: factors[name])
    _points(found, measure, factor)


def _points(found: compare.Sweep, measure: str, factor: str) -> None:
    rows = compare.picked(found, measure, factor)
    words, title = compare.worded(measure, found.titles), found.factors[factor]
    others = [found.factors[name] for name in found.factors if name != factor]
    spec = charts.by_factor(rows, title, words, others[0] if others else "")
    state.chart(spec, "sweep")
    beside = (
        f"Beside each other: points that differ on {', '.join(others)}. "
        if "xOffset" in spec["layer"][0]["encoding"]
        else ""
    )
    st.caption(f"{beside}In the sweep's own tables this measure is `{measure}`.")
    cells = [(r["point"], shown(r["factor"]), f"{r['mean']:.3f}", f"{r['low']:.3f} to {r['high']:.3f}") for r in rows]
    st.html(STYLE + table("", ("Point", title, words, "95% interval"), cells))
