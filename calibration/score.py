"""Scores of a forecast on rounds after its date: proper scores, and how often the likeliest outcome came about.

Log score and Brier score over outcome codes and venues (Brier 1950; Good 1952), ranked probability score over the bins
of the gap (Epstein 1969; Murphy 1971), log score of what was settled and on what terms. Lower is better for all but the
log score. Baselines that know no model are scored on the same rounds.

Where the record admits several codes, their probabilities are added up: what is scored is the probability that one of
them comes about. `calibration.validation.scores` averages the logs instead; the two log scores do not compare.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from calibration.baselines import KnownRound, predict_baselines
from calibration.content import (
    Agenda,
    Content,
    check_content,
    estimate_content,
    format_content,
    parse_content,
    read_settlements,
)
from calibration.venues import describe_match, match_venue
from sim.core.errors import ParleyError, nearest
from sim.core.layout import Floats
from sim.core.renames import read_code
from sim.rules.outcome import CODES

_NEEDED = ("id", "date_start", "outcome_code", "gap_days_from_previous_start")


@dataclass(frozen=True)
class RecordedRound:
    """One round of a record.

    `codes` holds more than one code where the record is uncertain; `gap` is in days; `venue` is as written; `content`
    lists what may have been settled, None where the record does not say.
    """

    id: str
    start: datetime.date
    codes: tuple[str, ...]
    gap: float | None
    venue: str
    content: list[Content] | None = None


def read_record(path: Path) -> list[RecordedRound]:
    """Read rounds from a CSV file (commas or semicolons) with the record's columns; `texts|partial` is a set of codes.

    Returns
    -------
    list of RecordedRound
        In order of date.

    Raises
    ------
    ParleyError
        The file cannot be read, a column is missing, or a value is wrong (the message names file and line).
    """
    text = _read_text(path)
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    missing = [name for name in _NEEDED if name not in (reader.fieldnames or [])]
    if missing:
        columns = f"a record needs {', '.join(_NEEDED)}, and may have venue and content"
        raise ParleyError(f"{path.name}:1: column `{missing[0]}` is missing; {columns}")
    try:
        rounds = [_parse_row(path, line, row) for line, row in enumerate(reader, start=2)]
    except csv.Error as error:
        raise ParleyError(f"{path.name}:{reader.line_num}: is not CSV: {error}") from None
    return sorted(rounds, key=lambda r: r.start)


def _read_text(path: Path) -> str:
    """Read a file of text. Raises ParleyError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ParleyError(f"{path}: no such file") from None
    except OSError as error:
        problem = "is a folder; a file is needed" if path.is_dir() else f"cannot be read: {error.strerror}"
        raise ParleyError(f"{path}: {problem}") from None
    except UnicodeDecodeError:
        raise ParleyError(f"{path}: is not UTF-8; save the file as UTF-8") from None


def _parse_row(path: Path, line: int, row: dict[str, str]) -> RecordedRound:
    """Parse one row of a record. Raises ParleyError."""
    codes = tuple(read_code(part.strip()) for part in (row["outcome_code"] or "").split("|"))
    for code in codes:
        if code not in CODES:
            raise ParleyError(
                f"{path.name}:{line}: unknown code `{code}`; allowed: {', '.join(CODES)}{nearest(code, list(CODES))}"
            )
    day, days = row["date_start"] or "", row["gap_days_from_previous_start"]
    try:
        start = datetime.date.fromisoformat(day)
    except ValueError:
        raise ParleyError(f"{path.name}:{line}: date_start: `{day}` is not a date; dates are YYYY-MM-DD") from None
    try:
        gap = float(days) if days else None
    except ValueError:
        problem = f"gap_days_from_previous_start: `{days}` is not a number of days"
        raise ParleyError(f"{path.name}:{line}: {problem}") from None
    if gap is not None and not 0 <= gap < math.inf:
        raise ParleyError(f"{path.name}:{line}: a gap is 0 days or more, not {gap:g}")
    try:
        content = parse_content(row["content"]) if row.get("content") else None
    except ParleyError as error:
        raise ParleyError(f"{path.name}:{line}: {error}") from None
    return RecordedRound(row["id"], start, codes, gap, row.get("venue") or "", content)


def compute_log_score(shares: Sequence[float], hit: Sequence[bool]) -> float:
    """Return the logarithm of the probability of what happened; minus infinity where it was 0.

    Parameters
    ----------
    shares : sequence of float
        Probability of each class.
    hit : sequence of bool
        Classes that happened; several where the record is uncertain.

    References
    ----------
    Good 1952, Journal of the Royal Statistical Society B 14, 107-114.
    """
    p = sum(s for s, h in zip(shares, hit, strict=True) if h)
    return math.log(p) if p > 0 else -math.inf


def compute_brier_score(shares: Sequence[float], hit: Sequence[bool]) -> float:
    """Return the Brier score over classes, from 0 to 2; uncertain classes count as one, with the sum of their shares.

    The parameters are those of `compute_log_score`.

    References
    ----------
    Brier 1950, Monthly Weather Review 78, 1-3.
    """
    p = sum(s for s, h in zip(shares, hit, strict=True) if h)
    return (1 - p) ** 2 + sum(s * s for s, h in zip(shares, hit, strict=True) if not h)


def compute_ranked_score(shares: Sequence[float] | Floats, at: int) -> float:
    """Return the ranked probability score, from 0 to 1: the mean squared difference of the cumulated shares.

    Parameters
    ----------
    shares : sequence of float (b,)
        Probability of each class, in their order.
    at : int
        Class that happened.

    References
    ----------
    Epstein 1969, Journal of Applied Meteorology 8, 985-987; Murphy 1971, same journal 10, 155-156.
    """
    cumulated = np.cumsum(shares)[:-1]
    happened = (np.arange(len(shares) - 1) >= at).astype(float)
    return float(((cumulated - happened) ** 2).mean())


def find_bin(gap: float, edges: Sequence[float]) -> int:
    """Find the bin of a gap in days: from an edge (included) to below the next; the last bin is open."""
    return int(np.searchsorted(np.asarray(edges, dtype=float), gap, side="right") - 1)


def read_forecast(path: Path) -> dict[str, Any]:
    """Read a forecast that `parley forecast` wrote. Raises ParleyError."""
    try:
        forecast = json.loads(_read_text(path))
    except json.JSONDecodeError:
        forecast = None
    if not isinstance(forecast, dict) or forecast.get("kind") != "forecast":
        raise ParleyError(f"{path} is not a forecast; `parley forecast SCENARIO --after DATE -o FILE` writes one")
    return forecast


def score_forecast(forecast: dict[str, Any], record: Sequence[RecordedRound]) -> dict[str, Any]:
    """Score all rounds after a forecast's date, and the baselines on the same rounds.

    Rounds beyond those that the forecast has are scored by its last one.

    Parameters
    ----------
    forecast : dict
        As `read_forecast` returns it.
    record : sequence of RecordedRound
        Rounds in order of date.

    Returns
    -------
    dict
        Scores by round and on average, as data that JSON can hold.

    Raises
    ------
    ParleyError
        The record holds no round after the date, or a content that the scenario cannot have.
    """
    after = datetime.date.fromisoformat(forecast["after"])
    later = [r for r in record if r.start > after]
    if not later:
        raise ParleyError(f"the record holds no round after {after}, the date of the forecast")
    agenda = _read_agenda(forecast)
    # Where no round was held before, a forecast counts the gap from the scenario's start.
    first = forecast.get("last_round") or forecast.get("start")
    last = datetime.date.fromisoformat(first) if first else None
    rows, earlier = [], _list_earlier(forecast, record)
    for k, outcome in enumerate(later):
        outcome = replace(outcome, gap=float((outcome.start - last).days) if last else outcome.gap)
        prediction = forecast["rounds"][min(k, len(forecast["rounds"]) - 1)]
        row = _score_round(prediction, outcome, forecast, agenda)
        row["beyond"] = k >= len(forecast["rounds"])
        row["venue_note"] = describe_match(outcome.venue, forecast["venues"]) if forecast.get("venues") else None
        guesses = predict_baselines(forecast, earlier, k)
        row["baselines"] = {name: _score_round(guess, outcome, forecast, agenda) for name, guess in guesses.items()}
        rows.append(row)
        last = outcome.start
    return {
        "conditional_on": forecast["conditional_on"],
        "after": forecast["after"],
        "posterior": forecast.get("posterior"),
        "rounds": rows,
        "mean": _mean(rows),
        "baselines": {name: _mean([row["baselines"][name] for row in rows]) for name in rows[0]["baselines"]},
    }


def _read_agenda(forecast: dict[str, Any]) -> Agenda | None:
    """Read what can be settled in the forecast's scenario; None in forecasts of earlier versions."""
    baskets = forecast.get("agenda")
    if not baskets:
        return None
    return Agenda(
        {name: CODES.index(basket["code"]) for name, basket in baskets.items()},
        {name: tuple(basket["issues"]) for name, basket in baskets.items()},
        {issue: tuple(at) for basket in baskets.values() for issue, at in basket["issues"].items()},
    )


def _list_earlier(forecast: dict[str, Any], record: Sequence[RecordedRound]) -> list[KnownRound]:
    """List the rounds up to the forecast's date: those that it knew, and those of the record that it did not."""
    titles, known = forecast.get("venues", {}), {}
    for entry in forecast.get("earlier", []):
        known[entry["start"]] = KnownRound(entry["codes"], entry["gap"], match_venue(entry["venue"], titles))
    for r in record:
        if r.start.isoformat() <= forecast["after"]:
            known.setdefault(r.start.isoformat(), KnownRound(r.codes, r.gap, match_venue(r.venue, titles)))
    return [known[day] for day in sorted(known)]


def _score_round(
    prediction: dict[str, Any], outcome: RecordedRound, forecast: dict[str, Any], agenda: Agenda | None
) -> dict[str, Any]:
    """Score one prediction of one round."""
    shares = [prediction["code"][code] for code in CODES]
    hit = [code in outcome.codes for code in CODES]
    top, gap = int(np.argmax(shares)), outcome.gap
    row: dict[str, Any] = {
        "id": outcome.id,
        "codes": "|".join(outcome.codes),
        "probability": sum(s for s, h in zip(shares, hit, strict=True) if h),
        "log": compute_log_score(shares, hit),
        "brier": compute_brier_score(shares, hit),
        "top_share": shares[top],
        "top_hit": hit[top],
        "gap": gap,
        "rps_gap": None
        if gap is None
        else compute_ranked_score(prediction["gap_bins"], find_bin(gap, forecast["gap_edges"])),
    }
    place = match_venue(outcome.venue, forecast.get("venues", {}))
    if place is not None and place in prediction["venue"]:
        places = list(prediction["venue"])
        row["log_venue"] = compute_log_score([prediction["venue"][p] for p in places], [p == place for p in places])
    if outcome.content is not None and agenda is not None:
        row |= _score_content(prediction, outcome, agenda)
    return row


def _score_content(prediction: dict[str, Any], outcome: RecordedRound, agenda: Agenda) -> dict[str, Any]:
    """Score the content of a round: from simulated settlements, or from the codes where a prediction has no others."""
    assert outcome.content is not None
    fault = check_content(outcome.content, agenda)
    if fault:
        raise ParleyError(f"round {outcome.id}: {fault}")
    row: dict[str, Any] = {"content": format_content(outcome.content)}
    if "content" in prediction:
        counts = read_settlements(agenda, prediction["content"])
        row["probability_baskets"], row["probability_content"] = estimate_content(agenda, counts, outcome.content)
    else:
        codes = [prediction["code"][code] for code in CODES]
        row["probability_content"] = sum(agenda.guess(content, codes) for content in outcome.content)
    row["log_content"] = math.log(row["probability_content"]) if row["probability_content"] > 0 else -math.inf
    return row


def _mean(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Average the scores over rounds."""
    prediction = float(np.mean([r["top_share"] for r in rows]))
    outcome = float(np.mean([r["top_hit"] for r in rows]))
    return {
        "rounds": len(rows),
        "log": float(np.mean([r["log"] for r in rows])),
        "brier": float(np.mean([r["brier"] for r in rows])),
        **{name: _average(rows, name) for name in ("rps_gap", "log_venue", "log_content")},
        "calibration": {
            "mean_share_of_likeliest": prediction,
            "share_of_likeliest_that_came": outcome,
            "difference": outcome - prediction,
        },
    }


def _average(rows: Sequence[dict[str, Any]], name: str) -> float | None:
    """Average a score over the rounds that have it; None where none has."""
    values = [r[name] for r in rows if r.get(name) is not None]
    return float(np.mean(values)) if values else None
