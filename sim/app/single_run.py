"""One run recorded round by round: what each party wanted, offered and felt, what happened, who said what and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sim.agents.model import NegotiationModel
from sim.agents.report import has_zone, report_run
from sim.app.explore import Result
from sim.core.columns import run_columns
from sim.core.layout import Floats
from sim.narrative.narrator import Narrator
from sim.narrative.titles import Words
from sim.rules.outcome import CODES, REASONS
from sim.scenario.load import Loaded
from sim.scenario.resolve import resolve

Row = dict[str, Any]


@dataclass
class Round:
    """A planned round, or what followed the last one. `lines` is the telling; `stakes` one row a party and issue."""

    title: str
    day: float
    planned: int = 0
    held: bool = False
    lines: list[str] = field(default_factory=list)
    stakes: list[Row] = field(default_factory=list)
    zones: list[Row] = field(default_factory=list)
    packages: dict[str, bool] = field(default_factory=dict)
    offers: list[Row] = field(default_factory=list)


@dataclass
class Story:
    """A run: its opening lines, its rounds, trust and incidents over all of it, and how it ended."""

    run: int
    horizon: float
    opening: list[str]
    rounds: list[Round]
    trust: list[Row]
    incidents: list[Row]
    ending: list[str]
    outcome: str
    blocked: dict[str, str]


def record(loaded: Loaded, seed: int, run: int) -> Story:
    """Play run `run` on the reference engine: the same run, to the bit, as in the ensemble under that seed."""
    problem = resolve(loaded.scenario, seed)
    ear = _Ear(loaded)
    ear.narrator.open(seed, run)
    opening = ear.cut()
    model = NegotiationModel(problem, run, run, notify=ear.hear)
    while model.running:
        ear.begin()
        model.step()
        ear.end(model)
    ear.narrator.close(model)
    row = dict(zip((name for name, _ in run_columns(model.names)), report_run(model), strict=True))
    blocked = {basket: REASONS[int(row[f"blocked_{basket}"])] for basket in model.names.baskets}
    outcome = CODES[int(row["outcome"])]
    horizon = float(model.day)
    return Story(run, horizon, opening, ear.rounds, ear.trust, ear.incidents, ear.cut(), outcome, blocked)


class _Ear:
    """Hears what the model tells and sorts it by round."""

    def __init__(self, loaded: Loaded):
        self.loaded = loaded
        self.words = Words(loaded.scenario)
        self.narrator = Narrator(self.words)
        self.rounds: list[Round] = []
        self.trust: list[Row] = []
        self.incidents: list[Row] = []
        self._facts: dict[str, list[Row]] = {}
        self._read = self._planned = 0

    def hear(self, event: str, facts: Row) -> None:
        self.narrator.hear(event, facts)
        self._facts.setdefault(event, []).append(facts)

    def cut(self) -> list[str]:
        """The lines told since the last call."""
        lines = [line for line in self.narrator.lines[self._read :] if line]
        self._read = len(self.narrator.lines)
        return lines

    def begin(self) -> None:
        self._facts = {}

    def end(self, model: NegotiationModel) -> None:
        for facts in self._facts.get("incident", []):
            self.incidents.append({"kind": self.words.incident(facts["type"]), "day": facts["day"]})
        if "planned" not in self._facts:
            return
        self._planned += 1
        facts = self._facts["planned"][0]
        where = self.words.venue(facts["venue"])
        day = self.words.day(model.day)
        found = Round(f"Round {self._planned}, {day}, {where}", model.day, self._planned, "held" in self._facts)
        found.lines = self.cut()
        found.stakes, found.zones = stakes(model, self.loaded)
        found.packages = {b.name: bool(has_zone(model, b)) for b in model.baskets if b.open}
        found.offers = [self._offer(basket, by, offer) for basket, by, offer in self._offers()]
        for name, mood in facts["parties"].items():
            for other, value in mood["trust"].items():
                pair = f"{self.words.party(name)} in {self.words.party(other)}"
                self.trust.append({"round": self._planned, "pair": pair, "trust": value})
        self.rounds.append(found)

    def _offers(self) -> list[tuple[str, str, Row]]:
        return [(f["basket"], by, offer) for f in self._facts.get("offers", []) for by, offer in f["offers"].items()]

    def _offer(self, basket: str, by: str, offer: Row) -> Row:
        worth = {self.words.party(name): value for name, value in offer["worth"].items()}
        refused = [f for f in self._facts.get("refused", []) if f["basket"] == basket and f["by"] == by]
        why = self.narrator._why(refused[-1]) if refused else ""
        about = {"basket": self.words.basket(basket), "by": self.words.party(by)}
        return about | {"points": self.words.points(offer["points"]), "worth": worth, "why": why}


def stakes(model: NegotiationModel, loaded: Loaded) -> tuple[list[Row], list[Row]]:
    """Demand, reservation point and latest offer of each party on each issue; and, by issue, where all could agree."""
    s, rows, zones = loaded.scenario, list[Row](), list[Row]()
    for basket in model.baskets:
        for i in range(basket.lo, basket.hi):
            issue = s.issues[model.names.issues[i]].title
            low, high = 0.0, 1.0
            for party in basket.members:
                if model.names.issues[i] not in s.parties[party.name].issues:
                    continue
                d, r = _at(party.demand, i), _at(party.reservation, i)
                low, high = (max(low, r), high) if d > r else (low, min(high, r))
                title = s.parties[party.name].title
                row = {"issue": issue, "party": title, "demand": d, "reservation": r, "offer": _at(party.offer, i)}
                rows.append(row)
            if low <= high:
                zones.append({"issue": issue, "from": low, "to": high})
    return rows, zones


def _at(values: Floats, i: int) -> float:
    return float(values[i])


def next_like(result: Result, run: int) -> int:
    """The next run that ends with the same outcome as `run`, from the start again after the last; itself if none."""
    codes = result.codes("outcome")
    order = [*range(run + 1, len(codes)), *range(run)]
    return next((k for k in order if codes[k] == codes[run]), run)
