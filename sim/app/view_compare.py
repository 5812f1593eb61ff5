"""View `Compare`: two to four scenarios side by side, or the points of a sweep."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from experiments.results import format_value
from sim.app import charts, compare, state
from sim.app.escape import escape_markdown
from sim.app.explore import Result
from sim.app.tables import STYLE, format_table
from sim.core.errors import ParleyError
from sim.scenario.library import shipped
from sim.scenario.load import load


def show() -> None:
    """Show the view."""
    state.show_title("Compare")
    scenarios, folder = st.tabs(["Scenarios", "A sweep's folder"])
    with scenarios:
        _show_scenarios()
    with folder:
        _show_sweep()


def _show_scenarios() -> None:
    """Compare scenarios on the same draws."""
    edits = state.get_edits()
    mine = [f"{edits.name} (changed)"] if edits.changes else []
    options = [*mine, *shipped(), *([edits.name] if edits.name not in shipped() else [])]
    _follow_sidebar([edits.name, *mine], options)
    most = compare.MOST_SCENARIOS
    names = st.multiselect(f"Two to {most} scenarios", options, key="compared", max_selections=most)
    if len(names) < 2:
        st.info("Choose at least two.")
        return
    results: dict[str, Result] = {}
    for name in names:
        try:
            results[name] = state.get_ensemble(
                edits.loaded if name in mine else load(name), state.get_runs(), state.get_seed()
            )
        except ParleyError as error:
            st.error(escape_markdown(f"{name}: {error}"))
            return
    st.caption("The same number of runs and the same seed for each. Different scenarios differ in more than one thing.")
    state.show_chart(charts.plot_outcomes(results), "compared_outcomes")
    st.markdown("**Measures that all of them have**")
    parts = (
        format_table("", (group, *names), rows) for group, rows in compare.tabulate_measures(results).items() if rows
    )
    st.html(STYLE + "".join(parts))
    for name, result in results.items():
        st.subheader(escape_markdown(name), anchor=False)
        titles = {key: basket.title for key, basket in result.loaded.scenario.baskets.items()}
        state.show_chart(charts.plot_blocking({name: result}, titles), f"blocking_{name}")


def _follow_sidebar(now: list[str], options: list[str]) -> None:
    """Add the scenario of the sidebar to the comparison."""
    session = st.session_state
    if "compared" not in session or session.get("compared_from") != now:
        before = session.get("compared_from", [])
        session.compared = compare.update_selection(session.get("compared", []), before, now, shipped())
        session.compared_from = now
    session.compared = [name for name in session.compared if name in options]


def _show_sweep() -> None:
    """Show a finished sweep."""
    folder = st.text_input("Folder that `parley sweep` wrote", key="sweep_folder", placeholder="out/my-sweep")
    if not folder.strip():
        st.caption("`parley sweep EXPERIMENT.yaml -o FOLDER` makes one.")
        return
    try:
        sweep = compare.load_sweep(Path(folder.strip()))
    except (ParleyError, OSError) as error:
        st.error(escape_markdown(error))
        return
    if not sweep.factors:
        st.info("This sweep has a single point.")
        return
    known = compare.list_measures(sweep.summary)
    best = known.index("outcome_at_least=ceasefire") if "outcome_at_least=ceasefire" in known else 0
    with st.container(horizontal=True):
        words = {name: compare.describe_measure(name, sweep.titles) for name in known}
        measure = st.selectbox("Measure", known, best, key="sweep_measure", format_func=lambda name: words[name])
        factors = sweep.factors
        factor = st.selectbox("By", list(factors), key="sweep_factor", format_func=lambda name: factors[name])
    _show_points(sweep, measure, factor)


def _show_points(sweep: compare.Sweep, measure: str, factor: str) -> None:
    """Chart and table of one measure by one factor."""
    rows = compare.select_rows(sweep, measure, factor)
    words, title = compare.describe_measure(measure, sweep.titles), sweep.factors[factor]
    others = [sweep.factors[name] for name in sweep.factors if name != factor]
    spec = charts.plot_factor(rows, title, words, others[0] if others else "")
    state.show_chart(spec, "sweep")
    beside = (
        f"Side by side: points that differ on {escape_markdown(', '.join(others))}. "
        if "xOffset" in spec["layer"][0]["encoding"]
        else ""
    )
    st.caption(f"{beside}In the sweep's own tables this measure is `{measure}`.")
    cells = [
        (r["point"], format_value(r["factor"]), f"{r['mean']:.3f}", f"{r['low']:.3f} to {r['high']:.3f}") for r in rows
    ]
    st.html(STYLE + format_table("", ("Point", title, words, "95% interval"), cells))
