"""What became of every documented entry in a scenario: used, superseded, overridden, left out, or taken by nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from sim.evidence.acts import Act, Proposal
from sim.evidence.positions import Position
from sim.evidence.record import Record
from sim.scenario.admission import select_entries
from sim.scenario.load import Loaded
from sim.scenario.merge import Path
from sim.scenario.readings import Reading

Status = Literal["used", "superseded", "overridden", "left out", "unused"]
STATUS: dict[Status, str] = {
    "used": "a number or a line of the scenario rests on it",
    "superseded": "a later or a closer entry counts in its place",
    "overridden": "the scenario states the part itself",
    "left out": "the scenario leaves it out by choice",
    "unused": "nothing takes it",
}
"""The meaning of each status."""


@dataclass(frozen=True)
class Support:
    """What became of one entry.

    Attributes
    ----------
    id : str
        The entry.
    kind : str
        `position`, `act`, `paper` or `context`.
    status : str
        A key of STATUS.
    reason : str
        The number or line, the entry that counts in its place, or the reason for leaving it out.
    """

    id: str
    kind: str
    status: Status
    reason: str


def list_support(loaded: Loaded) -> list[Support]:
    """List what became of every entry disclosed by the scenario's `as_of`.

    Parameters
    ----------
    loaded : Loaded
        A scenario. One without `evidence` has no entries.
    """
    record = loaded.load_record()
    if record is None:
        return []
    day, positions = loaded.scenario.as_of, _trace_positions(loaded)
    acts, papers = _trace_acts(loaded), [x for x in record.proposals if x.disclosed <= day]
    last = _find_last(record.positions, loaded)
    supports = [_describe_position(loaded, x, positions, last) for x in record.positions if x.disclosed <= day]
    supports += [_describe_act(loaded, x, acts, record) for x in record.acts if x.disclosed <= day]
    supports = _mark_refused(loaded, record, supports)
    by_id = {support.id: support for support in supports}
    supports += [_describe_paper(loaded, x, papers, by_id) for x in papers]
    for remark in record.remarks:
        if remark.event <= day:
            supports.append(Support(remark.id, "context", "left out", "by choice: context, never a position"))
    return supports


def _mark_refused(loaded: Loaded, record: Record, supports: list[Support]) -> list[Support]:
    """Give the reason where the switch of documents does not admit an entry that nothing takes."""
    assert loaded.scenario.evidence is not None
    admit = loaded.scenario.evidence.admit
    if admit == "all":
        return supports
    positions, acts = select_entries(loaded.scenario, record, loaded.origins)
    known = {x.id for x in positions} | {x.id for x in acts}
    reason = f"by choice: `evidence.admit` is `{admit}`"
    idle = ("unused", "superseded", "overridden")
    refused = {x.id for x in supports if x.id not in known and x.status in idle and "another coding" not in x.reason}
    return [Support(x.id, x.kind, "left out", reason) if x.id in refused else x for x in supports]


def count_support(supports: list[Support]) -> dict[Status, int]:
    """Count entries by status, positions and acts only."""
    counts = Counter(support.status for support in supports if support.kind in ("position", "act"))
    return {status: counts[status] for status in STATUS}


def _find_choice(loaded: Loaded, *names: str | None) -> str | None:
    """Find the scenario's reason for leaving out one of several names."""
    assert loaded.scenario.evidence is not None
    left_out = loaded.scenario.evidence.left_out
    return next((f"by choice: {left_out[name]}" for name in names if name in left_out), None)


# Positions


def _trace_positions(loaded: Loaded) -> dict[str, tuple[Status, str]]:
    """Trace the positions that stakes rest on or pass over."""
    traces: dict[str, tuple[Status, str]] = {}
    for (p, i), basis in loaded.derivations.items():
        path = f"parties.{p}.issues.{i}"
        ends = {"demand": basis.demand, "conceded": basis.conceded, "withdrawn": basis.withdrawn_by}
        for part, name in ({"salience": basis.salience} | ends).items():
            if name:
                traces[name] = "used", f"{path}.{part}"
        count = basis.demand or basis.conceded
        for name in basis.passed_over:
            traces.setdefault(name, ("superseded", f"by {count}") if count else ("overridden", f"{path} is stated"))
    return traces


def _find_last(positions: list[Position], loaded: Loaded) -> dict[tuple[str, str], str]:
    """Find the last position of every actor on every issue by the scenario's `as_of`."""
    known = [x for x in positions if x.disclosed <= loaded.scenario.as_of and x.alternative_to is None]
    return {(x.actor, x.issue): x.id for x in sorted(known, key=lambda x: (x.event, x.id))}


def _describe_position(
    loaded: Loaded, x: Position, traces: dict[str, tuple[Status, str]], last: dict[tuple[str, str], str]
) -> Support:
    choice = _find_choice(loaded, x.id, x.issue)
    later = last.get((x.actor, x.issue), x.id)
    if choice and later != x.id and not _find_choice(loaded, x.id):
        return Support(x.id, "position", "superseded", f"by {later}, which is left out")
    if choice:
        return Support(x.id, "position", "left out", choice)
    if x.id in traces:
        return Support(x.id, "position", *traces[x.id])
    assert loaded.scenario.evidence is not None
    if x.alternative_to and x.id not in loaded.scenario.evidence.alternatives:
        return Support(x.id, "position", "superseded", f"by {x.alternative_to}, of which it is another coding")
    stake = _find_stake(loaded, x.actor, x.issue)
    if stake:
        p, demand = stake
        reason = f"by {demand}" if demand else f"parties.{p}.issues.{x.issue} is stated"
        return Support(x.id, "position", "superseded" if demand else "overridden", reason)
    third = _find_third_party(loaded, x.actor)
    if third and x.issue in loaded.scenario.issues:
        return Support(x.id, "position", "overridden", f"{third} is stated; a third party's terms")
    party = x.actor in {entry.actor or p for p, entry in loaded.scenario.parties.items()}
    name, kind = (x.issue, "an issue") if party or third else (x.actor, "a party")
    why = f"`{name}` is not {kind} of the scenario"
    return Support(x.id, "position", "unused", f"nothing takes it: {why}")


def _find_stake(loaded: Loaded, actor: str, issue: str) -> tuple[str, str | None] | None:
    """Find the party of an actor with a stake in an issue, and the position of its demand."""
    for p, party in loaded.scenario.parties.items():
        if (party.actor or p) == actor and issue in party.issues:
            return p, loaded.derivations[p, issue].demand
    return None


def _find_third_party(loaded: Loaded, actor: str) -> str | None:
    """Find the part of a scenario on which a third party's terms bear: its text, else its levers."""
    if actor in loaded.scenario.mediators:
        return f"mediators.{actor}.styles.formulation"
    sponsors = (n for n, sponsor in loaded.scenario.sponsors.items() if (sponsor.actor or n) == actor)
    return next((f"sponsors.{n}.levers" for n in sponsors), None)


# Acts


def _trace_acts(loaded: Loaded) -> dict[str, tuple[Status, str]]:
    """Trace the acts that readings rest on or pass over; of several readings the one that uses an act counts."""
    traces: dict[str, tuple[Status, str]] = {}
    order = list(STATUS)
    for path, reading in loaded.readings.items():
        place = ".".join(path)
        status: Status = "used" if reading.is_open else "overridden"
        now = dict.fromkeys(reading.acts, (status, place if status == "used" else f"{place} is stated"))
        if reading.is_open and reading.value is None:
            now = _trace_valueless(loaded, path, reading)
        later: dict[str, tuple[Status, str]] = {
            name: ("superseded", f"{reason.removeprefix('superseded ')} in {place}")
            if reason.startswith(("superseded", "continues")) or reading.is_open
            else ("overridden", f"{place} is stated; {reason}")
            for name, reason in reading.passed_over.items()
        }
        for name, trace in (later | now).items():
            if name not in traces or order.index(trace[0]) < order.index(traces[name][0]):
                traces[name] = trace
    return traces


def _trace_valueless(loaded: Loaded, path: Path, reading: Reading) -> dict[str, tuple[Status, str]]:
    """Trace acts of an open part that give no value: stress counts where a salience rests on it, others nowhere."""
    if path[-1] != "salience":
        reason = f"nothing takes it: it gives no value of {'.'.join(path)}: no agreement of both, or told differently"
        return dict.fromkeys(reading.acts, ("unused", reason))
    stakes = loaded.scenario.parties[path[1]].issues
    traces: dict[str, tuple[Status, str]] = {}
    for name in reading.acts:
        raised = [i for i, stake in stakes.items() if stake.salience and f" {name} " in (stake.salience.why or "")]
        closer = [basis.salience for (p, _), basis in loaded.derivations.items() if p == path[1] and basis.salience]
        if raised:
            traces[name] = "used", f"parties.{path[1]}.issues.{raised[0]}.salience"
        elif closer:
            traces[name] = "superseded", f"by {closer[-1]}: every issue of its theme is stressed as much by itself"
        else:
            traces[name] = "overridden", f"{'.'.join(path)} is stated"
    return traces


def _describe_act(loaded: Loaded, x: Act, traces: dict[str, tuple[Status, str]], record: Record) -> Support:
    choice = _find_choice(loaded, x.id, x.about)
    if choice:
        return Support(x.id, "act", "left out", choice)
    if x.id in traces:
        return Support(x.id, "act", *traces[x.id])
    if x.of is not None:
        whole = next(act for act in record.acts if act.id == x.of)
        support = _describe_act(loaded, whole, traces, record)
        return Support(x.id, "act", support.status, f"{support.reason}; tells of the same event as {x.of}")
    assert loaded.scenario.evidence is not None
    if x.alternative_to and x.id not in loaded.scenario.evidence.alternatives:
        return Support(x.id, "act", "superseded", f"by {x.alternative_to}, of which it is another coding")
    return Support(x.id, "act", "unused", f"nothing takes it: {_explain_idle(loaded, x)}")


def _explain_idle(loaded: Loaded, x: Act) -> str:
    """Explain why no part of the scenario takes an act."""
    s = loaded.scenario
    if x.act.startswith("venue_") or x.act == "convening":
        return f"no venue of the scenario is called `{x.about}`"
    if x.act in ("incident", "threat", "postponement"):
        return f"no type of incident counts `{x.about}` in `documented`"
    if x.act in ("mediation", "leaning") and x.actor not in s.mediators:
        return f"`{x.actor}` is not a mediator of the scenario"
    if x.act in ("lever", "sanctions", "arms_supply"):
        return f"`{x.actor}` has no lever of this kind in the scenario"
    if x.act == "mandate":
        return "it names no theme and level"
    if x.act == "agreement":
        return f"`{x.about}` is not an issue of the scenario"
    if x.act == "delivery":
        return "no agreement of both on the same subject came before"
    return f"no part of a scenario follows from acts of the kind `{x.act}`"


# Papers


def _describe_paper(loaded: Loaded, x: Proposal, papers: list[Proposal], supports: dict[str, Support]) -> Support:
    """Describe a paper: it counts through its positions, or as a document on the table."""
    choice = _find_choice(loaded, x.id)
    if choice:
        return Support(x.id, "paper", "left out", choice)
    used = [name for name in x.positions if name in supports and supports[name].status == "used"]
    if used:
        return Support(x.id, "paper", "used", f"{len(used)} of its positions count, {used[0]} among them")
    for d, document in loaded.scenario.documents.items():
        author = loaded.scenario.parties[document.author].actor or document.author
        if author == x.actor and document.handed == x.handed:
            return Support(x.id, "paper", "used", f"documents.{d}")
    third = _find_third_party(loaded, x.actor)
    if third:
        return Support(x.id, "paper", "overridden", f"{third} is stated; a third party's terms")
    newer = max((y for y in papers if y.actor == x.actor), key=lambda y: (y.handed, y.id))
    if newer.id != x.id:
        return Support(x.id, "paper", "superseded", f"by {newer.id}")
    return Support(x.id, "paper", "unused", "nothing takes it")
