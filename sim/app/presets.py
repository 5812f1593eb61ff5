"""Controls in words: how mediators work, incidents, time, trust and pain, each as a choice of a few settings."""

from __future__ import annotations

from sim.app.controls import MEDIATION, WHY, Changes, Choice
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
SURGE = 3
"""Rise of the rate of incidents in a surge; the rate is then up to four times the usual one."""
LEANING = 0.6
"""Leaning of a mediator toward one party, and away from the others."""


def list_presets(s: Scenario) -> list[Choice]:
    """List the controls in words that a scenario has use for."""
    presets = [make(s, name) for name in s.mediators for make in (_make_style, _make_leaning)]
    if s.incidents:
        presets.append(_make_incidents(s))
    presets.append(_make_time(s))
    presets.append(_make_trust(s))
    presets.append(_make_pain(s))
    return [preset for preset in presets if len(preset.options) > 1]


def _make_style(s: Scenario, name: str) -> Choice:
    """One style instead of the mix of a scenario."""
    options: dict[str, Changes] = {"as in the scenario": {}}
    for style, meaning in STYLES.items():
        values = {f"mediators.{name}.styles.{other}": 0.9 if other == style else 0 for other in list(STYLES)[1:]}
        options[f"{style}: {meaning}"] = values
    return Choice(f"{name}.style", f"Style of {s.mediators[name].title}", MEDIATION, options)


def _make_leaning(s: Scenario, name: str) -> Choice:
    """Even-handed, or on the side of one party."""
    mediator = s.mediators[name]
    paths = {party: f"mediators.{name}.leaning.{party}" for party in mediator.leaning if party in s.parties}
    options: dict[str, Changes] = {"as in the scenario": {}, "even-handed": dict.fromkeys(paths.values(), 0)}
    for side in paths:
        values = {path: LEANING if party == side else -LEANING for party, path in paths.items()}
        options[f"leans to {s.parties[side].title}"] = values
    return Choice(f"{name}.leaning", f"Leaning of {mediator.title}", MEDIATION, options if len(paths) > 1 else {"": {}})


def _make_incidents(s: Scenario) -> Choice:
    """No incidents, twice as many, or a surge where agreement is near."""
    none = {f"incidents.{kind}.rate": 0 for kind in s.incidents}
    double = {f"incidents.{kind}.rate": scale(i.rate, 2) for kind, i in s.incidents.items() if i.rate}
    surge = {f"incidents.{kind}.surge": SURGE for kind in s.incidents}
    options: dict[str, Changes] = {"as in the scenario": {}, "none": none, "twice as many": double}
    options["a surge before rounds: up to four times as many where agreement looks likely"] = surge
    return Choice("incidents", "Incidents", WORDS, options)


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


def _make_pain(s: Scenario) -> Choice:
    """Whether the pain of a stalemate moves parties."""
    path, weight = "behaviour.pain.weight", s.behaviour.pain.weight
    options: dict[str, Changes] = {
        "as in the scenario": {},
        "none: a stalemate moves nobody": {path: 0},
        "strong: it moves parties twice as much": {path: scale(weight, 2)},
    }
    return Choice("pain", "Pain of a stalemate", WORDS, options)


def scale(number: Number, by: float) -> object:
    """Scale a number or the ends of its range."""
    low, high = number.low * by, number.high * by
    if low == high:
        return low
    ends = [low, number.mode * by, high] if number.shape == "triangular" and number.mode is not None else [low, high]
    return {"assumed": ends, "why": WHY}
