"""Scenarios from plain data, such as a dictionary in a notebook: the same rules and messages as for a file."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sim.core.errors import ScenarioError
from sim.scenario.load import Loaded, load

NAME = "scenario.yaml"
"""Name of the file in messages on plain data; its lines are those of the data written as YAML."""


def load_plain(data: Mapping[str, Any]) -> Loaded:
    """Load a scenario from plain data.

    Parameters
    ----------
    data : mapping
        What a scenario file holds: a whole scenario, or changes of the ones in `extends` (shipped, or files seen from
        the present folder).

    Returns
    -------
    Loaded
        The scenario; it knows no files.

    Raises
    ------
    ScenarioError
        The data cannot be written as YAML, or is not a scenario.

    Examples
    --------
    >>> load_plain({"extends": "river-border", "id": "mine", "title": "Mine"}).scenario.title
    'Mine'
    """
    plain = dict(data)
    if "extends" in plain:
        names = plain["extends"] if isinstance(plain["extends"], list) else [plain["extends"]]
        plain["extends"] = [_make_absolute(name) for name in names]
    stream = io.StringIO()
    writer = YAML()
    writer.width = 110
    try:
        writer.dump(plain, stream)
    except (YAMLError, TypeError, RecursionError) as error:
        problem = str(error).splitlines()[0]
        raise ScenarioError(f"the data holds what YAML cannot: {problem}", file=NAME) from None
    with tempfile.TemporaryDirectory(prefix="parley-") as folder:
        file = Path(folder) / NAME
        file.write_text(stream.getvalue(), encoding="utf-8")
        return replace(load(file), files=(), folder=Path())


def _make_absolute(name: Any) -> Any:
    """Make the path of a base that is a file absolute; names of shipped scenarios stay."""
    return str(Path(name).resolve()) if isinstance(name, str | Path) and Path(name).is_file() else name
