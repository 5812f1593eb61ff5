"""Controls made from a scenario: the numbers and choices that a reader may change, with bounds and reasons."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sim.scenario.ledger import build_ledger
from sim.scenario.load import Loaded
from sim.scenario.numbers import Number, iterate_numbers, make_convention
from sim.scenario.schema import Scenario
from sim.yamlio.validation import find_annotation

Changes = dict[str, Any]
"""Values at dotted paths, as `Loaded.with_changes` takes them."""

WHY = "set on the interactive page"
ELSE = "other (see What you changed)"
"""What a choice shows where the changes set what it sets, but to values of none of its options."""
MEDIATION = "Who mediates, and how"
"""Group of the choices about mediators."""


@dataclass(frozen=True)
class Slider:
    """A number or range at `path`: `low` to `high` in the scenario, `least` to `most` on the slider."""

    path: str
    label: str
    group: str
    low: float
    high: float
    mode: float | None
    least: float
    most: float
    step: float
    why: str

    def put(self, changes: Changes, low: float, high: float) -> Changes:
        """Return the changes with this range; the ends of the scenario remove the change."""
        others = {path: value for path, value in changes.items() if path != self.path}
        if math.isclose(low, self.low, abs_tol=self.step / 2) and math.isclose(high, self.high, abs_tol=self.step / 2):
            return others
        if low == high:
            return others | {self.path: low}
        inside = self.mode is not None and low <= self.mode <= high
        return others | {self.path: {"assumed": [low, self.mode, high] if inside else [low, high], "why": WHY}}

    def get_range(self, changes: Changes) -> tuple[float, float]:
        """Return the range under the changes."""
        value = changes.get(self.path)
        if value is None:
            return self.low, self.high
        if isinstance(value, dict):
            ends = value.get("assumed", [value.get("value", self.low)])
            return float(ends[0]), float(ends[-1])
        return float(value), float(value)


@dataclass(frozen=True)
class Choice:
    """One of several settings. `options` maps a label to the changes it makes; the first makes none."""

    key: str
    label: str
    group: str
    options: dict[str, Changes] = field(hash=False)

    def put(self, changes: Changes, option: str) -> Changes:
        """Return the changes with this option."""
        if option == ELSE:
            return changes
        own = {path for change in self.options.values() for path in change}
        return {path: value for path, value in changes.items() if path not in own} | self.options[option]

    def get_option(self, changes: Changes) -> str:
        """Return the option that agrees with the changes; of several, the one that sets most paths."""
        fits = [name for name, c in self.options.items() if all(changes.get(path) == v for path, v in c.items())]
        return max(fits, key=lambda name: len(self.options[name]))

    def list_shown(self, changes: Changes) -> tuple[list[str], str]:
        """List the options to show under the changes, and the present one: `ELSE` where no option has its values."""
        option = self.get_option(changes)
        own = {path for change in self.options.values() for path in change}
        others = [path for path in changes if path not in self.options[option]]
        if any(_overlap(path, mine) for path in others for mine in own):
            return [ELSE, *self.options], ELSE
        return list(self.options), option


@dataclass(frozen=True)
class Mandate:
    """The level that a party's delegates need for a basket. All mandates of a party are one value of the scenario."""

    party: str
    basket: str
    label: str
    group: str
    levels: tuple[str, ...]
    own: tuple[dict[str, Any], ...] = field(hash=False)

    @property
    def path(self) -> str:
        """Path of the party's mandates."""
        return f"parties.{self.party}.mandate"

    def put(self, changes: Changes, level: str) -> Changes:
        """Return the changes with this level required from the start, in place of any dated entries."""
        if level == self.get_option(changes):
            return changes
        entries = []
        for entry in changes.get(self.path, self.own):
            others = [name for name in entry["baskets"] if name != self.basket]
            entries += [{**entry, "baskets": others}] if others else []
        if level != self.levels[0]:
            entries.append({"baskets": [self.basket], "level": level, "assumed": WHY})
        rest = {path: value for path, value in changes.items() if path != self.path}
        return rest if entries == list(self.own) else rest | {self.path: entries}

    def get_option(self, changes: Changes) -> str:
        """Return the level required last; the lowest if none is."""
        entries = [entry for entry in changes.get(self.path, self.own) if self.basket in entry["baskets"]]
        last: str = max(entries, key=lambda e: str(e.get("since") or ""))["level"] if entries else self.levels[0]
        return last


def _overlap(one: str, two: str) -> bool:
    """Whether one path is the other, or leads to it."""
    return f"{one}.".startswith(f"{two}.") or f"{two}.".startswith(f"{one}.")


Control = Slider | Choice | Mandate


def list_controls(loaded: Loaded) -> list[Control]:
    """List the controls that every scenario has: evidence, venue, mediators, incidents, mandates, trust, patience."""
    s = loaded.scenario
    sliders = list_sliders(loaded)
    result: list[Control] = [*_list_evidence_choices(s, loaded), _make_venue_choice(s)]
    for name in s.mediators:
        own = f"mediators.{name}."
        result += [
            make_seat_choice(s, name),
            *(x for x in sliders if x.group == "Mediators" and x.path.startswith(own)),
        ]
    rest = [slider for slider in sliders if slider.group not in (OTHER, "Mediators")]
    return result + _list_mandates(s, loaded) + rest


def make_seat_choice(s: Scenario, name: str) -> Choice:
    """Whether a mediator always attends or only where it hosts."""
    mediator, ways = s.mediators[name], {"always": "always", "hosted": "only where it hosts"}
    first = {ways[mediator.attends]: Changes()}
    rest = {ways[w]: {f"mediators.{name}.attends": w} for w in ways if w != mediator.attends}
    return Choice(f"{name}.attends", f"{mediator.title} at the table", MEDIATION, first | rest)


def describe_idle_controls(control: Choice, s: Scenario) -> str:
    """Describe which controls of a mediator have no effect in the scenario; empty for other choices."""
    return describe_idle_mediator(control.key.removesuffix(".attends"), s)


def describe_idle_mediator(name: str, s: Scenario) -> str:
    """Describe what of a mediator has no effect in the scenario; empty where all has, and for other names."""
    mediator = s.mediators.get(name)
    if mediator is None:
        return ""
    remarks = []
    if mediator.attends == "hosted":
        own = ", ".join(v.title for v in s.venues.values() if v.host and s.mediators.get(v.host) is mediator)
        where = f" ({own}): elsewhere" if own else ", and it hosts none of these venues:"
        remarks.append(f"Sits in only where it hosts{where} its formulation and leaning change nothing.")
    if mediator.leverage.high == mediator.guarantee.high == 0:
        remarks.append("It has neither leverage nor guarantee: its manipulation changes nothing.")
    return " ".join(remarks)


def _list_evidence_choices(s: Scenario, loaded: Loaded) -> list[Control]:
    """Which documents count; none without documents."""
    record = loaded.load_record()
    if s.evidence is None or record is None:
        return []
    names = {"all": "all documents", "own": "own statements of each side only"}
    media = sorted({source.perspective for source in record.sources.values() if source.perspective})
    names |= {name: f"media of one perspective: {name}" for name in media}
    ordered = [s.evidence.admit, *(name for name in names if name != s.evidence.admit)]
    options = {names[n]: {"evidence.admit": n} if k else Changes() for k, n in enumerate(ordered)}
    return [Choice("evidence.admit", "Documents that count", "Documents", options)]


def _make_venue_choice(s: Scenario) -> Choice:
    """Where rounds are held."""
    rule, order = s.venue_choice.rule, s.venue_choice.order or list(s.venues)
    fixed = {f"always {s.venues[v].title}": _set_venues("fixed", [v]) for v in s.venues}
    options = {
        "the most acceptable": _set_venues("most_acceptable", []),
        "in turn": _set_venues("rotating", list(s.venues)),
        **fixed,
    }
    titles = {"most_acceptable": "the most acceptable", "rotating": "in turn"}
    current = titles.get(rule) or f"always {s.venues[order[0]].title}"
    rest = {name: change for name, change in options.items() if name != current}
    return Choice("venue_choice", "Where rounds are held", "Venue", {current: Changes()} | rest)


def _set_venues(rule: str, order: list[str]) -> Changes:
    """Build the changes that set the venue rule."""
    return {"venue_choice.rule": rule, "venue_choice.order": order}


def _list_mandates(s: Scenario, loaded: Loaded) -> list[Control]:
    """Mandates of every party on every basket it has an issue in."""
    mandates: list[Control] = []
    for p, party in s.parties.items():
        own = tuple(loaded.data["parties"][p].get("mandate", []))
        for b, basket in s.baskets.items():
            if not party.observer and any(s.issues[i].basket == b for i in party.issues):
                label = f"{party.title}: level needed for {basket.title}"
                mandates.append(Mandate(p, b, label, "Mandates", tuple(s.levels), own))
    return mandates


OTHER = "Other assumptions"


def list_sliders(loaded: Loaded) -> list[Slider]:
    """List a slider for every number that a path can reach, each with its group."""
    s = loaded.scenario
    titles = {entry.path: f"{group.title}: {entry.name}" for group in build_ledger(loaded) for entry in group.entries}
    sliders = []
    for steps, number in iterate_numbers(s):
        path = ".".join(steps)
        if path.split(".")[-1] in ("max_steps", "exchanges_per_round", "postponement_limit"):
            continue
        group = _choose_group(steps)
        label = _write_label(s, steps) if group != OTHER else titles.get(path, path)
        sliders.append(_make_slider(steps, label, group, number))
    return sliders


def _choose_group(steps: tuple[str, ...]) -> str:
    """Group of a number by its path."""
    match steps:
        case ("mediators", _, "styles" | "leaning", _):
            return "Mediators"
        case ("incidents", _, "rate" | "surge"):
            return "Incidents"
        case ("parties", _, "trust", _):
            return "Trust"
        case ("parties", _, "deadline"):
            return "Patience"
    return OTHER


def _write_label(s: Scenario, steps: tuple[str, ...]) -> str:
    """Label of a number outside the group `Other assumptions`."""
    match steps:
        case ("mediators", m, "leaning", p):
            return f"{s.mediators[m].title}: leaning toward {s.parties[p].title}"
        case ("mediators", m, _, style):
            return f"{s.mediators[m].title}: {style}"
        case ("incidents", k, "rate"):
            return f"{s.incidents[k].title}: number a day"
        case ("incidents", k, _):
            return f"{s.incidents[k].title}: surge before agreements"
        case ("parties", p, "trust", q):
            return f"Trust of {s.parties[p].title} in {s.parties[q].title}"
        case ("parties", p, *_):
            return f"{s.parties[p].title}: days until it would concede all"
    return " ".join(steps)


def _make_slider(steps: tuple[str, ...], label: str, group: str, number: Number) -> Slider:
    """Slider of a number with its bounds and provenance."""
    least, most, step = compute_bounds(steps, number)
    mode = number.mode if number.shape == "triangular" else None
    why = number.why or (f"{number.source}, {number.locator}" if number.source else "")
    about = f"{number.provenance}: {why}"
    return Slider(".".join(steps), label, group, number.low, number.high, mode, least, most, step, about)


def search_sliders(sliders: list[Slider], words: str) -> Iterator[Slider]:
    """Yield the sliders whose label, path or reason holds every word."""
    terms = words.lower().split()
    for slider in sliders:
        text = f"{slider.label} {slider.path} {slider.why}".lower()
        if all(term in text for term in terms):
            yield slider


# Ends of sliders


def compute_bounds(steps: tuple[str, ...], number: Number) -> tuple[float, float, float]:
    """Compute least, most and step of the slider of a number; values beyond the ends can be typed."""
    least, most = _propose_ends(steps, number)
    kind = find_annotation(Scenario, steps)
    if not _is_allowed(kind, most):
        least, most = max(least, -1.0), 1.0  # a number with an upper bound is a share, or lies between -1 and 1
    step = 10.0 ** math.floor(math.log10((most - least) / 100 + 1e-12) + 1e-9)
    if not _is_allowed(kind, least):
        least = min(step, number.low)
    return least, most, step


def _propose_ends(steps: tuple[str, ...], number: Number) -> tuple[float, float]:
    """Propose ends by the size of the number."""
    if "leaning" in steps:
        return -1.0, 1.0
    if number.low < 0:
        far = _round_up(2 * max(-number.low, number.high))
        return -far, far
    if number.high == 0 or 0.05 < number.high <= 1:
        return 0.0, 1.0
    return 0.0, _round_up(3 * number.high)


def _round_up(x: float) -> float:
    """Next of 1, 2, 5, 10 times a power of ten."""
    size: float = 10.0 ** math.floor(math.log10(x))
    return next(size * k for k in (1, 2, 5, 10) if size * k >= x * (1 - 1e-9))


@lru_cache(maxsize=1000)
def _is_allowed(kind: Any, value: float) -> bool:
    """Whether the schema accepts a value."""
    try:
        TypeAdapter(kind).validate_python(make_convention(value, "tried"))
    except ValidationError:
        return False
    return True
