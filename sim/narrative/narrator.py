"""One run told round by round, in plain sentences and numbers, by the reference engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.errors import ParleyError
from sim.narrative.titles import Words, listed, number, plural
from sim.rules.outcome import CODES
from sim.scenario.load import Loaded, load

if TYPE_CHECKING:
    from sim.agents.model import NegotiationModel
    from sim.agents.party import Party

Facts = dict[str, Any]


def trace(
    scenario: str | Path | Loaded, seed: int = 0, run: int = 0, party_class: type[Party] | None = None
) -> list[str]:
    """Tell run `run` of a scenario under a seed, a line an entry. The run is the one that `run_ensemble` makes.

    Raises ParleyError for a run below 0, ScenarioError for a scenario that cannot be used.
    """
    from sim.agents.model import play
    from sim.agents.party import Party as Standard
    from sim.scenario.resolve import resolve

    if run < 0:
        raise ParleyError(f"run is {run}; runs are numbered from 0")
    loaded = scenario if isinstance(scenario, Loaded) else load(scenario)
    teller = Narrator(Words(loaded.scenario))
    teller.open(seed, run)
    problem = resolve(loaded.scenario, seed)
    model = play(problem, run, run, party_class or Standard, teller.hear)
    teller.close(model)
    return teller.lines


class Narrator:
    """Hears the events of a run and turns them into `lines`."""

    def __init__(self, words: Words):
        self.words = words
        self.lines: list[str] = []
        self.planned_rounds = self.held = 0
        self._day = 0.0
        self._gap: list[str] = []
        self._incidents: dict[str, list[float]] = {}
        self._refused: list[Facts] = []
        self._agreed = False

    def hear(self, event: str, facts: Facts) -> None:
        """Called by the model for everything that happens; events with no words of their own are passed over."""
        told = getattr(self, f"_on_{event}", None)
        if told:
            told(facts)

    def say(self, text: str, depth: int = 1) -> None:
        """One more line."""
        self.lines.append("  " * depth + text)

    # Opening and end

    def open(self, seed: int, run: int) -> None:
        """Scenario, what is to be settled, and how far the telling goes."""
        s, words = self.words.scenario, self.words
        self.lines += [f"{s.title}: run {run} under seed {seed}"]
        self.say("One run among many: it shows how the rules work, conditional on the assumptions; not a forecast.", 0)
        self.lines.append("")
        table = listed(party.title for party in s.parties.values())
        self.say(f"The talks begin on {words.day(0.0)}. At the table: {table}.", 0)
        self.say("Worth of a package to a party: 1 is all it demands, 0 the least it can live with.", 0)
        for name, basket in s.baskets.items():
            self.say(f"{words.basket(name)} ({basket.code}; level needed: {basket.level})")
            for issue in s.issues.values():
                if issue.basket == name:
                    ends = "; ".join(f"{option.at:g} {option.label}" for option in issue.options)
                    self.say(f"{issue.title}: {ends}", 2)

    def close(self, model: NegotiationModel) -> None:
        """How the run ended, from the row that the table of runs gets."""
        from sim.agents.report import report_run
        from sim.core.columns import run_columns
        from sim.rules.outcome import REASONS

        if self._incidents or self._gap:
            self.lines.append("")
            self.say("After the last planned round", 0)
            self._flush()
        row = dict(zip((name for name, _ in run_columns(model.names)), report_run(model), strict=True))
        self.lines.append("")
        self.say(f"The end, on {self.words.day(model.day)}", 0)
        held, postponed = int(row["rounds_held"]), int(row["rounds_postponed"])
        self.say(f"Outcome: {CODES[int(row['outcome'])]}; the highest reached: {CODES[int(row['peak_outcome'])]}.")
        incidents = plural(int(row["incidents"]), "incident")
        self.say(f"{plural(held, 'round')} held, {postponed} postponed; {incidents}.")
        for name in model.names.baskets:
            settled = row[f"settled_{name}"]
            if settled == settled:
                self.say(f"{self.words.basket(name)}: settled on {self.words.day(settled)}.")
            else:
                zone = "a zone of agreement existed" if row[f"zone_{name}"] else "no zone of agreement existed"
                self.say(f"{self.words.basket(name)}: not settled ({REASONS[int(row[f'blocked_{name}'])]}); {zone}.")
        worth = (f"{self.words.party(p)} {number(row[f'utility_{p}'])}" for p in model.names.parties)
        self.say(f"Worth of what stands, what is open counted 0: {listed(worth)}.")

    # Between rounds

    def _on_elapsed(self, facts: Facts) -> None:
        self._day = facts["day"]

    def _on_incident(self, facts: Facts) -> None:
        self._incidents.setdefault(facts["type"], []).append(facts["day"])

    def _on_delivery(self, facts: Facts) -> None:
        owed, share = self.words.obligation(facts["obligation"]), facts["share"]
        self._gap.append(f"Due under {self.words.basket(facts['basket'])}, {owed}: {share:.0%} of it was met.")

    def _on_collapse(self, facts: Facts) -> None:
        self._gap.append(f"The settlement of {self.words.basket(facts['basket'])} collapsed; it is open again.")

    def _on_levers(self, facts: Facts) -> None:
        for lever, on in facts.items():
            sponsor, title = self.words.lever(lever)
            self._gap.append(f"{sponsor} {'begins' if on else 'ends'}: {title}.")

    def _on_left(self, facts: Facts) -> None:
        self._gap.append(f"{self.words.mediator(facts['mediator'])} left the talks.")

    def _on_resume(self, facts: Facts) -> None:
        self._gap.append("The talks resumed after abeyance; each party starts again from its demands.")

    def _flush(self) -> None:
        """What happened since the last planned round."""
        for kind, days in self._incidents.items():
            on = ", ".join(f"{day:.1f}" for day in days[:8]) + (" …" if len(days) > 8 else "")
            times = f"{plural(len(days), 'time')}, on {'day' if len(days) == 1 else 'days'} {on}"
            self.say(f"{self.words.incident(kind)}: {times}.")
        for text in self._gap:
            self.say(text)
        self._incidents, self._gap = {}, []

    # A planned round

    def _on_planned(self, facts: Facts) -> None:
        self.planned_rounds += 1
        self.lines.append("")
        where = self.words.venue(facts["venue"])
        self.say(f"Planned round {self.planned_rounds}, {self.words.day(self._day)}, {where}", 0)
        self._flush()
        for name, mood in facts["parties"].items():
            trust = ", ".join(f"in {self.words.party(q)} {number(t)}" for q, t in mood["trust"].items())
            text = f"{self.words.party(name)}: readiness {number(mood['readiness'])}, pain {number(mood['pain'])}"
            text += f", trust {trust}"
            if mood["chance"] is not None:
                text += f"; it comes with chance {number(mood['chance'])}"
            self.say(text + ".")

    def _on_postponed(self, facts: Facts) -> None:
        absent = listed(self.words.party(name) for name in facts["absent"])
        self.say(f"{absent} did not come: the round is postponed.")
        if facts["abeyance"]:
            self.say("After so many postponements in a row the talks fall into abeyance.")

    def _on_held(self, facts: Facts) -> None:
        self.held += 1
        rose = ", a level higher than before" if facts["rose"] else ""
        self.say(f"All came: the {_ordinal(self.held)} round held. Level: {facts['level']}{rose}.")

    def _on_agenda(self, facts: Facts) -> None:
        for name, found in facts.items():
            if found["status"] == "no mandate":
                held_back = found["parties"].items()
                why = [f"{self.words.party(p)} gives a mandate to {level} only" for p, level in held_back]
                why += [f"it needs the level of {found['level']}"] if found["level"] else []
                self.say(f"{self.words.basket(name)} is not opened: {'; '.join(why)}.")
            elif found["status"] == "precondition":
                asks = f"{self.words.party(found['party'])} asks first that {self.words.condition(found)}"
                self.say(f"{self.words.basket(name)} is not opened: {asks}.")

    def _on_refused(self, facts: Facts) -> None:
        self._refused.append(facts)

    def _on_agreed(self, facts: Facts) -> None:
        self._agreed = True
        by, turn = self.words.party(facts["by"]), facts["turn"] + 1
        self.say(f"{self.words.basket(facts['basket'])}: all accept what {by} offers in turn {turn}.")
        self.say(self.words.points(facts["points"], labels=True), 2)

    def _on_offers(self, facts: Facts) -> None:
        """The offers at the end of an exchange, and for each proposer why its last one failed."""
        refused, agreed, self._refused, self._agreed = self._refused, self._agreed, [], False
        if agreed:
            return
        self.say(f"{self.words.basket(facts['basket'])}: no offer is accepted by all in this exchange.")
        last = {found["by"]: found for found in refused}
        for name, offer in facts["offers"].items():
            text = f"{self.words.party(name)} ends at: {self.words.points(offer['points'])}"
            text += f" (worth {number(offer['worth'][name])} to itself)."
            if name in last:
                text += f" {self._why(last[name])}"
            elif offer["floor"] > 1.0:
                text += " It puts no offer of its own: no package makes up for its doubts about compliance."
            self.say(text, 2)

    def _why(self, facts: Facts) -> str:
        """Why somebody refused."""
        by = self.words.party(facts["refused_by"])
        if facts["why"] == "floor":
            return f"{by} accepts nothing here: its floor is {number(facts['floor'])}, above all a package can give it."
        if facts["why"] == "red line":
            return f"{by} refuses: it crosses a red line."
        worth, asked = number(facts["worth"]), number(facts["asked"])
        if facts["worth"] >= facts["asked"]:
            return f"{by} refuses all the same, though it is worth {worth} to it and it asked for {asked}."
        return f"{by} refuses: worth {worth} to it, it asks for {asked}."

    def _on_text(self, facts: Facts) -> None:
        self.say(f"{self.words.basket(facts['basket'])}: {self.words.mediator(facts['mediator'])} puts a text.")
        self.say(self.words.points(facts["points"], labels=True), 2)
        self.say("All accept it." if facts["refused_by"] is None else self._why(facts), 2)

    def _on_amended(self, facts: Facts) -> None:
        issue = self.words.scenario.issues[facts["issue"]].title
        basket, who = self.words.basket(facts["basket"]), self.words.ratifier(facts["ratifier"])
        self.say(f"{basket}: {who} sends the text back, changed on {issue}; it is open again.")

    def _on_not_ratified(self, facts: Facts) -> None:
        who = self.words.ratifier(facts["ratifier"])
        self.say(f"{self.words.basket(facts['basket'])}: {who} does not approve; it is open again.")

    def _on_settled(self, facts: Facts) -> None:
        self.say(f"{self.words.basket(facts['basket'])} is settled.")
        for name, day in facts["due"].items():
            self.say(f"Due by {self.words.day(day)}: {self.words.obligation(name)}.", 2)

    def _on_round(self, facts: Facts) -> None:
        if facts["code"] != "postponed":
            gap = f"gap between positions on what is open: {number(facts['gap'])}"
            self.say(f"The round ends as {facts['code']}; {gap}.")


def _ordinal(k: int) -> str:
    """`1st`, `2nd`, `11th`."""
    ending = "th" if k % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(k % 10, "th")
    return f"{k}{ending}"
