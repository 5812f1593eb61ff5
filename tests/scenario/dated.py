"""The dated scenarios of the Russia-Ukraine case before derivation, and records without some entries."""

from __future__ import annotations

from sim.evidence.record import Record
from sim.scenario.library import shipped_folder
from sim.scenario.load import Loaded, _validate, _with_version, load
from sim.scenario.schema import Scenario, Stake

CASE = shipped_folder() / "cases" / "russia-ukraine"
DATED = ("belarus-2022", "istanbul-2022", "istanbul-2025", "istanbul-2025-round-2", "istanbul-2025-june")


def prepare(name: str) -> tuple[Scenario, Loaded]:
    """A shipped scenario before derivation."""
    loaded = load(name)
    return _validate(_with_version(loaded.data, loaded.origins), loaded.origins), loaded


def open_all(name: str) -> tuple[Scenario, Loaded]:
    """The scenario before derivation, with as much left to the documents as can be."""
    s, loaded = prepare(name)
    parties = {
        p: party.model_copy(update={"mandate": None, "issues": {i: _bare(x) for i, x in party.issues.items()}})
        for p, party in s.parties.items()
    }
    venues = {v: venue.model_copy(update={"acceptability": {}}) for v, venue in s.venues.items()}
    mediators = {
        m: x.model_copy(update={"leaning": {}, "styles": x.styles.model_copy(update={"facilitation": None})})
        for m, x in s.mediators.items()
    }
    incidents = {
        t: x if x.doer else x.model_copy(update={"attribution": {}, "rate": None if x.documented else x.rate})
        for t, x in s.incidents.items()
    }
    evidence = s.evidence.model_copy(update={"left_out": {}})  # type: ignore[union-attr]
    parts = {"parties": parties, "venues": venues, "mediators": mediators, "evidence": evidence}
    parts |= {"incidents": incidents, "precedents": {}, "documents": {}}
    return s.model_copy(update=parts), loaded


def _bare(stake: Stake) -> Stake:
    return stake.model_copy(update={"demand": None, "reservation": None, "salience": None})


def drop(record: Record, names: set[str]) -> Record:
    """A record without the positions, acts and papers of these names."""
    kinds = ("positions", "acts", "proposals")
    rest = {kind: [x for x in getattr(record, kind) if x.id not in names] for kind in kinds}
    return record.model_copy(update=rest)
