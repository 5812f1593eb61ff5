"""Manifest of a result: its provenance, as data that JSON can hold.

It holds versions, the hashes of all code and of the rules and engines, the git commit of a checkout, the command, the
resolved scenario and its hash, seed, indices, party class, citations and environment. Everything that can change a
number is in the fingerprint, except the versions of packages and the processor; these stand under `environment` beside
what changes no number (workers, chunks), and the time stands under `created`.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import platform
import re
from collections import Counter
from collections.abc import Iterator
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.atomic import MANIFEST, OutputFolder
from sim.core.command import describe_command
from sim.core.identity import describe_checkout, hash_code, hash_file, hash_rules, seal
from sim.core.layout import Ints
from sim.core.version import __version__
from sim.evidence.sources import Source
from sim.results.party_source import describe_class, hash_class
from sim.scenario.citations import iterate_citations
from sim.scenario.dump import dump_scenario, scenario_hash
from sim.scenario.library import load_papers
from sim.scenario.load import Loaded
from sim.scenario.numbers import iterate_numbers

if TYPE_CHECKING:
    from sim.results.plan import Plan

FORMAT = 1
"""Version of the format; it rises with every change that a reader of manifests has to know."""

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
NOT_HASHABLE = "not hashable"
"""Stands for the hash of a party class whose source cannot be read."""
_MANY = 1000
_BLOCK = 10_000
_PAPER = re.compile(r"([A-Z][\w-]+)(?:,? (?:et al\.|& [A-Z][\w-]+|and [A-Z][\w-]+))? \(?((?:19|20)\d\d)\b")
_VERSION = re.compile(r"^Version:(.*)$", re.MULTILINE)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def manifest(job: Plan) -> dict[str, Any]:
    """Build the manifest of an ensemble: all that is needed to judge and repeat it.

    Parameters
    ----------
    job : Plan
        The ensemble.

    Returns
    -------
    dict
        Data that JSON can hold; the keys are described in the reference of results.
    """
    party_class = job.party_class
    return {
        "kind": "run",
        **describe_software(),
        "fingerprint": compute_fingerprint(job),
        "seed": job.seed,
        "n": job.n,
        "engine": str(job.engine),
        "posterior": to_plain_data({"name": job.posterior.name, **job.posterior.note}) if job.posterior else None,
        "party_class": describe_class(party_class) if party_class else None,
        "party_source": hash_class(party_class) or NOT_HASHABLE if party_class else None,
        "target": to_plain_data(job.target),
        "assumptions": compress_indices(job.assumptions),
        "fates": compress_indices(job.fates),
        "scenario": describe_scenario(job.loaded),
        "citations": list_citations(job.loaded),
        "environment": {**describe_environment(), "workers": job.workers, "chunk": job.chunk},
        "created": describe_time(),
    }


def describe_software() -> dict[str, Any]:
    """Describe the program that makes a result: format, version, hashes of code and rules, git commit, command."""
    return {
        "format": FORMAT,
        "parley": __version__,
        "code": hash_code(),
        "rules": hash_rules(),
        "git": describe_checkout(),
        "command": describe_command(),
    }


def write_manifest(out: OutputFolder, about: dict[str, Any]) -> None:
    """Write a manifest into an open folder of results, with the hash of every file there, and seal it.

    Parameters
    ----------
    out : OutputFolder
        The folder; every file but the manifest is complete.
    about : dict
        What the manifest says apart from `files` and `hashes`.
    """
    names = sorted(path.relative_to(out.stage).as_posix() for path in out.stage.rglob("*") if path.is_file())
    hashes = {name: hash_file(out.path(name)) for name in names}
    whole = seal({**about, "files": sorted([*names, MANIFEST]), "hashes": hashes})
    text = json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False)
    out.path(MANIFEST).write_text(text + "\n", encoding="utf-8")


def describe_theory(kind: str, loaded: Loaded, seed: int, assumption: int) -> dict[str, Any]:
    """Describe what was computed from a scenario without a run, for a manifest.

    Parameters
    ----------
    kind : str
        `analysis` or `export`.
    loaded : Loaded
        The scenario.
    seed, assumption : int
        Seed and index of the draw of the assumed ranges; -1 stands for the middle of every range.
    """
    return {
        "kind": kind,
        **describe_software(),
        "title": loaded.scenario.title,
        "seed": seed,
        "assumption": assumption,
        "scenario": describe_scenario(loaded),
        "citations": list_citations(loaded),
        "environment": describe_environment(),
        "created": describe_time(),
    }


def hash_files(loaded: Loaded) -> dict[str, str]:
    """Return the hash of every file of a scenario, of its bases and documents, by path."""
    return {str(path): hash_file(path) for path in loaded.files if path.is_file()}


def describe_time() -> str:
    """Return the present time as ISO text in UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def describe_scenario(loaded: Loaded) -> dict[str, Any]:
    """Id, hash, changes, derivations and resolved numbers of a scenario."""
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
        "source_files": hash_files(loaded),
        "admitted": s.evidence.admit if s.evidence else None,
        "changes": to_plain_data(loaded.changes),
        "derivations": {key: note for key, note in notes.items() if note},
        "resolved": dump_scenario(loaded),
    }


def compute_fingerprint(job: Plan) -> str:
    """Compute the short name of a result, the same on any engine.

    Parameters
    ----------
    job : Plan
        The ensemble.

    Returns
    -------
    str
        Twelve hexadecimal digits: a hash of parley's version, the source of rules and engines, scenario, posterior,
        seed, indices, and name and source of the party class.
    """
    source = f"{job.party_class.__qualname__} {hash_class(job.party_class)}" if job.party_class else ""
    source += f" under {job.posterior.name}" if job.posterior else ""
    digest = hashlib.blake2b(digest_size=6)
    digest.update(f"{__version__}|{hash_rules()}|{scenario_hash(job.loaded)}|{job.seed}|{job.n}|{source}|".encode())
    for index in (job.assumptions, job.fates):
        digest.update(index.astype("<i8", order="C", copy=False).data)
    return digest.hexdigest()


def to_plain_data(value: Any) -> Any:
    """Convert a value to what JSON can hold: dates to text, tuples to lists, NumPy numbers to numbers."""
    if isinstance(value, dict):
        return {str(key): to_plain_data(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain_data(entry) for entry in value]
    if isinstance(value, np.generic):
        return value.item()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def compress_indices(index: Ints) -> list[list[int]] | dict[str, Any]:
    """Compress indices (n,) to ranges `[first, last]`, or to count, ends and a hash where there are 1,000 or more."""
    blocks = range(0, index.size, _BLOCK)  # after a large array is freed, malloc keeps more for itself
    ends = np.concatenate([k + np.flatnonzero(np.diff(index[k : k + _BLOCK + 1]) != 1) for k in blocks])
    if ends.size >= _MANY:
        digest = hashlib.blake2b(index.astype("<i8").tobytes(), digest_size=16).hexdigest()
        return {"count": int(index.size), "least": int(index.min()), "largest": int(index.max()), "hash": digest}
    starts, stops = [0, *(ends + 1).tolist()], [*ends.tolist(), index.size - 1]
    return [[int(index[a]), int(index[b])] for a, b in zip(starts, stops, strict=True)]


# Sources


def list_citations(loaded: Loaded) -> list[dict[str, Any]]:
    """List the documents behind a scenario's numbers, then the papers that their reasons name.

    Parameters
    ----------
    loaded : Loaded
        The scenario.

    Returns
    -------
    list of dict
        `id`, `kind` (document or paper), `citation`, `cited_for` and `perspective` of each source.
    """
    record = loaded.load_record()
    sources = {**(record.sources if record else {}), **load_papers()}
    used = set(_documents(loaded)) & set(sources)
    papers = set(_papers(loaded, list(sources))) - used
    entries = [("document", name) for name in sources if name in used]
    entries += [("paper", name) for name in sources if name in papers]
    return [_describe_source(kind, name, sources[name]) for kind, name in entries]


def _describe_source(kind: str, name: str, source: Source) -> dict[str, Any]:
    """Entry of a source in the list of citations."""
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
            first = author.lower().translate(_UMLAUTS)
            yield from (name for name in known if name.endswith(f"-{year}") and name.split("-")[0] == first)


def count_numbers(loaded: Loaded) -> dict[str, int]:
    """Count a scenario's numbers by provenance: documented, derived, assumed, … (those that occur)."""
    return dict(Counter(number.provenance for _, number in iterate_numbers(loaded.scenario)))


# Environment


def describe_environment() -> dict[str, Any]:
    """Describe versions and machine; equal results are promised only for equal versions and processor type."""
    return {
        "python": platform.python_version(),
        "versions": {name: version for name in _PACKAGES if (version := _version(name))},
        "platform": platform.platform(),
        "machine": platform.machine(),
        "processor": _processor(),
    }


def _version(package: str) -> str | None:
    """Version of a package, if it is installed; `metadata.version` parses its whole description, which is slow."""
    try:
        text = metadata.distribution(package).read_text("METADATA") or ""
    except metadata.PackageNotFoundError:
        return None
    line = _VERSION.search(text)
    return line[1].strip() if line else metadata.version(package)


def _processor() -> str:
    """Processor type as the compiler names it, which decides the machine code."""
    from llvmlite import binding

    name: str = binding.get_host_cpu_name()
    return name
