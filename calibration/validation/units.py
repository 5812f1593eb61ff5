"""Units of validation: a scenario, coded before its first round, and the record of what followed."""

from __future__ import annotations

import csv
import datetime
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from calibration.records import Round, load_rounds, record_folder
from sim.core.errors import ParleyError, nearest
from sim.rules.outcome import CODES
from sim.scenario.load import Loaded, load
from sim.yamlio.reader import Document, read
from sim.yamlio.validation import refuse_entry

HORIZON = 365
"""Days after the start that are compared with the record, where the record reaches so far."""

Share = Annotated[float, Field(ge=0, le=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Meeting(_Entry):
    """One round of a record.

    `codes` is the set of shared outcome codes that the sources support. `default` marks a code `none` that stands for
    want of a report: it counts as a meeting and says nothing of its outcome.
    """

    id: str
    start: datetime.date
    codes: list[str] = Field(min_length=1)
    default: bool = False
    why: str | None = None
    sources: list[str] = Field(default_factory=list)


class Settlement(_Entry):
    """A settlement of a basket of the scenario.

    `terms` gives an interval on the scale of each issue; the words of the record were placed on the labels of the issue
    by somebody who coded neither positions nor record.
    """

    basket: str
    date: datetime.date
    terms: dict[str, tuple[Share, Share]] = Field(default_factory=dict)
    agreement: str
    why: str | None = None
    sources: list[str] = Field(min_length=1)


class Unit(_Entry):
    """One case: a scenario and its record up to the day `until`; units of one `dyad` are left out together."""

    id: str
    title: str
    dyad: str
    scenario: str
    until: datetime.date
    rounds: list[str] = Field(default_factory=list)
    meetings: list[Meeting] = Field(default_factory=list)
    settlements: list[Settlement] = Field(default_factory=list)
    not_compared: dict[str, str] = Field(default_factory=dict)

    @cached_property
    def loaded(self) -> Loaded:
        """The scenario."""
        return load(self.scenario)

    @property
    def start(self) -> datetime.date:
        """First day of the scenario's time."""
        start: datetime.date = self.loaded.scenario.start
        return start

    @property
    def observed(self) -> int:
        """Days from the start that both the record and the comparison cover."""
        return min((self.until - self.start).days, HORIZON)

    def days_to(self, date: datetime.date) -> int:
        """Return the days from the start to a date; a meeting that began before counts as day 0."""
        return max((date - self.start).days, 0)


@dataclass(frozen=True)
class Issue:
    """An issue whose terms a record shows: name, basket and the interval on its scale."""

    name: str
    basket: str
    low: float
    high: float


def list_terms(unit: Unit) -> list[Issue]:
    """List the terms of the first recorded settlement of each issue within the days observed."""
    terms: dict[str, Issue] = {}
    for settlement in sorted(unit.settlements, key=lambda s: s.date):
        if unit.days_to(settlement.date) <= unit.observed:
            for issue, (low, high) in settlement.terms.items():
                terms.setdefault(issue, Issue(issue, settlement.basket, low, high))
    return list(terms.values())


def list_sources(unit: Unit, folder: Path) -> list[str]:
    """List the ids of the sources of a unit: its own in `sources.csv`, and those of its scenario's documents."""
    file = folder / "sources.csv"
    own = []
    if file.is_file():
        with file.open(encoding="utf-8", newline="") as stream:
            own = [row["id"] for row in csv.DictReader(stream) if row["case"] == unit.id]
    record = unit.loaded.load_record()
    return own + (list(record.sources) if record else [])


def units_folder() -> Path:
    """Return the folder of the units that come with the package."""
    return record_folder() / "cases"


def load_units(folder: Path | None = None) -> list[Unit]:
    """Load every unit of a folder, in the order of their file names.

    Parameters
    ----------
    folder : Path, optional
        Folder of YAML files, a unit each; by default the one that comes with the package.

    Raises
    ------
    ScenarioError
        An entry is wrong; the message names file, line and key.
    ParleyError
        The folder holds no unit, or the units share an id or make fewer than two dyads.
    """
    where = folder or units_folder()
    units = [load_unit(file) for file in sorted(where.glob("*.yaml"))]
    if len({unit.dyad for unit in units}) < 2:
        raise ParleyError(f"{where} holds {len(units)} units; leaving one out needs two dyads or more")
    if len({unit.id for unit in units}) < len(units):
        raise ParleyError(f"two units in {where} have the same `id`")
    return units


def load_unit(file: Path) -> Unit:
    """Load one unit. Raises ScenarioError."""
    document = read(file)
    try:
        unit = Unit.model_validate(document.data)
    except ValidationError as error:
        raise refuse_entry(error, document, (), Unit) from None
    _check(document, unit, file.parent)
    if unit.rounds:
        rounds = _select_rounds(document, unit.rounds)
        meetings = [Meeting(id=entry.id, start=entry.start, codes=entry.codes) for entry in rounds]
        settlements = [settlement for entry in rounds for settlement in _read_content(entry)]
        update = {"meetings": [*unit.meetings, *meetings], "settlements": [*unit.settlements, *settlements]}
        unit = unit.model_copy(update=update)
    return unit


def _select_rounds(document: Document, ids: list[str]) -> list[Round]:
    """Select rounds by id from the record of rounds. Raises ScenarioError."""
    known = {entry.id: entry for entry in load_rounds()}
    for name in ids:
        if name not in known:
            raise document.refuse(f"unknown round `{name}`{nearest(name, list(known))}", ("rounds",))
    return [known[name] for name in ids]


def _read_content(entry: Round) -> list[Settlement]:
    """Read what a round settled, by the first of the contents that its sources admit."""
    sources = [cited.id for statement in entry.statements for cited in statement.sources]
    content = (entry.content or [{}])[0]
    return [
        Settlement(basket=basket, date=entry.start, terms=terms, agreement=f"round {entry.id}", sources=sources)
        for basket, terms in content.items()
    ]


def _check(document: Document, unit: Unit, folder: Path) -> None:
    """Refuse unknown codes, baskets, issues and sources, and a record that ends too early. Raises ScenarioError."""
    scenario = unit.loaded.scenario

    def refuse(what: str, name: str, known: list[str], *path: Any) -> None:
        if name not in known:
            raise document.refuse(f"unknown {what} `{name}`; allowed: {', '.join(known)}{nearest(name, known)}", path)

    known = list_sources(unit, folder)
    cited = [("meetings", n, m.sources) for n, m in enumerate(unit.meetings)]
    cited += [("settlements", n, s.sources) for n, s in enumerate(unit.settlements)]
    for key, n, names in cited:
        for name in names:
            if name not in known:
                raise document.refuse(f"unknown source `{name}`{nearest(name, known)}", (key, n, "sources"))
    if unit.until <= unit.start:
        raise document.refuse(f"`until` lies before the scenario's start, {unit.start}", ("until",))
    for n, meeting in enumerate(unit.meetings):
        for code in meeting.codes:
            refuse("code", code, list(CODES), "meetings", n, "codes")
    for n, settlement in enumerate(unit.settlements):
        refuse("basket", settlement.basket, list(scenario.baskets), "settlements", n, "basket")
        for issue, (low, high) in settlement.terms.items():
            refuse("issue", issue, list(scenario.issues), "settlements", n, "terms")
            if low > high:
                raise document.refuse("an interval runs from low to high", ("settlements", n, "terms", issue))
    for name in unit.not_compared:
        refuse("basket", name, list(scenario.baskets), "not_compared")
