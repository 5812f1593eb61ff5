"""Controls made from a scenario: which numbers and choices a reader may move, between which ends, and why so."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sim.app.bounds import bounds
from sim.scenario.ledger import ledger
from sim.scenario.load import Loaded
from sim.scenario.numbers import Number, numbers_in
from sim.scenario.schema import Scenario

Changes = dict[str, Any]
"""Values put at dotted paths, as `Loaded.changed` takes them."""

WHY = "set on the interactive page"


@dataclass(frozen=True)
class Slider:
    """A number or range at `path`, `low` to `high` in the scenario, that may be moved from `least` to `most`."""

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
        """The changes with this range in them; back at the scenario's own ends the change is taken out."""
        left = {path: value for path, value in changes.items() if path != self.path}
        if math.isclose(low, self.low, abs_tol=self.step / 2) and math.isclose(high, self.high, abs_tol=self.step / 2):
            return left
        if low == high:
            return left | {self.path: low}
        inside = self.mode is not None and low <= self.mode <= high
        return left | {self.path: {"assumed": [low, self.mode, high] if inside else [low, high], "why": WHY}}

    def ends(self, changes: Changes) -> tuple[float, float]:
        """The range as it stands under the changes."""
        value = changes.get(self.path)
        if value is None:
            return self.low, self.high
        if isinstance(value, dict):
            ends = value.get("assumed", [value.get("value", self.low)])
            return float(ends[0]), float(ends[-1])
        return float(value), float(value)


@dataclass(frozen=True)
class Choice:
    """One of several settings. `options` maps what is shown to the changes it makes; the first makes none."""

    key: str
    label: str
    group: str
    options: dict[str, Changes] = field(hash=False)

    def put(self, changes: Changes, option: str) -> Changes:
        """The changes with this option chosen."""
        own = {path for change in self.options.values() for path in change}
        return {path: value for path, value in changes.items() if path not in own} | self.options[option]

    def chosen(self, changes: Changes) -> str:
        """The option that stands under the changes: of those that do, the one with most to say."""
        fits = [name for name, c in self.options.items() if all(changes.get(path) == v for path, v in c.items())]
        return max(fits, key=lambda name: len(self.options[name]))


@dataclass(frozen=True)
class Mandate:
    """The level a party's delegates need for a basket. All of a party's mandates are one value of the scenario."""

    party: str
    basket: str
    label: str
    group: str
    levels: tuple[str, ...]
    own: tuple[dict[str, Any], ...] = field(hash=False)

    @property
    def path(self) -> str:
        """Where the scenario keeps the party's mandates."""
        return f"parties.{self.party}.mandate"

    def put(self, changes: Changes, level: str) -> Changes:
        """The changes with this level asked for from the start on, whatever was dated before."""
        if level == self.chosen(changes):
            return changes
        kept = []
        for entry in changes.get(self.path, self.own):
            left = [name for name in entry["baskets"] if name != self.basket]
            kept += [{**entry, "baskets": left}] if left else []
        if level != self.levels[0]:
            kept.append({"baskets": [self.basket], "level": level, "assumed": WHY})
        left_over = {path: value for path, value in changes.items() if path != self.path}
        return left_over if kept == list(self.own) else left_over | {self.path: kept}

    def chosen(self, changes: Changes) -> str:
        """The level last asked for; the lowest where none is."""
        entries = [entry for entry in changes.get(self.path, self.own) if self.basket in entry["baskets"]]
        last: str = max(entries, key=lambda e: str(e.get("since") or ""))["level"] if entries else self.levels[0]
        return last


Control = Slider | Choice | Mandate


def controls(loaded: Loaded) -> list[Control]:
    """The controls that every scenario gets: evidence, venue, mediators, incidents, mandates, trust, patience."""
    s = loaded.scenario
    sliders = all_sliders(loaded)
    found: list[Control] = [*_evidence(s, loaded), _venue(s)]
    for name in s.mediators:
        own = f"mediators.{name}."
        found += [_seat(s, name), *(x for x in sliders if x.group == "Mediators" and x.path.startswith(own))]
    return found + _mandates(s, loaded) + [slider for slider in sliders if slider.group not in (OTHER, "Mediators")]


def _seat(s: Scenario, name: str) -> Choice:
    mediator, ways = s.mediators[name], {"always": "always", "hosted": "only where it hosts"}
    first = {ways[mediator.attends]: Changes()}
    rest = {ways[w]: {f"mediators.{name}.attends": w} for w in ways if w != mediator.attends}
    return Choice(f"{name}.attends", f"{mediator.title} at the table", "Mediators", first | rest)


def remark(control: Choice, s: Scenario) -> str:
    """Which controls of a mediator do nothing as the scenario stands, to be said where its seat is chosen."""
    mediator = s.mediators.get(control.key.removesuffix(".attends"))
    if mediator is None:
        return ""
    said = []
    if mediator.attends == "hosted":
        own = ", ".join(v.title for v in s.venues.values() if v.host and s.mediators.get(v.host) is mediator)
        where = f" ({own}): elsewhere" if own else ", and it hosts none of these venues:"
        said.append(f"Sits in only where it hosts{where} its formulation and leaning change nothing.")
    if mediator.leverage.high == mediator.guarantee.high == 0:
        said.append("It has neither leverage nor guarantee: its manipulation changes nothing.")
    return " ".join(said)


def _evidence(s: Scenario, loaded: Loaded) -> list[Control]:
    record = loaded.documents()
    if s.evidence is None or record is None:
        return []
    names = {"all": "all documents", "own": "own statements of each side only"}
    media = sorted({source.perspective for source in record.sources.values() if source.perspective})
    names |= {name: f"media of one perspective: {name}" for name in media}
    ordered = [s.evidence.admit, *(name for name in names if name != s.evidence.admit)]
    options = {names[n]: {"evidence.admit": n} if k else Changes() for k, n in enumerate(ordered)}
    return [Choice("evidence.admit", "Documents that count", "Documents", options)]


def _venue(s: Scenario) -> Choice:
    rule, order = s.venue_choice.rule, s.venue_choice.order or list(s.venues)
    fixed = {f"always {s.venues[v].title}": _at("fixed", [v]) for v in s.venues}
    options = {"the most acceptable": _at("most_acceptable", []), "in turn": _at("rotating", list(s.venues)), **fixed}
    titles = {"most_acceptable": "the most acceptable", "rotating": "in turn"}
    current = titles.get(rule) or f"always {s.venues[order[0]].title}"
    rest = {name: change for name, change in options.items() if name != current}
    return Choice("venue_choice", "Where rounds are held", "Venue", {current: Changes()} | rest)


def _at(rule: str, order: list[str]) -> Changes:
    return {"venue_choice.rule": rule, "venue_choice.order": order}


def _mandates(s: Scenario, loaded: Loaded) -> list[Control]:
    found: list[Control] = []
    for p, party in s.parties.items():
        own = tuple(loaded.data["parties"][p].get("mandate", []))
        for b, basket in s.baskets.items():
            if not party.observer and any(s.issues[i].basket == b for i in party.issues):
                label = f"{party.title}: level needed for {basket.title}"
                found.append(Mandate(p, b, label, "Mandates", tuple(s.levels), own))
    return found


OTHER = "Other assumptions"


def all_sliders(loaded: Loaded) -> list[Slider]:
    """A slider for every number that a path can reach, with the group it is shown in."""
    s = loaded.scenario
    titles = {entry.path: f"{group.title}: {entry.name}" for group in ledger(loaded) for entry in group.entries}
    found = []
    for steps, number in numbers_in(s):
        path = ".".join(steps)
        if path.split(".")[-1] in ("max_steps", "exchanges_per_round", "postponement_limit"):
            continue
        group = _group(steps)
        label = _label(s, steps) if group != OTHER else titles.get(path, path)
        found.append(_slider(steps, label, group, number))
    return found


def _group(steps: tuple[str, ...]) -> str:
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


def _label(s: Scenario, steps: tuple[str, ...]) -> str:
    """Words for the controls that every scenario gets."""
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


def _slider(steps: tuple[str, ...], label: str, group: str, number: Number) -> Slider:
    least, most, step = bounds(steps, number)
    mode = number.mode if number.shape == "triangular" else None
    why = number.why or (f"{number.source}, {number.locator}" if number.source else "")
    about = f"{number.provenance}: {why}"
    return Slider(".".join(steps), label, group, number.low, number.high, mode, least, most, step, about)


def search(sliders: list[Slider], words: str) -> Iterator[Slider]:
    """Sliders whose label, path or reason holds every one of the words."""
    wanted = words.lower().split()
    for slider in sliders:
        text = f"{slider.label} {slider.path} {slider.why}".lower()
        if all(word in text for word in wanted):
            yield slider
