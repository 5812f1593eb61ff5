"""GeniusWeb profiles (JSON), linear additive ones on discrete values, read as NegMAS reads them.

A profile holds its own copy of the domain; a domain file beside it is not needed. The utility of an outcome is the sum
over issues of weight times utility; nothing is scaled. No agreement is worth the utility of the `reservationBid`, whose
missing issues count 0, or 0 without one.

References
----------
GeniusWeb, `geniusweb.profile.utilityspace.LinearAdditiveUtilitySpace`; NegMAS, `from_geniusweb_json_str`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from sim.core.errors import ScenarioError
from sim.core.layout import Floats
from sim.interop.candidates import Candidate, Kind, choose_domain, choose_profiles, classify_files, note_unreadable
from sim.interop.domain import Domain, Profile
from sim.interop.files import clip_text, number_repeats, read_text
from sim.interop.genius import MAX_ISSUES, MAX_VALUES

LINEAR = "LinearAdditiveUtilitySpace"
Values = dict[str, tuple[str, ...]]
"""Values of each issue, by its name."""


def read(folder: Path, domain: str | None = None, profiles: Sequence[str] = ()) -> Domain:
    """Read the GeniusWeb profiles of a folder; parameters, result and errors are those of `genius.read`."""
    files = classify_files(folder, ".json", classify)
    if domain is None and not any(c.kind is Kind.DOMAIN for c in files):
        spaces = choose_profiles(folder, files, profiles, classify, lambda c: True)
        name, issues = _read_own_domain(spaces[0])
    else:
        template = choose_domain(folder, files, domain, classify)
        name, issues = read_issues(template.name, template.content)
        spaces = choose_profiles(folder, files, profiles, classify, partial(_fits, issues))
    names = number_repeats([clip_text(space.path.stem) for space in spaces])
    notes: list[str] = [] if profiles else note_unreadable(files, spaces)
    sides = tuple(_read_profile(c, n, issues, notes) for c, n in zip(spaces, names, strict=True))
    values = tuple(number_repeats([clip_text(value) for value in texts]) for texts in issues.values())
    titles = number_repeats([clip_text(n) for n in issues])
    return Domain(clip_text(name), titles, values, sides, notes=tuple(dict.fromkeys(notes)))


def classify(path: Path) -> Candidate:
    """Say whether a JSON file is a domain, a profile, or something else."""
    try:
        content = json.loads(read_text(path))
    except ScenarioError as error:
        return Candidate(path, Kind.OTHER, None, error.problem, error.line)
    except json.JSONDecodeError as error:
        return Candidate(path, Kind.OTHER, None, f"is not JSON: {error.msg} (column {error.colno})", error.lineno)
    except (ValueError, RecursionError) as error:
        return Candidate(path, Kind.OTHER, None, f"is not JSON: {error}")
    if isinstance(content, dict) and isinstance(content.get(LINEAR), dict):
        return Candidate(path, Kind.PROFILE, content[LINEAR])
    if isinstance(content, dict) and "issuesValues" in content:
        return Candidate(path, Kind.DOMAIN, content)
    kinds = [key for key in content if "UtilitySpace" in key] if isinstance(content, dict) else []
    problem = f"is a `{clip_text(kinds[0])[:60]}`; profiles of kind {LINEAR} are read" if kinds else ""
    return Candidate(path, Kind.OTHER, None, problem)


def read_issues(file: str, content: dict[str, Any]) -> tuple[str, Values]:
    """Read name and issues of a domain. Raises ScenarioError."""
    entries = content.get("issuesValues")
    if not isinstance(entries, dict) or not 1 <= len(entries) <= MAX_ISSUES:
        raise ScenarioError(f"1 to {MAX_ISSUES} issues are needed under `issuesValues`", file=file)
    issues: Values = {}
    for name, entry in entries.items():
        values = entry.get("values") if isinstance(entry, dict) else None
        if not isinstance(values, list):
            problem = f"issue `{clip_text(name)}` has no list of values (a range of numbers); discrete issues are read"
            raise ScenarioError(problem, file=file)
        texts = tuple(dict.fromkeys(map(str, values)))
        if not 1 <= len(texts) <= MAX_VALUES:
            problem = f"issue `{clip_text(name)}` has {len(texts):,} values; 1 to {MAX_VALUES} are read"
            raise ScenarioError(problem, file=file)
        issues[name] = texts
    return str(content.get("name") or Path(file).stem), issues


def _read_own_domain(candidate: Candidate) -> tuple[str, Values]:
    """Read name and issues of the domain inside a profile."""
    domain = candidate.content.get("domain")
    if not isinstance(domain, dict):
        raise ScenarioError("holds no `domain`, and the folder has no domain file", file=candidate.name)
    return read_issues(candidate.name, domain)


def _fits(issues: Values, candidate: Candidate) -> bool:
    utilities = candidate.content.get("issueUtilities")
    return isinstance(utilities, dict) and utilities.keys() == issues.keys()


def _read_profile(candidate: Candidate, name: str, issues: Values, notes: list[str]) -> Profile:
    """Read one side's table."""
    file, content = candidate.name, candidate.content
    if isinstance(content.get("domain"), dict):
        own = read_issues(file, content["domain"])[1]
        if {k: set(v) for k, v in own.items()} != {k: set(v) for k, v in issues.items()}:
            raise ScenarioError("is about another domain: its issues or values differ", file=file)
    utilities, weights = content.get("issueUtilities"), content.get("issueWeights")
    if not isinstance(utilities, dict) or not isinstance(weights, dict):
        raise ScenarioError("`issueUtilities` and `issueWeights` are needed", file=file)
    shares = np.array([_read_share(file, weights.get(issue), f"issueWeights.{clip_text(issue)}") for issue in issues])
    if shares.sum() <= 0.0:
        raise ScenarioError("all weights are 0; allowed: 0 to 1, not all 0", file=file, key="issueWeights")
    if abs(shares.sum() - 1.0) > 1e-6:
        notes.append(f"{file}: weights sum to {shares.sum():.6g}; they are not scaled, as in NegMAS")
    tables = [_read_table(file, utilities.get(issue), issue, values) for issue, values in issues.items()]
    discount = _read_share(file, content.get("discount_factor", 1.0), "discount_factor")
    if 0.0 < discount < 1.0:
        notes.append(f"{file}: the discount factor {discount:g} is dropped: utilities here do not fall with time")
    return Profile(name, shares, tuple(tables), _read_reserved(file, content, issues, shares, tables), discount)


def _read_share(file: str, value: Any, key: str) -> float:
    """Check a number in [0, 1]."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= 1.0:
        text = "is missing" if value is None else f"`{clip_text(str(value))[:40]}`"
        raise ScenarioError(f"{text}; allowed: a number from 0 to 1", file=file, key=key)
    return float(value)


def _read_table(file: str, entry: Any, issue: str, values: tuple[str, ...]) -> Floats:
    """Read the utilities of one issue's values."""
    key = f"issueUtilities.{clip_text(issue)}"
    if not isinstance(entry, dict) or not isinstance(entry.get("discreteutils"), dict):
        kind = ", ".join(map(clip_text, entry)) if isinstance(entry, dict) else "missing"
        raise ScenarioError(f"utilities are {kind[:60]}; `discreteutils` are read", file=file, key=key)
    table = entry["discreteutils"].get("valueUtilities")
    if not isinstance(table, dict):
        raise ScenarioError("has no `valueUtilities`", file=file, key=f"{key}.discreteutils")
    key += ".discreteutils.valueUtilities"
    return np.array([_read_share(file, table.get(value), f"{key}.{clip_text(value)}") for value in values])


def _read_reserved(file: str, content: dict[str, Any], issues: Values, shares: Floats, tables: list[Floats]) -> float:
    """Compute what no agreement is worth: the utility of the reservation bid."""
    bid = content.get("reservationBid")
    chosen = bid.get("issuevalues") if isinstance(bid, dict) else None
    if not isinstance(chosen, dict):
        value = content.get("reserved_value")
        return 0.0 if value is None else _read_share(file, value, "reserved_value")
    parts = []
    for (issue, values), share, table in zip(issues.items(), shares, tables, strict=True):
        value = chosen.get(issue)
        if value is not None and str(value) not in values:
            problem = f"`{clip_text(str(value))[:40]}` is not a value of `{clip_text(issue)}`"
            raise ScenarioError(problem, file=file, key=f"reservationBid.issuevalues.{clip_text(issue)}")
        parts.append(0.0 if value is None else float(share * table[values.index(str(value))]))
    return math.fsum(parts)
