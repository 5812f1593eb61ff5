"""Where run k of two scenarios diverges: the first event that differs, and the draw that decided it.

Both runs have the same draws; what differs is what the draws are compared with. Both are played on the reference engine
with every draw and event recorded. Where the events differ, each draw that the second run had just used is set to
either extreme: the one that brings the second run's event back to the first's is the draw that decided. With that draw
overridden, the comparison goes on from there until the outcomes agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sim.agents.model import NegotiationModel
from sim.agents.report import report_run
from sim.core.columns import RUN
from sim.scenario.names import Names
from sim.scenario.resolve import Problem

# The kinds of entities each stream is addressed by, and what its draw decides: streams that are held against a chance.
_ENTITIES: dict[str, tuple[str, ...]] = {
    "convene": ("parties",),
    "rise": ("parties",),
    "delivery": ("obligations",),
    "accept": ("parties", "baskets"),
    "formulate": ("mediators", "baskets"),
    "estimate": ("mediators", "parties", "issues"),
    "text": ("mediators", "parties", "baskets"),
    "ratify": ("ratifiers", "baskets"),
    "amend": ("baskets",),
    "collapse": ("baskets",),
    "departure": ("mediators",),
    "lever": ("levers",),
}
_DECIDES = {
    "convene": "whether {0} comes to the table",
    "rise": "whether {0} agrees to meet at a higher level",
    "level": "whether a higher level is proposed",
    "procedural": "whether the round ends with an agreement on how to go on",
    "accept": "whether {0} accepts the offer on {1} at turn {sub}",
    "formulate": "whether {0} puts a text on {1} on the table",
    "text": "whether {1} accepts the text of {0} on {2}",
    "ratify": "whether {0} approves the settlement on {1}",
    "amend": "whether the refused text on {0} comes back amended",
    "collapse": "whether the settlement on {0} collapses",
    "departure": "whether {0} leaves",
    "lever": "whether the lever {0} is switched",
}
# The events that runs are compared by, with the facts that count. Numbers differ between any two scenarios; refusals
# show in what is not agreed.
_FACTS: dict[str, tuple[str, ...]] = {
    "postponed": ("absent",),
    "held": ("level",),
    "agreed": ("basket",),
    "text": ("mediator", "basket", "refused_by"),
    "settled": ("basket",),
    "amended": ("basket", "ratifier"),
    "not_ratified": ("basket", "ratifier"),
    "collapse": ("basket",),
    "resume": (),
    "left": ("mediator",),
    "round": ("code",),
}
_EXTREMES = (1e-9, 1.0 - 1e-9)
MOST = 12
"""Most divergences that are followed."""


class Address(NamedTuple):
    """Address of a draw: planned step, stream, names of the entities, sub-index."""

    step: int
    stream: str
    entities: tuple[str, ...]
    sub: int

    def describe(self) -> str:
        """Describe what the draw decides."""
        return _DECIDES[self.stream].format(*self.entities, sub=self.sub + 1)


class Event(NamedTuple):
    """An event of a run, without the numbers that differ between any two scenarios."""

    step: int
    day: float
    name: str
    facts: tuple[tuple[str, str], ...]

    def matches(self, other: Event | None) -> bool:
        """Return whether another event is the same at the same step."""
        return other is not None and (self.step, self.name, self.facts) == (other.step, other.name, other.facts)

    def describe(self) -> str:
        """Describe the event by name and facts."""
        facts = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in self.facts)
        return f"{self.name.replace('_', ' ')} ({facts})" if facts else self.name.replace("_", " ")


class Recorder(NegotiationModel):
    """The reference engine with every draw and event recorded, and draws at some addresses overridden.

    Parameters
    ----------
    problem : Problem
        A resolved scenario.
    assumption, fate : int
        Indices of the run.
    overrides : mapping of Address to float
        Draws in (0, 1) that replace the engine's own.
    """

    def __init__(self, problem: Problem, assumption: int, fate: int, overrides: Mapping[Address, float]):
        self.overrides, self.log, self.events = overrides, list[tuple[Address, float]](), list[Event]()
        self.draw_counts: list[int] = []
        super().__init__(problem, assumption, fate, notify=self._store_event)

    def draw(self, stream: str, *entity: int, sub: int = 0) -> float:
        """Return the draw as the engine makes it, unless its address is overridden."""
        entities = _get_entity_names(self.names, stream, entity)
        address = Address(self.planned_step, stream, entities, sub)
        u = self.overrides.get(address)
        if u is None:
            u = super().draw(stream, *entity, sub=sub)
        self.log.append((address, u))
        return u

    def _store_event(self, event: str, facts: dict[str, Any]) -> None:
        """Store an event that runs are compared by."""
        if event in _FACTS:
            fact_values = tuple((key, _format_fact(facts[key])) for key in _FACTS[event])
            self.events.append(Event(self.planned_step, self.day, event, fact_values))
            self.draw_counts.append(len(self.log))

    @property
    def outcome(self) -> str:
        """Code of the outcome standing at the end."""
        return self.names.ladder.codes[int(report_run(self)[RUN.OUTCOME])]


def _get_entity_names(names: Names, stream: str, entity: tuple[int, ...]) -> tuple[str, ...]:
    """Return the names of the entities that a draw is addressed by."""
    kinds = _ENTITIES.get(stream, ())
    return tuple(getattr(names, kind)[k] for kind, k in zip(kinds, entity, strict=False))


def _format_fact(value: Any) -> str:
    """Format the value of a fact."""
    if isinstance(value, list | tuple):
        return " and ".join(map(str, value))
    return "nobody" if value is None else str(value)


def record_run(
    problem: Problem, assumption: int, fate: int, overrides: Mapping[Address, float] | None = None
) -> Recorder:
    """Play one run to its end and record its draws and events.

    Parameters
    ----------
    problem : Problem
        A resolved scenario.
    assumption, fate : int
        Indices of the run.
    overrides : mapping of Address to float, optional
        Draws in (0, 1) that replace the engine's own.

    Returns
    -------
    Recorder
        The finished run.
    """
    model = Recorder(problem, assumption, fate, overrides or {})
    while model.running:
        model.step()
    return model


@dataclass(frozen=True)
class Divergence:
    """A place where two runs diverge.

    Attributes
    ----------
    step : int
        Planned round, from 0.
    first, second : Event or None
        What happened in each run; None where it has no further event.
    draw : Address or None
        The draw that decided; None where no single draw did (a rule or the times of incidents).
    u : float or None
        Its value, the same in both.
    outcome : str
        The second run's outcome with this and all earlier deciding draws overridden.
    """

    step: int
    first: Event | None
    second: Event | None
    draw: Address | None
    u: float | None
    outcome: str

    def describe(self, first: str, second: str) -> Iterator[str]:
        """Describe the divergence, line by line, under labels of the two runs."""
        for label, event in ((first, self.first), (second, self.second)):
            when = f"day {event.day:.0f}: {event.describe()}" if event else "nothing more happens"
            yield f"planned round {self.step + 1}, {label}: {when}"
        if self.draw is None or self.u is None:
            yield "no single draw decides this: a rule does (venue, mandate, condition), or the days of incidents"
        else:
            yield f"decided by the draw {self.u:.4f} on {self.draw.describe()}, the same in both and read differently"
            yield f"with that draw turned in {second}, it ends as: {self.outcome}"


@dataclass(frozen=True)
class Trace:
    """Two runs on the same draws: their outcomes and where they diverge, in order."""

    outcomes: tuple[str, str]
    divergences: list[Divergence]

    @property
    def reaches_outcome(self) -> bool:
        """Whether overriding the deciding draws brings the second run to the first's outcome."""
        return bool(self.divergences) and self.divergences[-1].outcome == self.outcomes[0]


def trace_divergence(first: Problem, second: Problem, run: int, most: int = MOST) -> Trace:
    """Follow one run of two scenarios until, with the deciding draws overridden, the outcomes agree.

    Parameters
    ----------
    first, second : Problem
        Resolved scenarios under the same seed.
    run : int
        Assumption and fate index.
    most : int
        Divergences to follow at most.

    Returns
    -------
    Trace
    """
    a, b = record_run(first, run, run), record_run(second, run, run)
    outcomes = (a.outcome, b.outcome)
    divergences: list[Divergence] = []
    overrides: dict[Address, float] = {}
    while len(divergences) < most and (at := _find_difference(a, b)) is not None:
        decision = _find_deciding_draw(second, run, a, b, at, overrides)
        before = b
        if decision is not None:
            overrides = {**overrides, decision[0]: decision[2]}
            b = record_run(second, run, run, overrides)
        one, two = (model.events[at] if at < len(model.events) else None for model in (a, before))
        step = min(event.step for event in (one, two) if event)
        draw, u = (decision[0], decision[1]) if decision else (None, None)
        divergences.append(Divergence(step, one, two, draw, u, b.outcome))
        if decision is None or (outcomes[0] != outcomes[1] and b.outcome == outcomes[0]):
            break
        if outcomes[0] == outcomes[1]:
            break
    return Trace(outcomes, divergences)


def _find_difference(a: Recorder, b: Recorder) -> int | None:
    """Return the number of the first event that differs, or None."""
    for n in range(max(len(a.events), len(b.events))):
        one = a.events[n] if n < len(a.events) else None
        two = b.events[n] if n < len(b.events) else None
        if one is None or not one.matches(two):
            return n
    return None


def _find_deciding_draw(
    problem: Problem, run: int, a: Recorder, b: Recorder, at: int, overrides: Mapping[Address, float]
) -> tuple[Address, float, float] | None:
    """Find the draw that, set to an extreme in the second run, brings back the first run's event.

    Both runs must have made the draw, because it is the same number in both; the latest such draw before the event
    counts. Returns address, draw and the extreme.
    """
    end = b.draw_counts[at] if at < len(b.events) else len(b.log)
    start = b.draw_counts[at - 1] if at else 0
    shared = {address for address, _ in a.log}
    for address, u in reversed(b.log[start:end]):
        if address.stream not in _DECIDES or address in overrides or address not in shared:
            continue
        for extreme in sorted(_EXTREMES, key=lambda x: -abs(x - u)):
            again = record_run(problem, run, run, {**overrides, address: extreme})
            if at < len(a.events) and at < len(again.events) and again.events[at].matches(a.events[at]):
                return address, u, extreme
    return None
