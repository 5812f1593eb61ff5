"""The record that fits are compared with: coded rounds of talks, and shares of outcomes of recorded crises."""

from __future__ import annotations

import csv
import datetime
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from sim.core.errors import ParleyError, nearest
from sim.core.statistics import Z95
from sim.evidence.sources import Citation, load_sources
from sim.rules.outcome import CODES
from sim.scenario.library import load_papers, shipped_folder
from sim.yamlio.reader import Document, read
from sim.yamlio.validation import refuse_entry

STYLES = ("none", "facilitation", "formulation", "manipulation")
COLUMNS = ("id", "date_start", "date_end", "format", "venue", "outcome_code", "gap_days_from_previous_start")
"""Columns of a record of rounds as CSV that scoring reads; others may stand beside them."""


def record_folder() -> Path:
    """Return the folder of the record that comes with the package."""
    return Path(__file__).parent / "record"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _complete_interval(value: Any) -> Any:
    """Turn one value into an interval."""
    return (value, value) if isinstance(value, int | float) else value


Terms = Annotated[tuple[float, float], BeforeValidator(_complete_interval)]


class Statement(_Entry):
    """What a party says of itself (`own`), of another (`attributed`), or an outlet says (`media`) about a round."""

    by: str
    kind: Literal["own", "attributed", "media"]
    says: str
    sources: list[Citation] = Field(min_length=1)


class Round(_Entry):
    """One coded round of talks.

    `codes` is the set of outcome codes that the sources support; `gap` is in days since the start of the round before;
    `delivered` (share) and `walk_backs` (count) are intervals. `content` lists what the sources admit as settled:
    baskets with the terms of their issues, each a value or an interval; `{}` is nothing.
    """

    id: str
    start: datetime.date
    end: datetime.date
    gap: int | None = Field(default=None, ge=0)
    venue: str
    place: str
    access: Literal["in person", "online"]
    third_party: str
    codes: list[str] = Field(min_length=1)
    delivered: tuple[float, float] | None = None
    walk_backs: tuple[int, int] | None = None
    quiet: bool | None = None  # whether two months without a round followed
    content: list[dict[str, dict[str, Terms]]] | None = None
    why: str | None = None
    statements: list[Statement] = Field(min_length=1)


def load_rounds(path: Path | None = None) -> tuple[Round, ...]:
    """Load the coded rounds.

    Parameters
    ----------
    path : Path, optional
        File of the record; by default the one that comes with the package.

    Returns
    -------
    tuple of Round
        In order of date.

    Raises
    ------
    ScenarioError
        An entry is wrong; the message names file, line and key.
    """
    file = path or record_folder() / "rounds.yaml"
    document = read(file)
    entries = document.data.get("rounds")
    if not isinstance(entries, list):
        raise document.refuse("expected a list of rounds", ("rounds",))
    rounds = tuple(_parse_round(document, n, entry) for n, entry in enumerate(entries))
    known = {*load_sources(shipped_folder() / "cases" / "russia-ukraine" / "sources.yaml"), *load_papers()}
    for n, entry in enumerate(rounds):
        _check_round(document, n, entry, rounds[:n], known)
    return rounds


def _parse_round(document: Document, n: int, entry: Any) -> Round:
    """Validate one entry of the record."""
    try:
        return Round.model_validate(entry)
    except ValidationError as error:
        raise refuse_entry(error, document, ("rounds", n), Round) from None


def _check_round(document: Document, n: int, entry: Round, earlier: tuple[Round, ...], known: set[str]) -> None:
    """Refuse unknown codes and sources, rounds out of order, and gaps that disagree with the dates."""
    for code in entry.codes:
        if code not in CODES:
            raise document.refuse(
                f"unknown code `{code}`; allowed: {', '.join(CODES)}{nearest(code, list(CODES))}",
                ("rounds", n, "codes"),
            )
    if earlier and entry.start < earlier[-1].start:
        raise document.refuse("rounds are listed in order of date", ("rounds", n, "start"))
    if entry.gap is not None and (not earlier or (entry.start - earlier[-1].start).days != entry.gap):
        raise document.refuse("`gap` is not the days since the start of the round before", ("rounds", n, "gap"))
    for statement in entry.statements:
        for cited in statement.sources:
            if cited.id not in known:
                raise document.refuse(
                    f"unknown source `{cited.id}`{nearest(cited.id, sorted(known))}", ("rounds", n, "statements")
                )


@dataclass(frozen=True)
class Crises:
    """Numbers of crises, and of formal agreements among them, by style of mediation."""

    cases: dict[str, int]
    formal: dict[str, int]

    def share(self, style: str) -> float:
        """Return the share of crises of a style that ended in a formal agreement."""
        return self.formal[style] / self.cases[style]


def load_crises(path: Path | None = None) -> Crises:
    """Load the cross table of crises, added up over degrees of violence.

    Parameters
    ----------
    path : Path, optional
        CSV file; by default the one that comes with the package.

    Raises
    ------
    ParleyError
        A style is unknown, or the counts of a row do not add up.
    """
    file = path or record_folder() / "crises.csv"
    cases, formal = dict.fromkeys(STYLES, 0), dict.fromkeys(STYLES, 0)
    with file.open(encoding="utf-8", newline="") as stream:
        for line, row in enumerate(csv.DictReader(stream), start=2):
            style = row["mediation_style"]
            parts = [int(row[name]) for name in ("formal", "semi_formal", "tacit", "other")]
            if style not in STYLES or sum(parts) != int(row["crises"]) or min(parts) < 0:
                raise ParleyError(f"{file.name}:{line}: unknown style, or outcomes do not add up to `crises`")
            cases[style] += int(row["crises"])
            formal[style] += parts[0]
    return Crises(cases, formal)


def compute_odds_ratio(a: float, b: float, c: float, d: float) -> tuple[float, float, float]:
    """Compute the odds ratio (a/b)/(c/d) with its 95% interval.

    Parameters
    ----------
    a, b : float
        Cases with and without the outcome in the first group.
    c, d : float
        The same in the second group.

    Returns
    -------
    tuple of float
        Ratio, lower and upper end; NaN where a count is 0.

    References
    ----------
    Woolf 1955, Annals of Human Genetics 19, 251-253.
    """
    if min(a, b, c, d) <= 0:
        return math.nan, math.nan, math.nan
    ratio, width = (a / b) / (c / d), Z95 * math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return ratio, ratio * math.exp(-width), ratio * math.exp(width)
