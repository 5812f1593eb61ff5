"""Compare: two to four scenarios side by side, or the points of a sweep from its folder."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from sim.app import charts, compare, state
from sim.app.explore import Result
from sim.app.tables import STYLE, table
from sim.errors import ParleyError
from sim.scenario.load import load, shipped


def show() -> None:
    """The page."""
    st.title("Compare")
    scenarios, sweep = st.tabs(["Scenarios", "A sweep's folder"])
    with scenarios:
        _scenarios()
    with sweep:
        _sweep()


def _scenarios() -> None:
    edits = state.edits()
    mine = [f"{edits.name} (changed)"] if edits.changes else []
    options = [*mine, *shipped(), *([edits.name] if edits.name not in shipped() else [])]
    default = [edits.name, *(mine or [name for name in shipped() if name != edits.name][:1])]
    st.session_state.setdefault("compared", default)
    st.session_state.compared = [name for name in st.session_state.compared if name in options]
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
    st.html(STYLE + table("Measures that all of them have", ("Measure", *names), compare.side_by_side(results)))
    for name, result in results.items():
        st.subheader(name)
        titles = {key: basket.title for key, basket in result.loaded.scenario.baskets.items()}
        state.chart(charts.blocking({name: result}, titles), f"blocking_{name}")


def _sweep() -> None:
    folder = st.text_input("Folder that `parley sweep` wrote", key="sweep_folder", placeholder="out/my-sweep")
    if not folder.strip():
        st.caption("`parley sweep EXPERIMENT.yaml -o FOLDER` makes one.")
        return
    try:
        factors, summary = compare.sweep(Path(folder.strip()))
    except (ParleyError, OSError) as error:
        st.error(str(error))
        return
    if not factors:
        st.info("This sweep has a single point.")
        return
    known = compare.measures(summary)
    best = known.index("outcome_at_least=ceasefire") if "outcome_at_least=ceasefire" in known else 0
    with st.container(horizontal=True):
        measure = st.selectbox("Measure", known, best, key="sweep_measure")
        factor = st.selectbox("By", factors, key="sweep_factor")
    rows = compare.picked(summary, measure, factor)
    state.chart(charts.by_factor(rows, factor, measure), "sweep")
    cells = [(r["point"], str(r["factor"]), f"{r['mean']:.3f}", f"{r['low']:.3f} to {r['high']:.3f}") for r in rows]
    st.html(STYLE + table("", ("Point", factor, measure, "95% interval"), cells))
