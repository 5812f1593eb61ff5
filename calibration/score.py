"""A forecast held against rounds it has not seen: proper scores, and how often what was said to be likely came about.

Log score and Brier score over outcome codes and venues (Brier 1950; Good 1952), ranked probability score over the bins
of the gap (Epstein 1969; Murphy 1971). All are negatively oriented here except the log score, of which more is better.
"""

from __future__ import annotations

import csv
import datetime
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from calibration.records import COLUMNS
from sim.core.errors import ParleyError, nearest
from sim.rules.outcome import CODES

_NEEDED = ("id", "date_start", "outcome_code", "gap_days_from_previous_start")


@dataclass(frozen=True)
class Happened:
    """One round of a record: codes admitted (more than one where uncertain), gap in days, venue as written."""

    id: str
    start: datetime.date
    codes: tuple[str, ...]
    gap: float | None
    venue: str


def read_record(path: Path) -> list[Happened]:
    """Rounds of a CSV with the record's columns, in order of date; `tabled|partial` is a set. Raises ParleyError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [name for name in _NEEDED if name not in (reader.fieldnames or [])]
            if missing:
                raise ParleyError(f"{path.name}: column `{missing[0]}` is missing; a record has {', '.join(COLUMNS)}")
            rounds = [_happened(path, line, row) for line, row in enumerate(reader, start=2)]
    except (OSError, UnicodeDecodeError) as error:
        raise ParleyError(f"{path} cannot be read as a UTF-8 CSV file: {error}") from None
    return sorted(rounds, key=lambda r: r.start)


def _happened(path: Path, line: int, row: dict[str, str]) -> Happened:
    codes = tuple(part.strip() for part in (row["outcome_code"] or "").split("|"))
    for code in codes:
        if code not in CODES:
            raise ParleyError(
                f"{path.name}:{line}: unknown code `{code}`; allowed: {', '.join(CODES)}{nearest(code, list(CODES))}"
            )
    try:
        start = datetime.date.fromisoformat(row["date_start"])
        gap = float(row["gap_days_from_previous_start"]) if row["gap_days_from_previous_start"] else None
    except ValueError as error:
        raise ParleyError(f"{path.name}:{line}: {error}; dates are YYYY-MM-DD, gaps are numbers of days") from None
    if gap is not None and not 0 <= gap < math.inf:
        raise ParleyError(f"{path.name}:{line}: a gap is 0 days or more, not {gap:g}")
    return Happened(row["id"], start, codes, gap, row.get("venue") or "")


def log_score(shares: Sequence[float], hit: Sequence[bool]) -> float:
    """Logarithm of the probability given to what happened; minus infinity where that was 0."""
    p = sum(s for s, h in zip(shares, hit, strict=True) if h)
    return math.log(p) if p > 0 else -math.inf


def brier(shares: Sequence[float], hit: Sequence[bool]) -> float:
    """Brier score over classes, from 0 to 2. Uncertain classes count as one, with the sum of their shares."""
    p = sum(s for s, h in zip(shares, hit, strict=True) if h)
    return (1 - p) ** 2 + sum(s * s for s, h in zip(shares, hit, strict=True) if not h)


def ranked(shares: Sequence[float], at: int) -> float:
    """Ranked probability score: sum of squared differences of the cumulated shares, over bins less one; 0 to 1."""
    cumulated = np.cumsum(shares)[:-1]
    happened = (np.arange(len(shares) - 1) >= at).astype(float)
    return float(((cumulated - happened) ** 2).mean())


def bin_of(gap: float, edges: Sequence[float]) -> int:
    """The bin of a gap: from an edge (included) to below the next; the last is open."""
    return int(np.searchsorted(np.asarray(edges, dtype=float), gap, side="right") - 1)


def read_forecast(path: Path) -> dict[str, Any]:
    """A forecast as `parley forecast` writes it. Raises ParleyError."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ParleyError(f"{path} is no forecast: {error}") from None
    if not isinstance(found, dict) or found.get("kind") != "forecast":
        raise ParleyError(f"{path} is no forecast; `parley forecast SCENARIO --posterior DIR --after DATE` writes one")
    return found


def score(forecast: dict[str, Any], record: Sequence[Happened]) -> dict[str, Any]:
    """Scores of the rounds after the forecast's date, one each and on average. Raises ParleyError if there is none."""
    after = datetime.date.fromisoformat(forecast["after"])
    seen = [r for r in record if r.start > after]
    pairs = list(zip(forecast["rounds"], seen, strict=False))
    if not pairs:
        raise ParleyError(f"the record holds no round after {after}, the date of the forecast")
    # Where no round was held before, a forecast counts the gap from the scenario's start.
    begun = forecast.get("last_round") or forecast.get("start")
    last = datetime.date.fromisoformat(begun) if begun else None
    rows = []
    for said, came in pairs:
        gap = float((came.start - last).days) if last else came.gap
        rows.append(_row(said, came, gap, forecast["gap_edges"], forecast.get("venues", {})))
        last = came.start
    return {
        "conditional_on": forecast["conditional_on"],
        "after": forecast["after"],
        "rounds": rows,
        "mean": _mean(rows),
    }


def _row(
    said: dict[str, Any], came: Happened, gap: float | None, edges: Sequence[float], titles: Mapping[str, str]
) -> dict[str, Any]:
    shares = [said["code"][code] for code in CODES]
    hit = [code in came.codes for code in CODES]
    top = int(np.argmax(shares))
    row: dict[str, Any] = {
        "id": came.id,
        "codes": "|".join(came.codes),
        "probability": sum(s for s, h in zip(shares, hit, strict=True) if h),
        "log": log_score(shares, hit),
        "brier": brier(shares, hit),
        "top_share": shares[top],
        "top_hit": hit[top],
        "gap": gap,
        "rps_gap": None if gap is None else ranked(said["gap_bins"], bin_of(gap, edges)),
    }
    place = venue_of(came.venue, titles)
    if place is not None:
        places = list(said["venue"])
        row["log_venue"] = log_score([said["venue"][p] for p in places], [p == place for p in places])
    return row


def venue_of(text: str, titles: Mapping[str, str]) -> str | None:
    """The one venue of the scenario whose id or title the record's text holds, if it is one; none is guessed at."""
    found = [v for v, title in titles.items() if v.casefold() in text.casefold() or title.casefold() in text.casefold()]
    return found[0] if len(found) == 1 else None


def _mean(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    gaps = [r["rps_gap"] for r in rows if r["rps_gap"] is not None]
    said = float(np.mean([r["top_share"] for r in rows]))
    came = float(np.mean([r["top_hit"] for r in rows]))
    return {
        "rounds": len(rows),
        "log": float(np.mean([r["log"] for r in rows])),
        "brier": float(np.mean([r["brier"] for r in rows])),
        "rps_gap": float(np.mean(gaps)) if gaps else None,
        "calibration": {
            "mean_share_of_likeliest": said,
            "share_of_likeliest_that_came": came,
            "difference": came - said,
        },
    }
