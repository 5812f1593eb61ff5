"""Choice of a domain and its profiles among the files of a folder.

A folder often holds several domains, several alternative profiles of one side, and files of other kinds. The files do
not say which profiles sit at one table, so that the user names them where there is a choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from sim.core.errors import ScenarioError, nearest
from sim.interop.files import clip_text

MAX_FILES, MAX_SHOWN = 500, 40
SIDES = 2
"""Sides where no profile is named: with more profiles than that the user names them."""


class Kind(Enum):
    """What a file is; OTHER files are passed over unless they are named."""

    DOMAIN = "domain"
    PROFILE = "profile"
    OTHER = "other"


@dataclass(frozen=True)
class Candidate:
    """A file of a folder: its kind, the content that was read, why it cannot be used, and the line of the fault."""

    path: Path
    kind: Kind
    content: Any = None
    problem: str = ""
    line: int | None = None

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.path.name

    @property
    def where(self) -> str:
        """Name of the file, with the line of its fault."""
        return self.name if self.line is None else f"{self.name}:{self.line}"


Classify = Callable[[Path], Candidate]
"""Read a file and say what it is; a file that cannot be read is OTHER, with the problem."""


def classify_files(folder: Path, suffix: str, classify: Classify) -> list[Candidate]:
    """Classify the files of a folder with a suffix, by file name. Raises ScenarioError."""
    if not folder.is_dir():
        raise ScenarioError("no such folder", file=folder.name or str(folder))
    paths = sorted(folder.glob(f"*{suffix}"))
    if len(paths) > MAX_FILES:
        raise ScenarioError(f"{len(paths)} files of kind `{suffix}`; at most {MAX_FILES} are read", file=folder.name)
    return [classify(path) for path in paths]


def find(folder: Path, files: list[Candidate], name: str, kind: Kind, classify: Classify) -> Candidate:
    """Return the candidate of a given file name, stem or path. Raises ScenarioError."""
    fitting = [c for c in files if name in (c.name, c.path.stem)]
    if len(fitting) > 1:
        fitting = [c for c in fitting if c.kind is kind]
    if not fitting and Path(name).is_file():
        fitting = [classify(Path(name))]
    if not fitting:
        known = [c.name for c in files if c.kind is kind]
        raise ScenarioError(
            f"no file `{clip_text(name)}`; {_list_names(kind, known)}{nearest(name, known)}", file=folder.name
        )
    chosen = fitting[0]
    if chosen.kind is not kind:
        problem = chosen.problem or f"is a {chosen.kind.value}" * (chosen.kind is not Kind.OTHER)
        raise ScenarioError(problem or f"is not a {kind.value}", file=chosen.name, line=chosen.line)
    return chosen


def choose_domain(folder: Path, files: list[Candidate], name: str | None, classify: Classify) -> Candidate:
    """Return the domain that is named, or the only one. Raises ScenarioError that lists them if there are several."""
    if name is not None:
        return find(folder, files, name, Kind.DOMAIN, classify)
    domains = [c for c in files if c.kind is Kind.DOMAIN]
    if len(domains) == 1:
        return domains[0]
    if domains:
        text = f"{len(domains)} domain files: {_join_names(domains)}; name one with --domain"
        raise ScenarioError(text, file=folder.name)
    problem = f"{_count_kinds(files)}; one and at least two are needed{_join_problems(files)}"
    raise ScenarioError(problem, file=folder.name)


def choose_profiles(
    folder: Path, files: list[Candidate], names: Sequence[str], classify: Classify, fits: Callable[[Candidate], bool]
) -> list[Candidate]:
    """Return the profiles that are named, in that order, or the only two that fit the domain.

    Raises ScenarioError that lists them where there are more.
    """
    if names:
        if len(names) < SIDES:
            raise ScenarioError("one profile is named; give --profile twice or more", file=folder.name)
        return [find(folder, files, name, Kind.PROFILE, classify) for name in names]
    profiles = [c for c in files if c.kind is Kind.PROFILE]
    fitting = [c for c in profiles if fits(c)]
    if len(fitting) == SIDES:
        return fitting
    if len(fitting) > SIDES:
        text = _join_names(fitting)
        problem = f"{len(fitting)} profiles for {SIDES} sides: {text}; name one a side with --profile, twice or more"
        raise ScenarioError(problem, file=folder.name)
    unfit = "".join(f"; {c.name} has other issues" for c in profiles if c not in fitting)
    problem = f"{_count_kinds(files)}; one and at least two are needed{unfit}{_join_problems(files)}"
    raise ScenarioError(problem, file=folder.name)


def note_unreadable(files: list[Candidate], chosen: Sequence[Candidate]) -> list[str]:
    """Note the files of a folder that were passed over because they cannot be read."""
    paths = {candidate.path for candidate in chosen}
    return [f"{c.where}: passed over, it {c.problem}" for c in files if c.problem and c.path not in paths][:MAX_SHOWN]


def _join_names(files: list[Candidate]) -> str:
    more = f" and {len(files) - MAX_SHOWN} more" if len(files) > MAX_SHOWN else ""
    return ", ".join(c.name for c in files[:MAX_SHOWN]) + more


def _list_names(kind: Kind, names: list[str]) -> str:
    return f"{kind.value} files are: {', '.join(names)}" if names else f"there is no {kind.value} file"


def _count_kinds(files: list[Candidate]) -> str:
    counts = [sum(c.kind is kind for c in files) for kind in (Kind.DOMAIN, Kind.PROFILE)]
    return f"{counts[0]} domain files and {counts[1]} utility spaces"


def _join_problems(files: list[Candidate]) -> str:
    return "".join(f"; {c.where} {c.problem}" for c in files if c.problem)
