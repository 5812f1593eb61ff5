"""The template of a new scenario file: it extends another one and lists in comments the entries users often change."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sim.core.atomic import write_file
from sim.core.errors import ParleyError, ScenarioError, nearest
from sim.scenario.dump import dump_scenario
from sim.scenario.library import find_shipped, locate, shipped
from sim.scenario.load import Loaded, load
from sim.yamlio.writer import format_yaml

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")

_HEAD = """\
# {name}: everything that this file does not set is taken from {base}.
#   parley check {name}.yaml     find mistakes
#   parley show {name}.yaml      list every number with its source
#   parley run {name}.yaml       simulate it
#
# A number is one of
#   {{assumed: [0.1, 0.4], why: "..."}}                       a range, drawn anew in every run
#   {{assumed: [0.1, 0.2, 0.4], why: "..."}}                  a range with its likeliest value
#   {{value: 0.2, source: SOURCE_ID, locator: "par. 9"}}      documented; sources are listed in sources.yaml
#   {{value: 1, convention: "..."}}                           a choice of the model, no claim about the world
#   0.2                                                     allowed, and listed as unsourced
"""
_BLOCKS = "# Delete the `# ` in front of a block to change it. The values are those of {base}.\n"


def write_template(name: str, base: str, folder: Path) -> Path:
    """Write `NAME.yaml` into a folder.

    Parameters
    ----------
    name : str
        The id of the new scenario.
    base : str
        A shipped id, or the path of a file in `folder`.
    folder : Path
        The folder of the new file.

    Returns
    -------
    Path
        The new file.

    Raises
    ------
    ParleyError
        The name is not a valid id or is taken, or the new file could not extend the base.
    """
    name = name.removesuffix(".yaml")
    parent = find_base(name, base, folder)
    path = folder / f"{name}.yaml"
    text = format_template(name, parent.stem, load(parent))
    write_new(path, text)
    return path


def write_new(path: Path, text: str) -> None:
    """Write a scenario file that does not exist yet. Raises ParleyError."""
    if path.exists():
        raise ParleyError(f"{path.name} exists already and is left as it is; choose another name")
    write_file(path, text)


def find_base(name: str, base: str, folder: Path) -> Path:
    """Find the file that a new scenario extends.

    Parameters
    ----------
    name : str
        The id of the new scenario.
    base : str
        A shipped id, or the path of a file in `folder`.
    folder : Path
        The folder of the new file.

    Raises
    ------
    ParleyError
        The name is not a valid id or is that of a shipped scenario, or the new file could not extend the base.
    """
    check_id(name)
    parent = locate(base)
    shipped_base = find_shipped(parent.stem)
    beside = parent.parent.resolve() == folder.resolve()
    if not beside and (shipped_base is None or shipped_base.resolve() != parent.resolve()):
        known = shipped()
        problem = f"`{base}` must lie beside the new file or be shipped: {', '.join(known)}"
        raise ScenarioError(f"{problem}{nearest(base, known)}")
    return parent


def check_id(name: str) -> None:
    """Check that a new scenario can have a name. Raises ParleyError."""
    if not _ID.fullmatch(name):
        raise ParleyError(f"`{name}` is not a valid id; allowed: lower-case letters, digits and hyphens, at most 60")
    if find_shipped(name):
        raise ParleyError(f"`{name}` is the name of a shipped scenario; choose another")


def format_template(name: str, base: str, loaded: Loaded) -> str:
    """Return the text of a new scenario file.

    Parameters
    ----------
    name, base : str
        The ids of the new scenario and of the one it extends.
    loaded : Loaded
        The scenario that the new one extends.
    """
    title = f"{loaded.scenario.title}, changed"
    data = {"extends": base, "id": name, "title": title, "summary": "The difference to the base, and its reason."}
    blocks = (_comment_out(remark, block) for remark, block in _list_blocks(dump_scenario(loaded)))
    return "\n".join([_HEAD.format(name=name, base=base) + format_yaml(data), _BLOCKS.format(base=base), *blocks])


def _list_blocks(data: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """List the entries that users change most often, with a remark and their present values."""
    party, issue = next((p, i) for p, entry in data["parties"].items() for i in entry["issues"])
    stake = data["parties"][party]["issues"][issue]
    numbers = {key: stake[key] for key in ("demand", "reservation", "salience") if key in stake}
    venue = next(iter(data["venues"]))
    acceptability = data["venues"][venue]["acceptability"]
    blocks = [
        ("How long the talks are followed, in days.", {"calendar": {"horizon": data["calendar"]["horizon"]}}),
        (
            f"Demand, reservation value and weight of {party} on {issue}; its trust in the others.",
            {"parties": {party: {"issues": {issue: numbers}, "trust": data["parties"][party]["trust"]}}},
        ),
        ("How welcome a venue is to each.", {"venues": {venue: {"acceptability": acceptability}}}),
    ]
    for name, mediator in list(data.get("mediators", {}).items())[:1]:
        styles = {"mediators": {name: {"styles": mediator["styles"]}}}
        blocks.append(("How strong a mediator is in each style.", styles))
    for name, incident in list(data.get("incidents", {}).items())[:1]:
        rate = {"incidents": {name: {"rate": incident["rate"]}}}
        blocks.append(("How often an incident happens, a day.", rate))
    base = data["behaviour"]["convening"]["base"]
    blocks.append(("Log-odds that a party comes to a round.", {"behaviour": {"convening": {"base": base}}}))
    return blocks


def _comment_out(remark: str, block: dict[str, Any]) -> str:
    lines = [f"# {line}" for line in format_yaml(block).splitlines()]
    return "\n".join([f"## {remark}", *lines, ""])
