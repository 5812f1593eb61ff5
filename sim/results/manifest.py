"""What a result stands on: versions, resolved scenario and its hash, seed, indices, citations, environment.

Everything that can move a number is in the manifest; what cannot (workers, chunks, the machine's name for itself, the
time) is under `environment` and `created`, outside the fingerprint.
"""

from __future__ import annotations

import datetime
import hashlib
import platform
import re
from collections.abc import Iterator
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.identity import hash_code
from sim.core.layout import Ints
from sim.core.version import __version__
from sim.evidence.sources import Source
from sim.scenario.citations import iterate_citations
from sim.scenario.dump import dump_scenario, scenario_hash
from sim.scenario.library import load_papers
from sim.scenario.load import Loaded
from sim.scenario.numbers import iterate_numbers

if TYPE_CHECKING:
    from sim.results.plan import Plan

FORMAT = 1
"""Raised when a reader of manifests has to know of a change."""

_PACKAGES = (
    "numpy",
    "numba",
    "llvmlite",
    "mesa",
    "scipy",
    "pandas",
    "pyarrow",
    "pydantic",
    "ruamel.yaml",
    "matplotlib",
)
_MANY = 1000
_PAPER = re.compile(r"([A-Z][\w-]+)(?:,? (?:et al\.|& [A-Z][\w-]+|and [A-Z][\w-]+))? \(?((?:19|20)\d\d)\b")


def manifest(job: Plan) -> dict[str, Any]:
    """All that is needed to judge and repeat an ensemble, as data that JSON can hold."""
    party_class = job.party_class
    return {
        "kind": "run",
        "format": FORMAT,
        "parley": __version__,
        "code": hash_code(),
        "fingerprint": fingerprint(job),
        "seed": job.seed,
        "n": job.n,
        "engine": job.engine,
        "posterior": plain({"name": job.posterior.name, **job.posterior.note}) if job.posterior else None,
        "party_class": f"{party_class.__module__}.{party_class.__qualname__}" if party_class else None,
        "assumptions": index_ranges(job.assumptions),
        "fates": index_ranges(job.fates),
        "scenario": _scenario(job.loaded),
        "citations": citations(job.loaded),
        "environment": {**environment(), "workers": job.workers, "chunk": job.chunk},
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def _scenario(loaded: Loaded) -> dict[str, Any]:
    s = loaded.scenario
    notes = {
        f"{party}.{issue}": {key: value for key, value in vars(note).items() if value}
        for (party, issue), note in loaded.derivations.items()
    }
    return {
        "id": s.id,
        "title": s.title,
        "as_of": s.as_of.isoformat(),
        "hash": scenario_hash(loaded),
        "admitted": s.evidence.admit if s.evidence else None,
        "changes": plain(loaded.changes),
        "derivations": {key: note for key, note in notes.items() if note},
        "resolved": dump_scenario(loaded),
    }


def fingerprint(job: Plan) -> str:
    """Short name of a result: equal for equal parley, scenario, posterior, seed, indices and minds, on any engine."""
    mind = job.party_class.__qualname__ if job.party_class else ""
    mind += f" under {job.posterior.name}" if job.posterior else ""
    digest = hashlib.blake2b(digest_size=6)
    digest.update(f"{__version__}|{scenario_hash(job.loaded)}|{job.seed}|{job.n}|{mind}|".encode())
    digest.update(job.assumptions.astype("<i8").tobytes() + job.fates.astype("<i8").tobytes())
    return digest.hexdigest()


def plain(value: Any) -> Any:
    """Data as JSON holds it: dates as text, tuples as lists, NumPy numbers as numbers."""
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, np.generic):
        return value.item()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def index_ranges(index: Ints) -> list[list[int]] | dict[str, Any]:
    """Indices as ranges `[first, last]` in their order; with more than a thousand ranges, their ends and a hash."""
    ends = np.flatnonzero(np.diff(index) != 1)
    if ends.size >= _MANY:
        digest = hashlib.blake2b(index.astype("<i8").tobytes(), digest_size=16).hexdigest()
        return {"count": int(index.size), "least": int(index.min()), "largest": int(index.max()), "hash": digest}
    first, last = [0, *(ends + 1).tolist()], [*ends.tolist(), index.size - 1]
    return [[int(index[a]), int(index[b])] for a, b in zip(first, last, strict=True)]


# What it rests on


def citations(loaded: Loaded) -> list[dict[str, Any]]:
    """Every source the numbers rest on, then the papers their reasons name, each with what it is cited for."""
    record = loaded.load_record()
    sources = {**(record.sources if record else {}), **load_papers()}
    used = set(_documents(loaded)) & set(sources)
    papers = set(_papers(loaded, list(sources))) - used
    found = [("document", name) for name in sources if name in used]
    found += [("paper", name) for name in sources if name in papers]
    return [_citation(kind, name, sources[name]) for kind, name in found]


def _citation(kind: str, name: str, source: Source) -> dict[str, Any]:
    return {
        "id": name,
        "kind": kind,
        "citation": source.citation(),
        "cited_for": source.cited_for,
        "perspective": source.perspective,
    }


def _documents(loaded: Loaded) -> Iterator[str]:
    """Ids of the sources behind numbers, derived ones included, and behind mandates, conditions and papers."""
    for _, number in iterate_numbers(loaded.scenario):
        if number.source:
            yield number.source
    record = loaded.load_record()
    positions = {position.id: position for position in record.positions} if record else {}
    for note in loaded.derivations.values():
        for name in (note.demand, note.conceded, note.withdrawn_by, note.salience):
            if name:
                yield from (cited.id for cited in positions[name].sources)
    yield from (entry.source for _, entry in iterate_citations(loaded.scenario) if entry.source)


def _papers(loaded: Loaded, known: list[str]) -> Iterator[str]:
    """Ids of the papers that reasons name by author and year: `Kydd & Walter 2002` is `kydd-walter-2002`."""
    for _, number in iterate_numbers(loaded.scenario):
        for author, year in _PAPER.findall(number.why or ""):
            first = author.lower()
            yield from (name for name in known if name.endswith(f"-{year}") and name.split("-")[0] == first)


def counts(loaded: Loaded) -> dict[str, int]:
    """How many numbers of a scenario are documented, derived from documents, assumed … (kinds that occur)."""
    found: dict[str, int] = {}
    for _, number in iterate_numbers(loaded.scenario):
        found[number.provenance] = found.get(number.provenance, 0) + 1
    return found


# Where it ran


def environment() -> dict[str, Any]:
    """Versions and machine. Equal results are promised for equal versions and processor type only."""
    return {
        "python": platform.python_version(),
        "versions": {name: version for name in _PACKAGES if (version := _version(name))},
        "platform": platform.platform(),
        "machine": platform.machine(),
        "processor": _processor(),
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    """The processor type as the compiler names it: what decides which machine code is made."""
    from llvmlite import binding

    name: str = binding.get_host_cpu_name()
    return name
