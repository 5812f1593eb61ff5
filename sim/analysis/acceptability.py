"""Acceptability of clauses and packages over draws, and as plain tables and words; `sim.analysis.clauses` counts it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.core.statistics import wilson

if TYPE_CHECKING:
    from sim.scenario.load import Loaded

ALL = "all parties"
"""Name of the row that counts draws in which every party could live with an option or a package."""


@dataclass(frozen=True)
class Clause:
    """One labelled option of an issue, for one party or for all of them together.

    Attributes
    ----------
    basket, issue, option, party : str
        Names of basket, issue and party (or `ALL`), and the label of the option.
    at : float
        Point of the option on the scale of the issue, in [0, 1].
    n : int
        Number of draws.
    interests, floors : int
        Draws in which the option is worth at least the reservation value, and at least the floor.
    """

    basket: str
    issue: str
    option: str
    at: float
    party: str
    n: int
    interests: int
    floors: int


@dataclass(frozen=True)
class Package:
    """A package of labelled options, one an issue of a basket.

    Attributes
    ----------
    basket : str
        Name of the basket.
    rank : int
        Place among the packages of the basket, from 1.
    issues, options : tuple of str
        Names of the issues, and the labels of the options.
    points : tuple of float
        Points of the options on the scales of the issues.
    n : int
        Number of draws.
    parties : tuple of str
        Names of the parties.
    accepted : tuple of int
        Draws in which each party could live with the package.
    joint : int
        Draws in which all parties could at once.
    without : tuple of int
        Least acceptability of the package without each issue: draws of the party that could live with the rest least
        often. A party without a stake in the rest counts as content.
    """

    basket: str
    rank: int
    issues: tuple[str, ...]
    options: tuple[str, ...]
    points: tuple[float, ...]
    n: int
    parties: tuple[str, ...]
    accepted: tuple[int, ...]
    joint: int
    without: tuple[int, ...]

    @property
    def least(self) -> int:
        """Draws of the party that could live with the package least often."""
        return min(self.accepted)

    @property
    def reluctant(self) -> str:
        """Name of that party; of several the first."""
        return self.parties[self.accepted.index(self.least)]

    @property
    def costliest(self) -> int | None:
        """Index of the clause without which the least acceptability is highest; None if no omission raises it."""
        if len(self.issues) == 1 or max(self.without) <= self.least:
            return None
        return self.without.index(max(self.without))


@dataclass(frozen=True)
class Acceptability:
    """Acceptability of the clauses and packages of a scenario.

    Attributes
    ----------
    n : int
        Number of draws.
    clauses : list of Clause
        By basket, issue, option and party; the last row of an option is that of `ALL`.
    packages : list of Package
        The best packages of every basket, best first.
    compared, total : dict of str to int
        Packages compared and packages that exist, by basket; fewer are compared where there are too many.
    """

    n: int
    clauses: list[Clause]
    packages: list[Package]
    compared: dict[str, int]
    total: dict[str, int]


def tabulate_clauses(result: Acceptability) -> list[dict[str, Any]]:
    """Tabulate clauses: one row an option and a party (or `ALL`), with shares and their 95% intervals (Wilson)."""
    rows = []
    for clause in result.clauses:
        row = {key: getattr(clause, key) for key in ("basket", "issue", "option", "at", "party", "n")}
        for name in ("interests", "floors"):
            row |= _describe_share(name, getattr(clause, name), clause.n)
        rows.append(row)
    return rows


def tabulate_packages(result: Acceptability) -> list[dict[str, Any]]:
    """Tabulate the best packages: one row a clause, with the least acceptability of the package without it."""
    rows = []
    for package in result.packages:
        shares = {"party_least": package.reluctant} | _describe_share("least", package.least, package.n)
        shares |= _describe_share("all_parties", package.joint, package.n)
        terms = zip(package.issues, package.options, package.points, package.without, strict=True)
        for i, (issue, option, at, without) in enumerate(terms):
            head = {"basket": package.basket, "rank": package.rank, "issue": issue, "option": option, "at": at}
            rest = without / package.n if len(package.issues) > 1 else float("nan")
            rows.append(head | {"n": package.n} | shares | {"least_without": rest, "costliest": i == package.costliest})
    return rows


def _describe_share(name: str, count: int, n: int) -> dict[str, float]:
    """A share with its interval."""
    low, high = wilson(count, n)
    return {name: count / n, f"{name}_low": low, f"{name}_high": high}


def group_packages(result: Acceptability) -> dict[str, list[Package]]:
    """Group the packages by basket."""
    return {name: list(own) for name, own in itertools.groupby(result.packages, key=lambda package: package.basket)}


def describe_package(package: Package, loaded: Loaded) -> list[str]:
    """Describe a package: its terms, its acceptability, and the clause that costs most of it."""
    titles = {name: party.title for name, party in loaded.scenario.parties.items()}
    least, joint = package.least / package.n, package.joint / package.n
    if not package.least:
        return ["Of every package of these options there is a party that could not live with it in any draw"]
    head = f"Package {package.rank}: at least {least:.1%} for each party (least often {titles[package.reluctant]}), "
    lines = [head + f"all at once {joint:.1%}"]
    for issue, option in zip(package.issues, package.options, strict=True):
        lines.append(f"    {loaded.scenario.issues[issue].title}: {option}")
    if package.costliest is not None:
        title = loaded.scenario.issues[package.issues[package.costliest]].title
        rest = max(package.without) / package.n
        lines.append(f"    costs most: {title}; the rest without it reaches {rest:.1%}")
    elif len(package.issues) > 1:
        lines.append("    no clause costs acceptability: without any one of them the rest reaches no more")
    return lines


def describe_method(result: Acceptability, basket: str) -> str:
    """Say that not all packages were compared, and which were."""
    compared, total = result.compared[basket], result.total[basket]
    return (
        f"{compared:,} of {total:,} packages were compared: every issue kept the options that the least willing "
        "party could live with most often"
    )
