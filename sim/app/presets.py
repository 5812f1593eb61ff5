"""Controls in words: where, who mediates and how, incidents, time and trust, each as a choice of a few settings."""

from __future__ import annotations

from sim.app.controls import WHY, Changes, Choice
from sim.scenario.numbers import Number
from sim.scenario.schema import Scenario

WORDS = "In words"
"""Group of these controls."""
STYLES = {
    "none": "attends and does nothing",
    "facilitation": "carries messages and arranges rounds",
    "formulation": "drafts texts of its own",
    "manipulation": "offers rewards and threatens to leave",
}
"""Styles of mediation, each with what it means."""


def list_presets(s: Scenario) -> list[Choice]:
    """List the controls in words that a scenario has use for."""
    presets = [_make_style(s, name) for name in s.mediators]
    if s.incidents:
        presets.append(_make_incidents(s))
    presets.append(_make_time(s))
    presets.append(_make_trust(s))
    return [preset for preset in presets if len(preset.options) > 1]


def _make_style(s: Scenario, name: str) -> Choice:
    """One style instead of the mix of a scenario."""
    options: dict[str, Changes] = {"as in the scenario": {}}
    for style, meaning in STYLES.items():
        values = {f"mediators.{name}.styles.{other}": 0.9 if other == style else 0 for other in list(STYLES)[1:]}
        options[f"{style}: {meaning}"] = values
    return Choice(f"{name}.style", f"Style of {s.mediators[name].title}", WORDS, options)


def _make_incidents(s: Scenario) -> Choice:
    """No incidents, or twice as many."""
    none = {f"incidents.{kind}.rate": 0 for kind in s.incidents}
    double = {f"incidents.{kind}.rate": scale(i.rate, 2) for kind, i in s.incidents.items() if i.rate}
    return Choice("incidents", "Incidents", WORDS, {"as in the scenario": {}, "none": none, "twice as many": double})


def _make_time(s: Scenario) -> Choice:
    """Half the days, or twice as many."""
    days, path = s.calendar.horizon, "calendar.horizon"
    options = {f"{round(days.high * by)} days": {path: round(days.high * by)} for by in (0.5, 2)}
    return Choice("time", "Time", WORDS, {f"as in the scenario ({days.format_range()} days)": {}, **options})


def _make_trust(s: Scenario) -> Choice:
    """Little or much trust of every party in every other."""
    pairs = [f"parties.{p}.trust.{q}" for p, party in s.parties.items() for q in party.trust if q in s.parties]
    levels = {"little (0.1)": 0.1, "much (0.8)": 0.8} if pairs else {}
    options = {word: Changes(dict.fromkeys(pairs, level)) for word, level in levels.items()}
    return Choice("trust", "Trust at the start", WORDS, {"as in the scenario": {}, **options})


def scale(number: Number, by: float) -> object:
    """Scale a number or the ends of its range."""
    low, high = number.low * by, number.high * by
    if low == high:
        return low
    ends = [low, number.mode * by, high] if number.shape == "triangular" and number.mode is not None else [low, high]
    return {"assumed": ends, "why": WHY}
