"""View `Watch a run`: play a run round by round, alone or beside the same draws without the reader's changes."""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

import pandas as pd
import streamlit as st

from sim.app import charts_run, state
from sim.app.chart_element import show_chart, write_key
from sim.app.escape import escape_markdown
from sim.app.identity import hash_scenario
from sim.app.single_run import Bools, Round, Story, describe_divergence, find_next_run, list_endings, record_run
from sim.app.tables import STYLE, format_table
from sim.app.theme import list_colours
from sim.core.errors import ParleyError
from sim.scenario.ladder import build_ladder
from sim.scenario.load import Loaded

SPEEDS = {"slow": 1.0, "usual": 2.0, "fast": 5.0, "very fast": 10.0}
"""Rounds a second."""
PACKAGE = "A package all would accept now, with distrust and exposure"
"""Heading of whether a package exists that gives every party at least what distrust and exposure leave it to ask."""
AS_IT_IS, CHANGED = "The scenario as it is", "With your changes"


class Version(NamedTuple):
    """One of the versions that are watched: its heading, its scenario, its run."""

    heading: str
    loaded: Loaded
    story: Story


@st.cache_resource(max_entries=64, show_spinner=False)
def _record_run(key: str, _loaded: Loaded, seed: int, run: int) -> Story:
    """Record a run once for each key."""
    return record_run(_loaded, seed, run)


@st.cache_resource(max_entries=64, show_spinner=False)
def _find_divergence(keys: tuple[str, str], _base: Loaded, _loaded: Loaded, seed: int, run: int) -> tuple[int, str]:
    """Find where two runs part, once for each pair."""
    return describe_divergence(_base, _loaded, seed, run)


def show() -> None:
    """Show the view."""
    edits, session = state.get_edits(), st.session_state
    state.show_title("Watch a run")
    session.setdefault("run_now", 0)
    session.setdefault("round_now", 0)
    st.markdown(f"**{escape_markdown(edits.base.scenario.title)}**")
    which = _choose_run()
    pairs = {AS_IT_IS: edits.base, CHANGED: edits.loaded}
    chosen = {heading: pairs[heading] for heading in (list(pairs) if which == "both" else [which])}
    try:
        stories = {
            heading: _record_run(hash_scenario(loaded), loaded, state.get_seed(), session.run_now)
            for heading, loaded in chosen.items()
        }
        part = (0, "")
        if len(chosen) == 2:
            keys = (hash_scenario(edits.base), hash_scenario(edits.loaded))
            part = _find_divergence(keys, edits.base, edits.loaded, state.get_seed(), session.run_now)
    except ParleyError as error:
        st.error(escape_markdown(error))
        return
    versions = [Version(heading, chosen[heading], story) for heading, story in stories.items()]
    _show_endings(versions, part[1])
    if not any(version.story.rounds for version in versions):
        st.info("No round was planned in this run.")
        return
    session.playing_skip = True
    every = 1 / SPEEDS[session.get("speed", "usual")] if session.get("playing") else None
    st.fragment(_show_player, run_every=every)(versions, part[0])
    with st.expander("What the scales mean"):
        issues = edits.base.scenario.issues.values()
        ends = [(i.title, i.options[0].label, i.options[-1].label) for i in issues]
        st.html(STYLE + format_table("", ("Issue", "At 0", "At 1"), ends, text=True))
    for version in versions:
        with st.expander(f"How the run ended: {version.heading[0].lower()}{version.heading[1:]}"):
            st.html("".join(map(_format_line, version.story.ending)))


# The choice of run


def _choose_run() -> str:
    """Show the choice of run and version; return the heading of the version, or `both`."""
    changed = bool(state.get_edits().changes)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.session_state.run_text = str(st.session_state.run_now)
        st.text_input("Run", key="run_text", on_change=_show_entry, width=100)
        st.button("Next run", on_click=_show_run, args=(st.session_state.run_now + 1,))
        _show_search(changed)
        options = {"both": "both, side by side", CHANGED: "with your changes", AS_IT_IS: "as it is"}
        if not changed:
            st.caption("Change the scenario to watch a run with and without the change side by side.")
            which = AS_IT_IS
        else:
            which = st.selectbox("Watch", list(options), key="watched", format_func=options.__getitem__, width=220)
    state.show_error("run")
    return which


def _show_search(changed: bool) -> None:
    """Show the search for a run by how it goes."""
    try:
        endings = _list_endings(changed)
    except ParleyError:
        return
    words = {name: f"{name} ({int(runs.sum()):,} of {runs.size:,})" for name, runs in endings.items()}
    st.selectbox(
        "Find a run that …", list(words), index=None, key="ending", format_func=words.__getitem__,
        placeholder="choose how it goes", on_change=_search, args=(changed,), width=330,
    )  # fmt: skip
    none = st.session_state.get("ending") is None
    why = "Choose first how the run goes." if none else None
    st.button("Find the next", on_click=_search, args=(changed,), disabled=none, help=why)


def _list_endings(changed: bool) -> dict[str, Bools]:
    """List how runs of the present scenario go. Raises ParleyError."""
    edits = state.get_edits()
    scenarios = [edits.loaded, edits.base] if changed else [edits.base]
    return list_endings(*(state.get_ensemble(loaded, state.get_runs(), state.get_seed()) for loaded in scenarios))


def _search(changed: bool) -> None:
    """Turn to the next run that goes as chosen."""
    name = st.session_state.ending
    endings = _list_endings(changed)
    if name in endings:
        _show_run(find_next_run(endings[name], st.session_state.run_now))


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
    st.session_state.run_now, st.session_state.round_now, st.session_state.playing = run, 0, False


def _show_endings(versions: list[Version], divergence: str) -> None:
    """Show how the run ends in each version, and where the versions part."""
    for version in versions:
        outcome = build_ladder(version.loaded.scenario.outcomes).by_code[version.story.outcome]
        label = escape_markdown(outcome)
        st.markdown(f"{version.heading}, run **{version.story.run}** ends as: **{label}**.")
    if divergence:
        st.markdown(escape_markdown(divergence))


# Playing


def _show_player(versions: list[Version], part: int) -> None:
    """Show the controls of the player and the present round; runs by itself while it plays."""
    session = st.session_state
    if session.pop("pace_changed", False):
        st.rerun()  # the whole page sets the pace
    last = max(len(version.story.rounds) for version in versions) - 1
    if session.get("playing") and not session.playing_skip:
        session.round_now += 1
    session.playing_skip = False
    if session.round_now >= last and session.get("playing"):
        session.playing = False
        session.round_now = last
        st.rerun()
    session.round_now = min(session.round_now, last)
    _show_controls(last, part)
    columns = st.columns(len(versions)) if len(versions) > 1 else [st.container()]
    for column, version in zip(columns, versions, strict=True):
        with column:
            _show_version(version, session.round_now, part, versions)


def _show_controls(last: int, part: int) -> None:
    """Show the buttons, the speed and the line of rounds."""
    session = st.session_state
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if session.get("playing"):
            st.button("Pause", on_click=_play, args=(False,), type="primary", icon=":material/pause:")
        else:
            st.button("Play", on_click=_play, args=(True, last), type="primary", icon=":material/play_arrow:")
        first, final = session.round_now == 0, session.round_now == last
        why = "This is the first round." if first else None
        st.button("Previous round", on_click=_step, args=(-1,), disabled=first, help=why)
        why = "This is the last round." if final else None
        st.button("Next round", on_click=_step, args=(1,), disabled=final, help=why)
        session.setdefault("speed", "usual")
        session.speed = session.speed
        st.selectbox("Speed", list(SPEEDS), key="speed", width=130)
        st.markdown(f"Round {session.round_now + 1} of {last + 1}")
        if part:
            st.button(f"To round {part}, where they part", on_click=_go, args=(min(part - 1, last),))
    if last and session.get("playing"):
        # A slider that the page moves ten times a second would report old places as the reader's.
        st.progress(session.round_now / last)
    elif last:
        session.round_slider = session.round_now + 1
        st.slider("Round", 1, last + 1, key="round_slider", on_change=_scrub, label_visibility="collapsed")


def _play(playing: bool, last: int = 0) -> None:
    """Start or stop; at the end it starts over."""
    session = st.session_state
    session.playing = playing
    if playing and session.round_now >= last:
        session.round_now = 0
    session.pace_changed = True


def _step(by: int) -> None:
    """Turn to another round."""
    _go(st.session_state.round_now + by)


def _go(to: int) -> None:
    """Turn to a round and pause."""
    session = st.session_state
    session.pace_changed = bool(session.get("playing"))
    session.round_now, session.playing = to, False


def _scrub() -> None:
    """Turn to the round of the slider; while the run plays there is none, and the browser may still report its end."""
    if not st.session_state.get("playing"):
        _go(st.session_state.round_slider - 1)


# A round


def _show_version(version: Version, at: int, part: int, versions: list[Version]) -> None:
    """Show a round of one of the versions, whose charts have the same scales."""
    s, story, stories, beside = version.loaded.scenario, version.story, [v.story for v in versions], len(versions) > 1
    if beside:
        st.header(version.heading, anchor=False)
    if not story.rounds:
        st.info("No round was planned.")
        return
    over = at >= len(story.rounds)
    now = story.rounds[min(at, len(story.rounds) - 1)]
    title = escape_markdown(now.title)
    if over:
        st.markdown(f"**{title}** was the last round of this run.")
    else:
        st.markdown(f"**{title}**{' · here they part' if part == now.planned else ''}")
    parties = [party.title for party in s.parties.values()]
    key = version.heading
    _draw(charts_run.plot_line_of_days(*stories), charts_run.list_days(story, now, part), f"days:{key}")
    ring = "; ring: here they part" if 0 < part <= len(story.rounds) else ""
    st.caption(f"Filled: held; hollow: postponed{ring}.")
    areas = [st.container(), st.container()] if beside else st.columns(2)
    with areas[0]:
        st.markdown("**Positions**")
        issues = [row["issue"] for row in story.rounds[0].stakes]
        rows = charts_run.list_positions(story, now)
        st.html(write_key(list(zip(parties, list_colours(len(parties)), strict=True)), shapes=True))
        _draw(charts_run.plot_positions(issues, parties), rows, f"positions:{key}")
        st.caption(
            "Bar: from demand to reservation value. Large mark: latest offer; small ones: earlier offers. "
            "Shaded: what all could accept on this issue alone by their reservation values; a package may trade one "
            "issue for another, while distrust and exposure let parties ask for more than their reservation values."
        )
    with areas[1]:
        st.markdown("**Who said what, and why it was refused**")
        # Lines are indented by depth; the first one is the title above.
        st.html("".join(map(_format_line, now.lines[1:])))
        st.markdown("**Trust**")
        of = _choose_giver(charts_run.list_givers(stories), key)
        _draw(charts_run.plot_trust(stories, parties, of), charts_run.list_trust(story, now, of), f"trust:{key}:{of}")
        _show_packages(now, version.loaded)


def _choose_giver(givers: list[str], version: str) -> str:
    """Choose the party whose trust is drawn, the same in all versions; empty where all pairs are drawn at once."""
    if not givers:
        return ""
    session, key = st.session_state, f"giver:{version}"
    if session.get("giver") not in givers:
        session.giver = givers[0]
    session[key] = session.giver
    st.selectbox("Trust of", givers, key=key, on_change=_set_giver, args=(key,))
    return str(session.giver)


def _set_giver(key: str) -> None:
    """Take the party whose trust is drawn."""
    st.session_state.giver = st.session_state[key]


def _draw(spec: charts_run.Spec, rows: list[charts_run.Row], key: str) -> None:
    """Draw a chart whose form stays while its rows change, so that it moves instead of being drawn anew."""
    whole = {**spec, "datasets": {"rows": pd.DataFrame(rows)}}
    show_chart(whole, key=key)


def _show_packages(now: Round, loaded: Loaded) -> None:
    """Show for every open basket whether a package exists that all could accept."""
    titles = {name: basket.title for name, basket in loaded.scenario.baskets.items()}
    zones = [(titles[b], "exists" if zone else "does not exist") for b, zone in now.packages.items()]
    if zones:
        st.html(STYLE + format_table("", ("Still open", PACKAGE), zones, text=True))


def _format_line(line: str) -> str:
    """Format a line of the narrative as HTML, indented by its depth; labels between backticks are in italics."""
    depth = (len(line) - len(line.lstrip())) // 2
    text = re.sub(r"`([^`]+)`", r"<i>\1</i>", escape(line.strip()))
    return f'<p style="margin:0.15rem 0 0.15rem {1.2 * max(depth - 1, 0):g}rem">{text}</p>'
