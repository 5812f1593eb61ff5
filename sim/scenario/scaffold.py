"""A blank scenario of a stated size: a commented file with placeholders that can be checked and run at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sim.core.errors import ParleyError
from sim.scenario.template import check_id, write_new

HORIZON = 180
"""Days that the runs of a blank scenario follow the talks."""
MOST_PARTIES, MOST_ISSUES, MOST_VENUES = 10, 30, 10
"""Size of the largest blank scenario; more could hardly be filled in by hand."""
_WHY = "placeholder"
_LOW = {"demand": [0.0, 0.1], "reservation": [0.4, 0.8]}
_HIGH = {"demand": [0.9, 1.0], "reservation": [0.2, 0.6]}
_SALIENCES = ([0.6, 1.0], [0.2, 0.6], [0.4, 0.8])
_CODES = ("humanitarian", "ceasefire", "partial")


class Size(NamedTuple):
    """How many entities of each kind a blank scenario has, and whether a mediator hosts its first venue."""

    parties: int = 2
    issues: int = 3
    baskets: int = 1
    venues: int = 1
    mediator: bool = False


def write_scaffold(name: str, size: Size, folder: Path) -> Path:
    """Write a blank scenario `NAME.yaml` into a folder.

    Parameters
    ----------
    name : str
        The id of the new scenario.
    size : Size
        How many entities of each kind it has.
    folder : Path
        The folder of the new file.

    Returns
    -------
    Path
        The new file.

    Raises
    ------
    ParleyError
        The name is not a valid id or is taken, or the size is out of bounds.
    """
    name = name.removesuffix(".yaml")
    check_id(name)
    path = folder / f"{name}.yaml"
    text = format_scaffold(name, size)
    write_new(path, text)
    return path


def format_scaffold(name: str, size: Size) -> str:
    """Return the text of a blank scenario.

    Parameters
    ----------
    name : str
        The id of the new scenario.
    size : Size
        How many entities of each kind it has.

    Raises
    ------
    ParleyError
        The size is out of bounds.
    """
    _check_size(size)
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("sim.scenario")
    environment = Environment(loader=loader, undefined=StrictUndefined, keep_trailing_newline=True)
    issues = list(_list_issues(size))
    return environment.get_template("blank.yaml").render(
        name=name,
        title=name.replace("-", " ").capitalize(),
        why=_WHY,
        horizon=HORIZON,
        issues=issues,
        baskets=list(_list_baskets(size)),
        parties=[_build_party(k, issues) for k in range(size.parties)],
        venues=list(_list_venues(size)),
        mediator=size.mediator,
    )


def _check_size(size: Size) -> None:
    """Refuse a size that cannot be written. Raises ParleyError."""
    limits = {
        "parties": (2, MOST_PARTIES),
        "issues": (1, MOST_ISSUES),
        "baskets": (1, size.issues),
        "venues": (1, MOST_VENUES),
    }
    for key, (least, most) in limits.items():
        number = getattr(size, key)
        if not least <= number <= most:
            more = ", one issue each at least" if key == "baskets" else ""
            raise ParleyError(f"--{key} {number}: a blank scenario has {least} to {most} {key}{more}")


def _list_issues(size: Size) -> Iterator[dict[str, Any]]:
    """List the issues, spread evenly over the baskets."""
    for k in range(size.issues):
        basket = 1 + k * size.baskets // size.issues
        yield {"name": f"issue_{k + 1}", "title": f"Issue {k + 1}", "basket": f"basket_{basket}"}


def _list_baskets(size: Size) -> Iterator[dict[str, str]]:
    """List the baskets, the last as a partial settlement, those before it lower on the ladder."""
    for k in range(size.baskets):
        code = _CODES[min(k + max(0, len(_CODES) - size.baskets), len(_CODES) - 1)]
        yield {"name": f"basket_{k + 1}", "title": f"Basket {k + 1}", "code": code}


def _build_party(place: int, issues: list[dict[str, Any]]) -> dict[str, Any]:
    """Build a party: the first two are opposed on every issue, later ones side with one or the other by issue."""
    letter = "abcdefghij"[place]
    stakes = []
    for k, issue in enumerate(issues):
        high = place == 1 or (place > 1 and (place + k) % 2 == 1)
        salience = _SALIENCES[(place + k) % len(_SALIENCES)]
        stakes.append({"issue": issue["name"], "salience": salience, **(_HIGH if high else _LOW)})
    return {"name": f"party_{letter}", "title": f"Party {letter.upper()}", "stakes": stakes}


def _list_venues(size: Size) -> Iterator[dict[str, Any]]:
    """List the venues; a mediator hosts the first."""
    for k in range(size.venues):
        yield {"name": f"venue_{k + 1}", "title": f"Venue {k + 1}", "host": size.mediator and k == 0}
