"""A new scenario file that takes everything from another one, with what one may want to change in comments."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from sim.core.atomic import write_file
from sim.core.errors import ParleyError, ScenarioError, nearest
from sim.scenario.dump import resolved
from sim.scenario.load import Loaded, load, locate, shipped, shipped_folder

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")

_HEAD = """\
# {name}: everything this file does not say is taken from {base}.
#   parley check {name}.yaml     is it in order?
#   parley show {name}.yaml      every number with its source
#   parley run {name}.yaml       simulate it
#
# A number is one of
#   {{assumed: [0.1, 0.4], why: "..."}}                       a range, drawn anew in every run
#   {{assumed: [0.1, 0.2, 0.4], why: "..."}}                  a range with its likeliest value
#   {{value: 0.2, source: SOURCE_ID, locator: "par. 9"}}      documented; sources are listed in sources.yaml
#   {{value: 1, convention: "..."}}                           a choice of the model, no claim about the world
#   0.2                                                     allowed, and shown as unsourced
extends: {base}
id: {name}
title: {title}
summary: {summary}

# Take away the `# ` in front of a block to change it. The values are those of {base}.
"""


def write_starter(name: str, base: str, folder: Path) -> Path:
    """Write `NAME.yaml` into a folder. Raises ParleyError for a name that is taken or no id, or a base out of reach."""
    name = name.removesuffix(".yaml")
    if not _ID.fullmatch(name):
        raise ParleyError(f"`{name}` is no id; allowed: lower-case letters, digits and hyphens, at most 60")
    if (shipped_folder() / f"{name}.yaml").is_file():
        raise ParleyError(f"`{name}` is the name of a shipped scenario; choose another")
    path = folder / f"{name}.yaml"
    parent = locate(base)
    known = shipped()
    if parent.parent.resolve() not in (folder.resolve(), shipped_folder().resolve()):
        where = f"`{base}` must lie beside the new file or be shipped: {', '.join(known)}"
        raise ScenarioError(f"{where}{nearest(base, known)}")
    text = starter(name, parent.stem, load(parent))
    if path.exists():
        raise ParleyError(f"{path.name} exists already and is left as it is; choose another name")
    write_file(path, text)
    return path


def starter(name: str, base: str, loaded: Loaded) -> str:
    """Text of the new file."""
    s = loaded.scenario
    texts = {"title": _text(f"{s.title}, changed"), "summary": _text("What is different here, and why.")}
    data = resolved(loaded)
    blocks = [_commented(title, block) for title, block in _blocks(data)]
    return _HEAD.format(name=name, base=base, **texts) + "\n" + "\n".join(blocks)


def _blocks(data: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """What is most often changed, with its present values."""
    party, issue = next((p, i) for p, found in data["parties"].items() for i in found["issues"])
    stake = data["parties"][party]["issues"][issue]
    wanted = {key: stake[key] for key in ("demand", "reservation", "salience") if key in stake}
    venue = next(iter(data["venues"]))
    acceptability = data["venues"][venue]["acceptability"]
    blocks = [
        ("How long the talks are followed, in days.", {"calendar": {"horizon": data["calendar"]["horizon"]}}),
        (
            f"What {party} wants on {issue}, the least it can live with, its weight; how far it trusts another.",
            {"parties": {party: {"issues": {issue: wanted}, "trust": data["parties"][party]["trust"]}}},
        ),
        ("How welcome a venue is to each.", {"venues": {venue: {"acceptability": acceptability}}}),
    ]
    for mediator, found in list(data.get("mediators", {}).items())[:1]:
        blocks.append(("What a mediator is good at.", {"mediators": {mediator: {"styles": found["styles"]}}}))
    for kind, found in list(data.get("incidents", {}).items())[:1]:
        blocks.append(("How often an incident happens, a day.", {"incidents": {kind: {"rate": found["rate"]}}}))
    base = data["behaviour"]["convening"]["base"]
    blocks.append(("Log-odds that a party comes to a round.", {"behaviour": {"convening": {"base": base}}}))
    return blocks


def _commented(title: str, block: dict[str, Any]) -> str:
    lines = [f"# {line}" for line in _yaml(block, 0)]
    return "\n".join([f"## {title}", *lines, ""])


def _yaml(node: dict[str, Any], depth: int) -> list[str]:
    """Mappings as blocks; a number on one line."""
    lines = []
    for key, below in node.items():
        if isinstance(below, dict) and not {"value", "assumed"} & set(below):
            lines += [f"{'  ' * depth}{key}:", *_yaml(below, depth + 1)]
        else:
            lines.append(f"{'  ' * depth}{key}: {_flow(below)}")
    return lines


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _text(value) if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else json.dumps(value)


def _text(value: str) -> str:
    """A text in double quotes, as YAML and JSON both write it."""
    return json.dumps(value, ensure_ascii=False)
