"""View `One run`: step through a run round by round."""

from __future__ import annotations

import streamlit as st

from sim.app import charts_run, state
from sim.app.escape import escape_markdown
from sim.app.single_run import Round, Story, find_similar_run, record_run
from sim.app.tables import STYLE, format_table
from sim.core.errors import ParleyError
from sim.scenario.ladder import build_ladder
from sim.scenario.load import Loaded


@st.cache_resource(max_entries=64, show_spinner=False)
def _record_run(key: str, _loaded: Loaded, seed: int, run: int) -> Story:
    """Record a run once for each key."""
    return record_run(_loaded, seed, run)


def show() -> None:
    """Show the view."""
    from sim.scenario.dump import scenario_hash

    edits = state.get_edits()
    state.show_title("One run, round by round")
    st.session_state.setdefault("run_now", 0)
    st.session_state.setdefault("round_now", 0)
    as_it_is = _choose_run()
    loaded = edits.base if as_it_is else edits.loaded
    try:
        story = _record_run(scenario_hash(loaded), loaded, state.get_seed(), st.session_state.run_now)
    except ParleyError as error:
        st.error(escape_markdown(error))
        return
    _show_ending(story, loaded)
    if not story.rounds:
        st.info("No round was planned in this run.")
        return
    last = len(story.rounds) - 1
    st.session_state.round_now = min(st.session_state.round_now, last)
    _show_steps(last)
    _show_round(story, story.rounds[st.session_state.round_now], loaded)


def _choose_run() -> bool:
    """Show the choice of run; return whether to leave out the changes."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.session_state.run_text = str(st.session_state.run_now)
        st.text_input("Run", key="run_text", on_change=_show_entry, width=110)
        st.button("Another run like this", on_click=_show_similar, help="The next run that ends with the same outcome.")
        st.button("Next run", on_click=_go, args=(1,))
        changed = bool(state.get_edits().changes)
        as_it_is = st.checkbox(
            "The same draws with the scenario as it is", key="as_it_is", disabled=not changed,
            help="The same draws without your changes." if changed else "Change something on Explore first.",
        )  # fmt: skip
    state.show_error("run")
    return as_it_is and changed


def _show_entry() -> None:
    """Turn to the run whose number was typed."""
    run = state.parse_whole(st.session_state.run_text, 10**9)
    if run is not None:
        _show_run(run)
    else:
        text = st.session_state.run_text.strip()
        st.session_state.problems["run"] = f"`{text}` is not a run: runs are numbered from 0"


def _show_run(run: int) -> None:
    """Turn to the start of a run and clear the error of an earlier entry."""
    st.session_state.problems.pop("run", None)
    st.session_state.run_now, st.session_state.round_now = run, 0


def _go(by: int) -> None:
    """Turn to a later run."""
    _show_run(st.session_state.run_now + by)


def _show_similar() -> None:
    """Turn to the next run with the same outcome."""
    try:
        result = state.get_ensemble(state.get_edits().loaded, state.get_runs(), state.get_seed())
    except ParleyError as error:
        st.session_state.problems["run"] = str(error)
        return
    now = st.session_state.run_now
    _show_run(find_similar_run(result, now) if now < result.n else 0)


def _show_ending(story: Story, loaded: Loaded) -> None:
    """Show the outcome."""
    which = "with your changes" if loaded.changes else "of the scenario as it is"
    outcome = build_ladder(loaded.scenario.outcomes).by_code[story.outcome]
    st.markdown(f"Run **{story.run}** {which} ends as: **{escape_markdown(outcome)}**.")


def _show_steps(last: int) -> None:
    """Show the buttons that turn rounds."""
    now = st.session_state.round_now
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Previous round", on_click=_step, args=(-1,), disabled=now == 0)
        st.button("Next round", on_click=_step, args=(1,), disabled=now == last, type="primary")
        st.markdown(f"Round {now + 1} of {last + 1}")


def _step(by: int) -> None:
    """Turn to another round."""
    st.session_state.round_now += by


def _show_round(story: Story, now: Round, loaded: Loaded) -> None:
    """Show one round."""
    s = loaded.scenario
    st.subheader(escape_markdown(now.title), anchor=False)
    parties = [party.title for party in s.parties.values()]
    left, right = st.columns(2)
    with left:
        st.markdown("**Who said what, and why it was refused**")
        # Lines are indented by depth; the first one is the title above.
        st.html("".join(_format_line(line) for line in now.lines[1:]))
    with right:
        st.markdown("**Positions**")
        state.show_chart(charts_run.plot_positions(now.stakes, parties, now.zones), "positions")
        st.caption(
            "Bar: from a party's demand to its reservation value. Mark: its latest offer. "
            "Shaded: points of this issue that all parties could accept. A package may trade one issue for another."
        )
        zones = [(s.baskets[b].title, "exists" if zone else "does not exist") for b, zone in now.packages.items()]
        if zones:
            st.html(
                STYLE + format_table("", ("Still open", "A package above every reservation value"), zones, text=True)
            )
    left, right = st.columns(2)
    with left:
        st.markdown("**Trust**")
        state.show_chart(charts_run.plot_trust(story.trust, now.planned), "trust")
        st.caption("Vertical line: the present round.")
    with right:
        st.markdown("**Incidents and rounds**")
        rounds = [{"kind": "Planned rounds", "day": r.day, "held": r.held} for r in story.rounds]
        state.show_chart(charts_run.plot_incidents(story.incidents, rounds, now.day, story.horizon), "incidents")
        st.caption(
            "Tick: an incident. Dot: a planned round, hollow where it was not held. Vertical line: the present round."
        )
    with st.expander("What the scales mean"):
        ends = [(i.title, i.options[0].label, i.options[-1].label) for i in s.issues.values()]
        st.html(STYLE + format_table("", ("Issue", "At 0", "At 1"), ends, text=True))
    with st.expander("How the run ended"):
        st.html("".join(_format_line(line) for line in story.ending))


def _format_line(line: str) -> str:
    """Format a line of the narrative as HTML, indented by its depth."""
    from html import escape

    depth = (len(line) - len(line.lstrip())) // 2
    return f'<p style="margin:0.15rem 0 0.15rem {1.2 * max(depth - 1, 0):g}rem">{escape(line.strip())}</p>'
