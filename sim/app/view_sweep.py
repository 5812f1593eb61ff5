"""View `Sweep`: vary one or two numbers or choices, and see paired differences to a reference point."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from experiments.results import Results, load
from sim.app import state
from sim.app.chart_element import show_chart
from sim.app.charts_sweep import plot_effects, plot_heat_map, plot_points
from sim.app.controls import Choice, Slider
from sim.app.escape import escape_markdown
from sim.app.identity import hash_scenario
from sim.app.sweep_design import (
    MOST_LEVELS,
    Factor,
    build_experiment,
    format_experiment,
    list_candidates,
    make_factor,
    space_levels,
)
from sim.app.sweep_effects import MOST_POINTS, format_effects, list_effects, list_points
from sim.app.sweep_job import SweepJob
from sim.app.sweep_results import Sweep, describe_measure, list_measures, load_sweep, select_rows
from sim.app.tables import STYLE, format_table
from sim.core.errors import ParleyError
from sim.scenario.load import Loaded

_NONE = "no second factor"
_MEASURE = "outcome_at_least=ceasefire"


@st.cache_resource(max_entries=8, show_spinner=False)
def _list_candidates(key: str, _loaded: Loaded) -> dict[str, Slider | Choice]:
    """List the possible factors once for each scenario."""
    return list_candidates(_loaded)


def show() -> None:
    """Show the view."""
    state.show_title("Sweep")
    own, folder = st.tabs(["Run a sweep", "Open a finished folder"])
    with own:
        _show_design()
        job: SweepJob | None = st.session_state.get("sweep_job")
        if job is not None:
            st.fragment(_show_progress, run_every=0.5 if job.running else None)(job)
            if job.finished:
                _show_results(job.folder, "own")
    with folder:
        _open_folder()


# The design


def _show_design() -> None:
    """Show the choice of factors, and the button that runs the sweep."""
    edits = state.get_edits()
    st.markdown(f"**{escape_markdown(edits.base.scenario.title)}**")
    candidates = _list_candidates(hash_scenario(edits.base), edits.base)
    first = _choose_factor("First factor", "sweep_first", candidates, list(candidates))
    others = [title for title in candidates if title != first.title]
    second = _choose_factor("Second factor", "sweep_second", candidates, [_NONE, *others])
    factors = [first, second] if second.levels or second.title != _NONE else [first]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        runs = st.selectbox("Runs at each point", (200, 500, 1000, 2000, 5000), 1, key="sweep_runs", width=180)
        experiment = build_experiment(edits.name, edits.changes, factors, runs, state.get_seed())
        points = len(first.levels) * (len(second.levels) if len(factors) == 2 else 1)
        job = st.session_state.get("sweep_job")
        why = _explain_refusal(points, bool(job and job.running))
        st.button(
            f"Run {points} points", on_click=_start, args=(experiment,), type="primary",
            disabled=bool(why), help=why or None,
        )  # fmt: skip
        text = format_experiment(experiment)
        st.download_button("Download the YAML", text, "page-sweep.yaml", "text/yaml", on_click="ignore")
    beside = "" if "/" not in edits.name else " The scenario's own file must stand beside it."
    st.caption(f"`parley sweep page-sweep.yaml -o page-sweep` gives the same numbers.{beside}")
    state.show_error("sweep")


def _choose_factor(label: str, key: str, candidates: dict[str, Slider | Choice], titles: list[str]) -> Factor:
    """Ask for a factor and its levels."""
    title = st.selectbox(label, titles, key=key)
    control = candidates.get(title)
    if control is None:
        return Factor(_NONE, "", next(iter(candidates.values())), ())
    if isinstance(control, Choice):
        options = list(control.options)[:MOST_LEVELS]
        levels: Any = st.multiselect("Settings", list(control.options), options, key=f"{key}:{title}:levels")
        return make_factor(title, control, levels)
    left, right = st.columns([3, 1])
    with left:
        ends = min(control.least, control.low), max(control.most, control.high)
        form = "%g" if control.step >= 0.01 else "%.4f"
        low, high = st.slider(
            "From and to", *ends, (control.low, control.high), control.step, form, key=f"{key}:{title}:ends"
        )
    with right:
        count = st.number_input("Levels", 2, MOST_LEVELS, 3, key=f"{key}:{title}:count")
    return make_factor(title, control, space_levels(low, high, int(count)) if low < high else (low,))


def _explain_refusal(points: int, running: bool) -> str:
    """Explain why a sweep of so many points cannot be started; empty where it can."""
    if running:
        return "A sweep is running: wait for its end, or stop it."
    if points < 2:
        return "Needs two levels of a factor or more."
    return f"At most {MOST_POINTS} points: choose fewer levels." if points > MOST_POINTS else ""


def _start(experiment: dict[str, Any]) -> None:
    """Start a sweep in place of the one before."""
    before: SweepJob | None = st.session_state.get("sweep_job")
    if before is not None:
        before.stop()
    st.session_state.sweep_job = SweepJob(experiment)


def _show_progress(job: SweepJob) -> None:
    """Show how far the sweep is, with a button that stops it."""
    if job.running:
        st.session_state.sweep_watched = True
        words = f"{job.done:,} of {job.total:,} runs" if job.total else "Preparing; the first time may compile once"
        st.progress(min(job.done / job.total, 1.0) if job.total else 0.0, words)
        st.button("Stop", on_click=job.stop)
        return
    if st.session_state.pop("sweep_watched", False):
        st.rerun()  # the results are shown by the whole page
    if job.error:
        st.error(escape_markdown(job.error))
    elif job.stopped:
        st.info(f"Stopped after {job.done:,} of {job.total:,} runs.")


# Results


def _open_folder() -> None:
    """Open the folder of a finished sweep."""
    folder = st.text_input("Folder that `parley sweep` wrote", key="sweep_folder", placeholder="out/my-sweep")
    if not folder.strip():
        st.caption("`parley sweep EXPERIMENT.yaml -o FOLDER` makes one.")
        return
    _show_results(Path(folder.strip()), "opened")


def _show_results(folder: Path, key: str) -> None:
    """Show the paired differences of one measure."""
    try:
        results, sweep = load(folder), load_sweep(folder)
    except (ParleyError, OSError) as error:
        st.error(escape_markdown(error))
        return
    labels = list_points(results)
    if len(labels) < 2:
        st.info("This sweep has a single point.")
        return
    known = list_measures(sweep.summary)
    words = {name: describe_measure(name, sweep.names) for name in known}
    best = known.index(_MEASURE) if _MEASURE in known else 0
    measure = st.selectbox("Measure", known, best, key=f"measure:{key}", format_func=words.__getitem__)
    if len(labels) > MOST_POINTS or results.manifest["tables"]["failed_points"]:
        _show_points(sweep, measure, words[measure], key)
        return
    reference = st.selectbox("Reference point", list(labels), key=f"ref:{key}", format_func=labels.__getitem__)
    try:
        rows = list_effects(results, reference, measure)
    except ParleyError as error:
        st.error(escape_markdown(error))
        return
    _show_differences(results, sweep, rows, words[measure], key, reference)
    st.caption(
        "Differences are paired: run k has the same draws at every point. Intervals are 95%, one at a time. "
        f"In the sweep's own tables this measure is `{measure}`."
    )


def _show_points(sweep: Sweep, measure: str, words: str, key: str) -> None:
    """Show the values of a measure in a large sweep, or one with failed points, without differences."""
    if not sweep.factors:
        st.info("The points of this sweep have no factors.")
        return
    titles = sweep.factors
    factor = st.selectbox("By", list(titles), key=f"by:{key}", format_func=titles.__getitem__)
    rows = select_rows(sweep, measure, factor)
    show_chart(plot_points(rows, titles[factor], words), key=f"points:{key}")
    st.caption("Values with 95% intervals; paired differences are shown for sweeps without failed points, up to "
               f"{MOST_POINTS} points.")  # fmt: skip


def _show_differences(
    results: Results, sweep: Sweep, rows: list[dict[str, Any]], words: str, key: str, reference: int
) -> None:
    """Show chart and table of the differences."""
    factors = list(sweep.factors)
    if len(factors) == 2 and len(rows) > 2:
        show_chart(plot_heat_map(rows, words, list(sweep.factors.items())), key=f"heat:{key}")
    else:
        values = dict(zip(results.points["point"], results.points[factors[0]], strict=True)) if factors else {}
        for row in rows:
            row["place"] = values.get(row["point"])
        levels = list(values.values()) if len(factors) == 1 else []
        title = sweep.factors[factors[0]] if factors else ""
        show_chart(plot_effects(rows, words, title, levels), key=f"effects:{key}")
    titles = [sweep.factors[name] for name in factors]
    difference = "Difference, points" if any(row["kind"] == "share" for row in rows) else "Difference"
    cells = format_effects(rows, factors, reference)
    st.html(STYLE + format_table("", (*titles, words, difference, "95% interval"), cells))
