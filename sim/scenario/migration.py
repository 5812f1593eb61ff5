"""Files of earlier versions: rewritten under present names, and keys that are not read any more."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from sim.core.renames import read_code
from sim.rules.pace import Pace
from sim.scenario.library import shipped
from sim.scenario.load import Loaded
from sim.yamlio.reader import read

_MEASURES = {r"\bgap\b": "gap_open", r"(?<==)tabled\b": "texts"}
"""Old names in the measures of an experiment."""
_LONG = 10_000


def list_unread(loaded: Loaded) -> list[str]:
    """List keys of a scenario's own files that its version of the model does not read, with the present key."""
    file, line = loaded.origins.find(("calendar", "gap_scale"))
    seated = any(not party.observer for party in loaded.scenario.parties.values())
    if loaded.scenario.model.pace != Pace.DEADLINE.label or not seated or file in (None, "behaviour.yaml"):
        return []
    place = f"{file}:{line}: " if line else f"{file}: "
    problem = "calendar.gap_scale is not read under `model.pace: deadline`; rounds are planned by "
    return [f"{place}{problem}`calendar.rounds_per_deadline` now, and by gap_scale under `model: {{version: 1}}`"]


def migrate(path: Path) -> tuple[str, list[str]]:
    """Rewrite a scenario or an experiment of an earlier version; comments stay.

    A scenario that has baskets or extends a shipped scenario, and does not say which version of the model it plays, was
    written for version 1: it gets `model: {version: 1}`, so that its results stay what they were.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    text : str
        The file under present names.
    changes : list of str
        What was changed, an entry a line; empty where nothing is old.

    Raises
    ------
    ScenarioError
        The file is not YAML that parley reads.
    """
    read(path)  # one clear message for what the rewriter would refuse in its own words
    yaml = YAML()
    yaml.width, yaml.preserve_quotes = _LONG, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    data = yaml.load(path.read_text(encoding="utf-8"))
    changes = [*_rename(data, ()), *_state_version(data, path.parent)]
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue(), changes


def _rename(node: Any, path: tuple[str, ...]) -> Iterator[str]:
    """Rename old codes and measures in place; yields what was renamed."""
    if isinstance(node, CommentedMap | CommentedSeq):
        for key, value in list(node.items() if isinstance(node, CommentedMap) else enumerate(node)):
            place = (*path, str(key))
            present = _rename_text(value, place) if isinstance(value, str) else value
            if present != value:
                node[key] = present
                yield f"{'.'.join(place)}: `{value}` is `{present}` now"
            yield from _rename(value, place)


def _rename_text(text: str, path: tuple[str, ...]) -> str:
    """Return a value under its present name where it stands for a code or a measure."""
    if any(step in ("code", "level", "outcome_code", "codes") for step in path[-2:]):
        return read_code(text)
    if any(step in ("measure", "measures", "keep") for step in path):
        for old, new in _MEASURES.items():
            text = re.sub(old, new, text)
    return text


def _state_version(data: Any, folder: Path) -> Iterator[str]:
    """Let a scenario without a version play version 1, as it did; yields what was added."""
    if not isinstance(data, CommentedMap) or not (_extends_shipped(data, folder) or {"id", "baskets"} <= data.keys()):
        return
    model = data.get("model")
    if isinstance(model, CommentedMap) and "version" not in model:
        model["version"] = 1
    elif model is None:
        version = CommentedMap(version=1)
        version.fa.set_flow_style()
        data.insert(list(data).index("id" if "id" in data else "extends") + 1, "model", version)
    else:
        return
    yield "model.version: 1 is stated, the default of the version it was written for"


def _extends_shipped(data: CommentedMap, folder: Path) -> bool:
    """Whether a file extends a shipped scenario; one of the same name beside the file comes first."""
    bases = data.get("extends")
    names = [str(name).removesuffix(".yaml") for name in (bases if isinstance(bases, list) else [bases])]
    return any(name in shipped() and not (folder / f"{name}.yaml").is_file() for name in names)
