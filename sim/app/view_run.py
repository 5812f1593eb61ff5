"""One run: step through it round by round."""

from __future__ import annotations

import streamlit as st

from sim.app import charts_run, state
from sim.app.single_run import Round, Story, next_like, record
from sim.app.tables import STYLE, table
from sim.core.errors import ParleyError
from sim.figures.style import CODE_TITLES
from sim.scenario.load import Loaded


@st.cache_resource(max_entries=64, show_spinner=False)
def _story(key: str, _loaded: Loaded, seed: int, run: int) -> Story:
    return record(_loaded, seed, run)


def show() -> None:
    """The page."""
    from sim.scenario.dump import scenario_hash

    edits = state.edits()
    state.title("One run, round by round")
    st.session_state.setdefault("run_now", 0)
    st.session_state.setdefault("round_now", 0)
    as_it_is = _choose_run()
    loaded = edits.base if as_it_is else edits.loaded
    try:
        story = _story(scenario_hash(loaded), loaded, state.seed(), st.session_state.run_now)
    except ParleyError as error:
        st.error(str(error))
        return
    _ending(story, loaded)
    if not story.rounds:
        st.info("No round was planned in this run.")
        return
    last = len(story.rounds) - 1
    st.session_state.round_now = min(st.session_state.round_now, last)
    _steps(last)
    _round(story, story.rounds[st.session_state.round_now], loaded)


def _choose_run() -> bool:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.session_state.run_text = str(st.session_state.run_now)
        st.text_input("Run", key="run_text", on_change=_typed, width=110)
        st.button("Another run like this", on_click=_another, help="The next run that ends with the same outcome.")
        st.button("Next run", on_click=_go, args=(1,))
        changed = bool(state.edits().changes)
        as_it_is = st.checkbox(
            "The same fate with the scenario as it is", key="as_it_is", disabled=not changed,
            help="The same draws without your changes." if changed else "Change something on Explore first.",
        )  # fmt: skip
    state.complaint("run")
    return as_it_is and changed


def _typed() -> None:
    found = state.whole(st.session_state.run_text, 10**9)
    if found is not None:
        _show(found)
    else:
        text = st.session_state.run_text.strip()
        st.session_state.problems["run"] = f"`{text}` is no run: runs are numbered from 0"


def _show(run: int) -> None:
    """Turn to the start of a run; what was refused before is out of the field."""
    st.session_state.problems.pop("run", None)
    st.session_state.run_now, st.session_state.round_now = run, 0


def _go(by: int) -> None:
    _show(st.session_state.run_now + by)


def _another() -> None:
    try:
        result = state.ensemble(state.edits().loaded, state.runs(), state.seed())
    except ParleyError as error:
        st.session_state.problems["run"] = str(error)
        return
    now = st.session_state.run_now
    _show(next_like(result, now) if now < result.n else 0)


def _ending(story: Story, loaded: Loaded) -> None:
    which = "with your changes" if loaded.changes else "of the scenario as it is"
    st.markdown(f"Run **{story.run}** {which} ends as: **{CODE_TITLES[story.outcome]}**.")


def _steps(last: int) -> None:
    now = st.session_state.round_now
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Previous round", on_click=_step, args=(-1,), disabled=now == 0)
        st.button("Next round", on_click=_step, args=(1,), disabled=now == last, type="primary")
        st.markdown(f"Round {now + 1} of {last + 1}")


def _step(by: int) -> None:
    st.session_state.round_now += by


def _round(story: Story, now: Round, loaded: Loaded) -> None:
    s = loaded.scenario
    st.subheader(now.title)
    parties = [party.title for party in s.parties.values()]
    left, right = st.columns(2)
    with left:
        st.markdown("**Who said what, and why it was refused**")
        # Lines come indented by depth; the first is the title shown above.
        st.html("".join(_line(line) for line in now.lines[1:]))
    with right:
        st.markdown("**Positions**")
        state.chart(charts_run.positions(now.stakes, parties, now.zones), "positions")
        st.caption(
            "Bar: from a party's demand to the least it can live with. Mark: its latest offer. "
            "Shaded: points of this one issue that all could live with. A package may trade one issue for another."
        )
        zones = [(s.baskets[b].title, "exists" if zone else "does not exist") for b, zone in now.packages.items()]
        if zones:
            st.html(STYLE + table("", ("Still open", "A package above every floor"), zones, text=True))
    left, right = st.columns(2)
    with left:
        st.markdown("**Trust**")
        state.chart(charts_run.trust(story.trust, now.planned), "trust")
        st.caption("Upright line: the round on show.")
    with right:
        st.markdown("**Incidents and rounds**")
        rounds = [{"kind": "Planned rounds", "day": r.day, "held": r.held} for r in story.rounds]
        state.chart(charts_run.incidents(story.incidents, rounds, now.day, story.horizon), "incidents")
        st.caption(
            "Tick: an incident. Dot: a planned round, hollow where it was not held. Upright line: the round on show."
        )
    with st.expander("What the scales mean"):
        ends = [(i.title, i.options[0].label, i.options[-1].label) for i in s.issues.values()]
        st.html(STYLE + table("", ("Issue", "At 0", "At 1"), ends, text=True))
    with st.expander("How the run ended"):
        st.html("".join(_line(line) for line in story.ending))


def _line(line: str) -> str:
    from html import escape

    depth = (len(line) - len(line.lstrip())) // 2
    return f'<p style="margin:0.15rem 0 0.15rem {1.2 * max(depth - 1, 0):g}rem">{escape(line.strip())}</p>'
