"""One run recorded round by round: positions, offers, trust, incidents and the narrative."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.divergence import trace_divergence
from sim.agents import measures
from sim.agents.model import NegotiationModel
from sim.agents.report import report_run
from sim.app.explore import Result
from sim.core.columns import run_columns
from sim.core.jit import EPS
from sim.narrative.narrator import Narrator
from sim.narrative.titles import Titles
from sim.rules.outcome import REASONS
from sim.scenario.load import Loaded
from sim.scenario.resolve import resolve

Row = dict[str, Any]
Bools = npt.NDArray[np.bool_]


@dataclass
class Round:
    """A planned round. `lines` is its narrative; `stakes` has one row a party and issue."""

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
    """A run: opening lines, rounds, trust and incidents over all rounds, and its ending."""

    run: int
    horizon: float
    opening: list[str]
    rounds: list[Round]
    trust: list[Row]
    incidents: list[Row]
    ending: list[str]
    outcome: str
    blocked: dict[str, str]


def record_run(loaded: Loaded, seed: int, run: int) -> Story:
    """Play run `run` on the Mesa engine; it equals the run of the ensemble under that seed to the bit."""
    problem = resolve(loaded.scenario, seed)
    recorder = _Recorder(loaded)
    recorder.narrator.write_opening(seed, run)
    opening = recorder.take_lines()
    model = NegotiationModel(problem, run, run, notify=recorder.hear)
    while model.running:
        recorder.begin_step()
        model.step()
        recorder.end_step(model)
    recorder.narrator.write_ending(model)
    row = dict(zip((name for name, _ in run_columns(model.names)), report_run(model), strict=True))
    blocked = {basket: REASONS[int(row[f"blocked_{basket}"])] for basket in model.names.baskets}
    outcome = model.names.ladder.codes[int(row["outcome"])]
    horizon = float(model.day)
    return Story(
        run,
        horizon,
        opening,
        recorder.rounds,
        recorder.trust,
        recorder.incidents,
        recorder.take_lines(),
        outcome,
        blocked,
    )


class _Recorder:
    """Collects the events of a model by round."""

    def __init__(self, loaded: Loaded):
        self.loaded = loaded
        self.titles = Titles(loaded.scenario)
        self.narrator = Narrator(self.titles)
        self.rounds: list[Round] = []
        self.trust: list[Row] = []
        self.incidents: list[Row] = []
        self._facts: dict[str, list[Row]] = {}
        self._read = self._planned = 0

    def hear(self, event: str, facts: Row) -> None:
        """Take one event of the model."""
        self.narrator.handle_event(event, facts)
        self._facts.setdefault(event, []).append(facts)

    def take_lines(self) -> list[str]:
        """Return the lines of the narrative since the last call."""
        lines = [line for line in self.narrator.lines[self._read :] if line]
        self._read = len(self.narrator.lines)
        return lines

    def begin_step(self) -> None:
        """Forget the events of the step before."""
        self._facts = {}

    def end_step(self, model: NegotiationModel) -> None:
        """Store the incidents of a step, and its round if one was planned."""
        for facts in self._facts.get("incident", []):
            self.incidents.append({"kind": self.titles.incident(facts["type"]), "day": facts["day"]})
        if "planned" not in self._facts:
            return
        self._planned += 1
        facts = self._facts["planned"][0]
        where = self.titles.venue(facts["venue"])
        day = self.titles.day(model.day)
        now = Round(f"Round {self._planned}, {day}, {where}", model.day, self._planned, "held" in self._facts)
        now.lines = self.take_lines()
        now.stakes, now.zones = list_stakes(model, self.loaded)
        now.packages = {b.name: measures.surplus(model, b) >= -EPS for b in model.baskets if b.open}
        now.offers = [self._describe_offer(basket, by, offer) for basket, by, offer in self._list_offers()]
        for name, mood in facts["parties"].items():
            for other, value in mood["trust"].items():
                pair = f"{self.titles.party(name)} in {self.titles.party(other)}"
                about = {"round": self._planned, "of": self.titles.party(name), "other": self.titles.party(other)}
                self.trust.append({**about, "pair": pair, "trust": value})
        self.rounds.append(now)

    def _list_offers(self) -> list[tuple[str, str, Row]]:
        """Basket, party and offer of every offer of the step."""
        return [(f["basket"], by, offer) for f in self._facts.get("offers", []) for by, offer in f["offers"].items()]

    def _describe_offer(self, basket: str, by: str, offer: Row) -> Row:
        """Points, utilities and refusal of an offer in words."""
        worth = {self.titles.party(name): value for name, value in offer["worth"].items()}
        refused = [f for f in self._facts.get("refused", []) if f["basket"] == basket and f["by"] == by]
        why = self.narrator.explain_refusal(refused[-1]) if refused else ""
        about = {"basket": self.titles.basket(basket), "by": self.titles.party(by)}
        return about | {"points": self.titles.points(offer["points"]), "worth": worth, "why": why}


def list_stakes(model: NegotiationModel, loaded: Loaded) -> tuple[list[Row], list[Row]]:
    """List demand, reservation value and latest offer of each party on each issue, and the zone of each issue."""
    s, rows, zones = loaded.scenario, list[Row](), list[Row]()
    for basket in model.baskets:
        for i in range(basket.lo, basket.hi):
            issue = s.issues[model.names.issues[i]].title
            low, high = 0.0, 1.0
            for party in basket.members:
                if model.names.issues[i] not in s.parties[party.name].issues:
                    continue
                d, r = float(party.demand[i]), float(party.reservation[i])
                low, high = (max(low, r), high) if d > r else (low, min(high, r))
                title = s.parties[party.name].title
                row = {"issue": issue, "party": title, "demand": d, "reservation": r, "offer": float(party.offer[i])}
                rows.append(row)
            if low <= high:
                zones.append({"issue": issue, "from": low, "to": high})
    return rows, zones


# Choosing runs

_CEASEFIRE = "ceasefire"


def list_endings(result: Result, base: Result | None = None) -> dict[str, Bools]:
    """List the courses that runs take, each with its runs; a course that no run takes is left out.

    Parameters
    ----------
    result : Result
        The ensemble.
    base : Result, optional
        The ensemble of the scenario without changes, on the same draws.
    """
    outcomes = np.array(result.codes("outcome"))
    ways = {f"ends as: {title}": outcomes == code for code, title in result.summary.outcomes.items()}
    if _CEASEFIRE in result.summary.outcomes:
        high = list(result.summary.outcomes)[list(result.summary.outcomes).index(_CEASEFIRE) :]
        ways["reaches a ceasefire or more"] = np.isin(np.array(result.codes("peak_outcome")), high)
    blocked = np.array([result.codes(f"blocked_{basket}") for basket in result.summary.baskets])
    ways["sees a settlement collapse"] = result.values("collapses") > 0
    ways["fails to be ratified"] = result.values("failed_ratifications") > 0
    ways["ends in abeyance"] = (blocked == "abeyance").any(axis=0)
    if base is not None:
        ways["ends otherwise with the change"] = outcomes != np.array(base.codes("outcome"))
    return {way: runs for way, runs in ways.items() if runs.any()}


def find_next_run(runs: Bools, now: int) -> int:
    """Find the next of some runs after run `now`, starting over after the last."""
    numbers = np.flatnonzero(runs)
    later = numbers[numbers > now]
    return int(later[0] if later.size else numbers[0])


def describe_divergence(base: Loaded, changed: Loaded, seed: int, run: int) -> tuple[int, str]:
    """Describe where a run with changes parts from the same draws without them.

    Returns
    -------
    tuple of int and str
        Number of the planned round, from 1; 0 where the events of both runs are the same. And a sentence.
    """
    trace = trace_divergence(resolve(base.scenario, seed), resolve(changed.scenario, seed), run, most=1)
    if not trace.divergences:
        return 0, "Both runs have the same events from beginning to end; only numbers differ."
    first = trace.divergences[0]
    why = f" What decides is the draw on {first.draw.describe()}." if first.draw is not None else ""
    return first.step + 1, f"They part in planned round {first.step + 1}.{why}"
