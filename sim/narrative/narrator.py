"""Account of one run, round by round in plain sentences and numbers, from the events of the reference engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.counts import format_count
from sim.core.errors import ParleyError
from sim.narrative.titles import Titles, format_number, join_words
from sim.scenario.load import Loaded, load

if TYPE_CHECKING:
    from sim.agents.model import NegotiationModel
    from sim.agents.party import Party

Facts = dict[str, Any]


def trace(
    scenario: str | Path | Loaded, seed: int = 0, run: int = 0, party_class: type[Party] | None = None
) -> list[str]:
    """Describe one run of a scenario, round by round: the same run as in the ensemble under that seed.

    Parameters
    ----------
    scenario : str, Path or Loaded
        Id of a shipped scenario, a file, or a loaded scenario.
    seed : int
        Seed of all draws.
    run : int
        Number of the run, from 0.
    party_class : type, optional
        Class of the parties, a subclass of `sim.Party`.

    Returns
    -------
    list of str
        Lines of text.

    Raises
    ------
    ParleyError
        The run is below 0.
    ScenarioError
        The scenario cannot be used.
    """
    from sim.agents.model import play
    from sim.agents.party import Party as Standard
    from sim.scenario.resolve import resolve

    if run < 0:
        raise ParleyError(f"run is {run}; runs are numbered from 0")
    loaded = scenario if isinstance(scenario, Loaded) else load(scenario)
    narrator = Narrator(Titles(loaded.scenario))
    narrator.write_opening(seed, run)
    problem = resolve(loaded.scenario, seed)
    model = play(problem, run, run, party_class or Standard, narrator.handle_event)
    narrator.write_ending(model)
    return narrator.lines


class Narrator:
    """Observer of a run that turns its events into text.

    Parameters
    ----------
    titles : Titles
        Titles of the scenario.

    Attributes
    ----------
    lines : list of str
        The text so far.
    planned_rounds, rounds_held : int
        Rounds so far.
    """

    def __init__(self, titles: Titles):
        self.titles = titles
        self.lines: list[str] = []
        self.planned_rounds = self.rounds_held = 0
        self._day = 0.0
        self._gap: list[str] = []
        self._incidents: dict[str, list[float]] = {}
        self._refused: list[Facts] = []
        self._agreed = False

    def handle_event(self, event: str, facts: Facts) -> None:
        """Add the text of an event; the model calls it for every event, and those without a method add nothing."""
        method = getattr(self, f"_on_{event}", None)
        if method:
            method(facts)

    def add_line(self, text: str, depth: int = 1) -> None:
        """Add a line, indented by two spaces a level."""
        self.lines.append("  " * depth + text)

    # Opening and end

    def write_opening(self, seed: int, run: int) -> None:
        """Write scenario, baskets and issues, and the caution that one run is not a forecast."""
        s, titles = self.titles.scenario, self.titles
        self.lines += [f"{s.title}: run {run} under seed {seed}"]
        self.add_line(
            "One run among many: it shows how the rules work, conditional on the assumptions; not a forecast.", 0
        )
        self.lines.append("")
        parties = join_words(party.title for party in s.parties.values())
        self.add_line(f"The talks begin on {titles.day(0.0)}. Parties: {parties}.", 0)
        self.add_line("Utility of a package to a party: 1 is all it demands, 0 its reservation value.", 0)
        for name, basket in s.baskets.items():
            self.add_line(f"{titles.basket(name)} ({basket.code}; level needed: {basket.level})")
            for issue in s.issues.values():
                if issue.basket == name:
                    ends = "; ".join(f"{option.at:g} {option.label}" for option in issue.options)
                    self.add_line(f"{issue.title}: {ends}", 2)

    def write_ending(self, model: NegotiationModel) -> None:
        """Write how the run ended, from its row in the table of runs."""
        from sim.agents.report import report_run
        from sim.core.columns import run_columns
        from sim.rules.outcome import REASONS

        if self._incidents or self._gap:
            self.lines.append("")
            self.add_line("After the last planned round", 0)
            self._flush()
        row = dict(zip((name for name, _ in run_columns(model.names)), report_run(model), strict=True))
        self.lines.append("")
        self.add_line(f"The end, on {self.titles.day(model.day)}", 0)
        held, postponed = int(row["rounds_held"]), int(row["rounds_postponed"])
        final, peak = (model.names.ladder.codes[int(row[name])] for name in ("outcome", "peak_outcome"))
        self.add_line(f"Outcome: {final}; the highest reached: {peak}.")
        incidents = format_count(int(row["incidents"]), "incident")
        self.add_line(f"{format_count(held, 'round')} held, {postponed} postponed; {incidents}.")
        for name in model.names.baskets:
            settled = row[f"settled_{name}"]
            if settled == settled:
                self.add_line(f"{self.titles.basket(name)}: settled on {self.titles.day(settled)}.")
            else:
                zone = "a zone of agreement existed" if row[f"zone_{name}"] else "no zone of agreement existed"
                self.add_line(
                    f"{self.titles.basket(name)}: not settled ({REASONS[int(row[f'blocked_{name}'])]}); {zone}."
                )
        utilities = (f"{self.titles.party(p)} {format_number(row[f'utility_{p}'])}" for p in model.names.parties)
        self.add_line(f"Utility at the end, open baskets counted as 0: {join_words(utilities)}.")

    # Between rounds

    def _on_elapsed(self, facts: Facts) -> None:
        self._day = facts["day"]

    def _on_incident(self, facts: Facts) -> None:
        self._incidents.setdefault(facts["type"], []).append(facts["day"])

    def _on_delivery(self, facts: Facts) -> None:
        owed, share = self.titles.obligation(facts["obligation"]), facts["share"]
        self._gap.append(f"Due under {self.titles.basket(facts['basket'])}, {owed}: {share:.0%} of it was met.")

    def _on_collapse(self, facts: Facts) -> None:
        self._gap.append(f"The settlement of {self.titles.basket(facts['basket'])} collapsed; it is open again.")

    def _on_levers(self, facts: Facts) -> None:
        for lever, on in facts.items():
            sponsor, title = self.titles.lever(lever)
            self._gap.append(f"{sponsor} {'begins' if on else 'ends'}: {title}.")

    def _on_left(self, facts: Facts) -> None:
        self._gap.append(f"{self.titles.mediator(facts['mediator'])} left the talks.")

    def _on_resume(self, facts: Facts) -> None:
        self._gap.append("The talks resumed after abeyance; each party starts again from its demands.")

    def _flush(self) -> None:
        """Add the lines of everything since the last planned round."""
        for kind, days in self._incidents.items():
            on = ", ".join(f"{day:.1f}" for day in days[:8]) + (" …" if len(days) > 8 else "")
            times = f"{format_count(len(days), 'time')}, on {'day' if len(days) == 1 else 'days'} {on}"
            self.add_line(f"{self.titles.incident(kind)}: {times}.")
        for text in self._gap:
            self.add_line(text)
        self._incidents, self._gap = {}, []

    # A planned round

    def _on_entered(self, facts: Facts) -> None:
        self.add_line(f"{self.titles.party(facts['party'])} enters the talks.")

    def _on_planned(self, facts: Facts) -> None:
        self.planned_rounds += 1
        self.lines.append("")
        where = self.titles.venue(facts["venue"])
        self.add_line(f"Planned round {self.planned_rounds}, {self.titles.day(self._day)}, {where}", 0)
        self._flush()
        for name, mood in facts["parties"].items():
            trust = ", ".join(f"in {self.titles.party(q)} {format_number(t)}" for q, t in mood["trust"].items())
            readiness, pain = format_number(mood["readiness"]), format_number(mood["pain"])
            text = f"{self.titles.party(name)}: readiness {readiness}, pain {pain}"
            text += f", trust {trust}"
            if mood["chance"] is not None:
                text += f"; chance of coming {format_number(mood['chance'])}"
            self.add_line(text + ".")

    def _on_postponed(self, facts: Facts) -> None:
        absent = join_words(self.titles.party(name) for name in facts["absent"])
        self.add_line(f"{absent} did not come: the round is postponed.")
        if facts["abeyance"]:
            self.add_line("After so many postponements in a row the talks fall into abeyance.")

    def _on_held(self, facts: Facts) -> None:
        self.rounds_held += 1
        rise = ", higher than before" if facts["rose"] else ""
        self.add_line(f"All came: round {self.rounds_held} is held. Level: {facts['level']}{rise}.")

    def _on_agenda(self, facts: Facts) -> None:
        for name, entry in facts.items():
            if entry["status"] == "no mandate":
                levels = entry["parties"].items()
                reasons = [f"{self.titles.party(p)} gives a mandate to {level} only" for p, level in levels]
                reasons += [f"it needs the level of {entry['level']}"] if entry["level"] else []
                self.add_line(f"{self.titles.basket(name)} is not opened: {'; '.join(reasons)}.")
            elif entry["status"] == "precondition":
                condition = f"{self.titles.party(entry['party'])} requires first that {self.titles.condition(entry)}"
                self.add_line(f"{self.titles.basket(name)} is not opened: {condition}.")

    def _on_refused(self, facts: Facts) -> None:
        self._refused.append(facts)

    def _on_agreed(self, facts: Facts) -> None:
        self._agreed = True
        by, turn = self.titles.party(facts["by"]), facts["turn"] + 1
        who = f"enough accept (against: {self._join(facts['against'])})" if facts["against"] else "all accept"
        self.add_line(f"{self.titles.basket(facts['basket'])}: {who} the offer of {by} in turn {turn}.")
        self.add_line(self.titles.points(facts["points"], labels=True), 2)
        self._add_lenient(facts)

    def _add_lenient(self, facts: Facts) -> None:
        """Name the parties whose noise accepted what was worth less than they demanded."""
        for name, pair in facts.get("lenient", {}).items():
            pairs = f"its utility is {format_number(pair['worth'])}, and it demanded {format_number(pair['asked'])}"
            self.add_line(f"{self.titles.party(name)} accepts: {pairs}; the noise of its answer decided.", 2)

    def _on_offers(self, facts: Facts) -> None:
        """Add the offers at the end of an exchange, each with the reason why the last one of its proposer failed."""
        refused, agreed, self._refused, self._agreed = self._refused, self._agreed, [], False
        if agreed:
            return
        self.add_line(f"{self.titles.basket(facts['basket'])}: no offer is accepted by all in this exchange.")
        last = {refusal["by"]: refusal for refusal in refused}
        for name, offer in facts["offers"].items():
            text = f"{self.titles.party(name)} ends at: {self.titles.points(offer['points'])}"
            text += f" (own utility {format_number(offer['worth'][name])})."
            if name in last:
                text += f" {self.explain_refusal(last[name])}"
            elif offer["floor"] > 1.0:
                text += " It makes no offer: no package makes up for its doubts about compliance."
            self.add_line(text, 2)

    def explain_refusal(self, facts: Facts) -> str:
        """Explain why a party refused, from the facts of the event."""
        by = self.titles.party(facts["refused_by"])
        if facts["why"] == "floor":
            floor = format_number(facts["floor"])
            return f"{by} accepts no package: its floor is {floor}, above the utility of any package."
        if facts["why"] == "red line":
            return f"{by} refuses: it crosses a red line."
        utility, demand = format_number(facts["worth"]), format_number(facts["asked"])
        if facts["worth"] >= facts["asked"]:
            noise = ": the noise of its answer decided" if facts.get("noise") else ""
            return f"{by} refuses, although its utility is {utility} and it demanded {demand}{noise}."
        return f"{by} refuses: its utility is {utility}, and it demands {demand}."

    def _on_text(self, facts: Facts) -> None:
        self.add_line(
            f"{self.titles.basket(facts['basket'])}: {self.titles.mediator(facts['mediator'])} proposes a text."
        )
        self.add_line(self.titles.points(facts["points"], labels=True), 2)
        who = f"Enough accept it (against: {self._join(facts['against'])})." if facts["against"] else "All accept it."
        self.add_line(who if facts["refused_by"] is None else self.explain_refusal(facts), 2)
        self._add_lenient(facts)

    def _join(self, names: list[str]) -> str:
        """Join the titles of parties."""
        return join_words(self.titles.party(name) for name in names)

    def _on_amended(self, facts: Facts) -> None:
        issue = self.titles.scenario.issues[facts["issue"]].title
        basket, who = self.titles.basket(facts["basket"]), self.titles.ratifier(facts["ratifier"])
        self.add_line(f"{basket}: {who} sends the text back, changed on {issue}; it is open again.")

    def _on_not_ratified(self, facts: Facts) -> None:
        who = self.titles.ratifier(facts["ratifier"])
        self.add_line(f"{self.titles.basket(facts['basket'])}: {who} does not approve; it is open again.")

    def _on_settled(self, facts: Facts) -> None:
        self.add_line(f"{self.titles.basket(facts['basket'])} is settled.")
        for name, day in facts["due"].items():
            self.add_line(f"Due by {self.titles.day(day)}: {self.titles.obligation(name)}.", 2)

    def _on_round(self, facts: Facts) -> None:
        if facts["code"] != "postponed":
            gap = f"gap between positions on open issues: {format_number(facts['gap'])}"
            self.add_line(f"The round ends as {facts['code']}; {gap}.")
