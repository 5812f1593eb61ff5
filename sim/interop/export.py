"""Scenarios as NegMAS reads them: a folder a basket with the domain and one utility function a party.

The files are written as JSON, which is YAML too, so that no label can be mistaken for a number or a truth value.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.analysis.game import MIDDLE, build_games, start_talks
from sim.core.atomic import OutputFolder, report_write_errors
from sim.interop.discrete import build_domain, list_option_labels, list_option_points
from sim.interop.domain import Domain
from sim.results.manifest import describe_theory, write_manifest
from sim.scenario.load import Loaded
from sim.scenario.resolve import resolve


def build_negmas_files(of: Domain) -> dict[str, dict[str, Any]]:
    """Build the contents of the files of one domain, by file name."""
    space = {
        "type": "DiscreteCartesianOutcomeSpace",
        "name": of.name,
        "issues": [
            {"type": "CategoricalIssue", "name": issue, "values": list(values)}
            for issue, values in zip(of.issues, of.values, strict=True)
        ],
    }
    files: dict[str, dict[str, Any]] = {"domain.yml": space}
    for profile in of.profiles:
        tables = [
            {"type": "TableFun", "mapping": dict(zip(values, table.tolist(), strict=True))}
            for values, table in zip(of.values, profile.evaluations, strict=True)
        ]
        files[f"{profile.name}.yml"] = {
            "type": "LinearAdditiveUtilityFunction",
            "name": profile.name,
            "weights": profile.weights.tolist(),
            "values": tables,
            "reserved_value": profile.reserved,
        }
    return files


def build_domains(loaded: Loaded, seed: int = 0, assumption: int = MIDDLE) -> list[Domain]:
    """Build one domain a basket, and one for all baskets if there are several: labelled options as values."""
    games = []
    for game in build_games(start_talks(resolve(loaded.scenario, seed), assumption)):
        points, labels = list_option_points(loaded.scenario, game), list_option_labels(loaded.scenario, game)
        games.append(build_domain(game, points, labels))
    return games


def export(loaded: Loaded, out: Path, seed: int = 0, assumption: int = MIDDLE) -> list[Path]:
    """Write every domain into a folder of its own below `out`, which is new or empty, and a manifest beside them.

    Raises ParleyError.
    """
    with OutputFolder(out, "export", force=None) as whole, report_write_errors(out):
        written = []
        for game in build_domains(loaded, seed, assumption):
            folder = whole.path(game.name)
            folder.mkdir()
            for name, content in build_negmas_files(game).items():
                text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
                (folder / name).write_text(text + "\n", encoding="utf-8")
            written.append(out / game.name)
        write_manifest(whole, describe_theory("export", loaded, seed, assumption))
    return written
