"""The scenario file of a draft: its text, its check, and the folder with its documents."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.app.draft import BLANK, STAKES, Draft, Figure, import_draft
from sim.app.draft_statements import DOCUMENTED
from sim.core.errors import ParleyError
from sim.scenario.library import find_shipped
from sim.scenario.load import load
from sim.scenario.merge import is_number
from sim.yamlio.writer import format_yaml

HEAD = "# Written on the page of parley. Check it with: parley check {id}.yaml. Run it with: parley run {id}.yaml\n"
_MOST = 60
# A scenario may state these mappings by party as one number. They are written whole: a part would replace the number.
_WHOLE = {"trust", "acceptability", "leaning"}


def format_draft(draft: Draft) -> str:
    """Format a draft as the text of a scenario file. A draft of a shipped scenario states only what differs from it."""
    data = build_data(draft)
    if draft["base"] != BLANK:
        data = _subtract(data, build_data(import_draft(draft["base"]) | {"why": draft["why"]}))
    head = {"extends": draft["base"], "id": draft["id"], "title": draft["title"]}
    head |= {"summary": draft["summary"]} if draft["summary"] else {}
    return HEAD.format(id=draft["id"]) + format_yaml(head | data)


def build_data(draft: Draft) -> dict[str, Any]:
    """Build the plain data of a scenario file, without what it extends and how it is called."""
    names = {group: name_entities(draft[group]) for group in _WRITERS}
    data: dict[str, Any] = {
        "as_of": draft["as_of"],
        "start": draft["start"],
        "levels": list(draft["levels"]),
        "start_level": draft["start_level"],
        "calendar": {"horizon": _write(draft, draft["horizon"])},
    }
    if draft["sources"]:
        data["evidence"] = {"folder": name_documents(draft)}
    for group, write in _WRITERS.items():
        entries = draft[group].items()
        # A blank title would make no key at all, and a file without parties says more clearly what is missing.
        data[group] = {names[group][key]: {"title": x["title"], **write(draft, key, x, names)} for key, x in entries}
    return {key: value for key, value in data.items() if value != {} or key in ("parties", "issues", "baskets")}


def _write_party(draft: Draft, key: str, party: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """Write a party with its stakes."""
    stakes = {names["issues"][i]: issue["stakes"][key] for i, issue in draft["issues"].items()}
    issues = {
        issue: {name: _write(draft, stake[name]) for name in STAKES if name in stake}
        | ({"red_line": True} if stake["red_line"] else {})
        for issue, stake in stakes.items()
        if stake["active"]
    }
    trust = {names["parties"][other]: _write(draft, figure) for other, figure in party["trust"].items()}
    numbers = {"deadline": _write(draft, party["deadline"]), "trust": trust, "issues": issues}
    return numbers | _write_statements(draft, party, names)


def _write_statements(draft: Draft, party: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """Write mandate, preconditions and entry of a party; an empty list says that a shipped one is gone."""
    baskets, issues = names["baskets"], names["issues"]
    mandate = [
        {"baskets": [baskets[b] for b in x["baskets"]], "level": x["level"], **_write_rest(draft, x, ("bars", "since"))}
        for x in party["mandate"]
    ]
    conditions = [
        {"basket": baskets.get(x["basket"], "")}
        | {"requires": {kind: baskets.get(b, b) for kind, b in x["requires"].items()}}
        | ({"sequencing": issues[x["sequencing"]]} if x.get("sequencing") else {})
        | _write_rest(draft, x, ("bars",))
        for x in party["preconditions"]
    ]  # fmt: skip
    lists = {"mandate": mandate, "preconditions": conditions}
    written: dict[str, Any] = {name: x for name, x in lists.items() if x or draft["base"] != BLANK}
    if party["enters"]:
        written["enters"] = _write_rest(draft, party["enters"], ("date",))
    return written


def _write_rest(draft: Draft, statement: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """Write some keys of a statement, and what it rests on."""
    rest = {key: statement[key] for key in keys if statement.get(key) is not None}
    if statement["basis"] == DOCUMENTED:
        return rest | _write_place(draft, statement)
    why = statement["why"] or draft["why"]
    return rest | ({"assumed": why} if why else {})


def _write_place(draft: Draft, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Write the document of a figure or a statement, and the place in it."""
    source = name_entities(draft["sources"]).get(entry["source"], entry["source"]) or "source"
    return {"source": source, "locator": entry["locator"] or ""}


def _write_issue(draft: Draft, key: str, issue: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """Write an issue with its scale."""
    options = [{"at": float(at), "label": label} for at, label in issue["options"]]
    return {"basket": names["baskets"].get(issue["basket"], ""), "options": options}


def _write_mediator(draft: Draft, key: str, mediator: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """Write a mediator; no leaning is written where it leans to nobody."""
    styles = {style: _write(draft, figure) for style, figure in mediator["styles"].items()}
    leaning = {names["parties"][p]: _write(draft, x) for p, x in mediator["leaning"].items() if x["low"] or x["high"]}
    return {"attends": mediator["attends"], "styles": styles} | ({"leaning": leaning} if leaning else {})


def _write_venue(draft: Draft, key: str, venue: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """Write a venue with its host."""
    host = {"host": names["mediators"][venue["host"]]} if venue["host"] else {}
    return host | {
        "acceptability": {names["parties"][p]: _write(draft, figure) for p, figure in venue["acceptability"].items()}
    }


def _write_incident(draft: Draft, key: str, incident: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """Write a type of incident."""
    numbers = {name: _write(draft, incident[name]) for name in ("rate", "severity")}
    return {"offended": [names["parties"][p] for p in incident["offended"]], **numbers}


_WRITERS: dict[str, Any] = {
    "issues": _write_issue,
    "baskets": lambda draft, key, x, names: {"code": x["code"], "level": x["level"]},
    "parties": _write_party,
    "mediators": _write_mediator,
    "venues": _write_venue,
    "incidents": _write_incident,
}


def _write(draft: Draft, figure: Figure) -> dict[str, Any]:
    """Write a figure in one of the forms of a number. Without a reason of its own it has that of the whole draft."""
    why = figure["why"] or draft["why"]
    if figure["basis"] == DOCUMENTED:
        return {"value": figure["low"], **_write_place(draft, figure)}
    if figure["low"] == figure["high"]:
        return {"value": figure["low"], "convention": why}
    inside = figure["mode"] is not None and figure["low"] <= figure["mode"] <= figure["high"]
    ends = [figure["low"], figure["mode"], figure["high"]] if inside else [figure["low"], figure["high"]]
    return {"assumed": ends} | ({"why": why} if why else {})


def name_entities(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Name entities by their titles: lower-case letters, digits and underscores, each name once."""
    names: dict[str, str] = {}
    for key, entry in entries.items():
        name = entry.get("name") or make_name(entry["title"]) or key
        while name in names.values():
            stem, _, number = name.rpartition("_")
            name = f"{stem}_{int(number) + 1}" if number.isdecimal() and stem else f"{name}_2"
        names[key] = name
    return names


def make_name(title: str) -> str:
    """Make the name of an entity from its title; empty where no letter can be used."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_").lstrip("0123456789_")[: _MOST - 4]


def choose_id(title: str) -> str:
    """Choose the id of a scenario by its title; it is that of no shipped scenario, which the file may extend."""
    name = make_name(title).replace("_", "-") or "my-talks"
    return f"{name}-new" if find_shipped(name) else name


def _subtract(data: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Return what has to be laid over `base` to give `data`: null removes a key."""
    rest: dict[str, Any] = {key: None for key in base if key not in data}
    for key, value in data.items():
        below = base.get(key)
        whole = key in _WHOLE or is_number(value)
        if isinstance(value, Mapping) and isinstance(below, Mapping) and not whole:
            inner = _subtract(value, below)
            rest |= {key: inner} if inner else {}
        elif value != below:
            rest[key] = value
    return rest


# Files


def name_documents(draft: Draft) -> str:
    """Name the folder of the documents that a draft cites."""
    return f"{draft['id']}-documents"


def list_files(draft: Draft) -> dict[str, str]:
    """List the files of a draft with their texts: the scenario, and its sources where it cites any."""
    files = {f"{draft['id']}.yaml": format_draft(draft)}
    if draft["sources"]:
        names = name_entities(draft["sources"])
        entries = {
            names[key]: {
                "title": x["title"], "publisher": x["publisher"] or "not stated", "published": x["published"],
                "language": "en", "translated": False, "perspective": "neutral", "url": x["url"] or None,
                "cited_for": "numbers of this scenario",
            }
            for key, x in draft["sources"].items()
        }  # fmt: skip
        sources = {name: {k: v for k, v in entry.items() if v is not None} for name, entry in entries.items()}
        files[f"{name_documents(draft)}/sources.yaml"] = format_yaml({"sources": sources})
    return files


def pack_draft(draft: Draft) -> tuple[str, bytes]:
    """Pack a draft for download: the scenario file, or an archive with the folder of its sources. Name and content."""
    files = list_files(draft)
    if len(files) == 1:
        name, text = next(iter(files.items()))
        return name, text.encode()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return f"{draft['id']}.zip", content.getvalue()


def write_draft(draft: Draft, folder: Path) -> Path:
    """Write the files of a draft into a folder of its own; return the scenario file."""
    paths = []
    for name, text in list_files(draft).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths[0]


def check_draft(file: Path) -> tuple[bool, list[str]]:
    """Check a scenario file as `parley check --all` does; return whether it can be run, and the lines of the answer."""
    from sim.scenario.check import describe_size
    from sim.scenario.contradictions import list_contradictions
    from sim.scenario.migration import list_unread
    from sim.scenario.resolve import resolve

    try:
        loaded = load(file)
        resolve(loaded.scenario, 0)
    except ParleyError as error:
        lines = [str(error), *getattr(error, "__notes__", [])]
        return False, [line.replace(f"{file.parent}/", "") for line in lines]
    counts = describe_size(loaded.scenario)
    warnings = [f"warning: {warning}" for warning in (*list_contradictions(loaded), *list_unread(loaded))]
    return True, [f"{file.name}: in order ({counts})", *warnings]


def advise_draft(file: Path) -> list[str]:
    """List the advice of `parley check` on a scenario file that can be run."""
    from sim.analysis.advice import advise

    return [f"{path}: {text}" for path, text in advise(load(file))]
