"""Repeat a result from its folder, and say file by file whether the repetition agrees."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.atomic import OutputFolder
from sim.core.errors import ParleyError
from sim.core.layout import Ints
from sim.replication.agreement import Agreement, compare_file, list_differing_inputs
from sim.results.plan import MOST_RUNS, Plan, plan
from sim.results.reader import find_damage, list_hashes, read_manifest
from sim.results.store import PARTY_SOURCE, POSTERIOR, write_ensemble
from sim.scenario.dump import scenario_hash
from sim.scenario.load import Loaded, load, load_resolved

if TYPE_CHECKING:
    from sim.agents.party import Party


_NEEDED = {
    "run": ("rules", "seed", "engine", "assumptions", "fates", "posterior", "party_class"),
    "comparison": ("rules", "seed", "engine"),
    "sweep": ("rules", "source"),
    "calibration": ("rules", "fit"),
}
"""Keys of a manifest without which a result cannot be repeated, beside those that its schema needs."""


_OPTIONAL_TABLES = ("offers", "assumptions")
"""Tables of a run that an option of `write_ensemble` of the same name adds."""


@dataclass(frozen=True)
class Repetition:
    """A repeated result.

    Attributes
    ----------
    kind : str
        Kind of results, as in the manifest.
    files : dict of str to Agreement
        Whether each file of the results agrees with its repetition.
    damage : dict of str to str
        Files of the results that are not as they were written, and what is wrong with them.
    inputs : list of str
        Recorded inputs that differ, as `input: recorded → now`.
    """

    kind: str
    files: dict[str, Agreement]
    damage: dict[str, str]
    inputs: list[str]

    @property
    def agrees(self) -> bool:
        """Whether every file is whole and agrees with its repetition."""
        return not self.damage and all(agreement.agrees for agreement in self.files.values())


def repeat(
    folder: Path, into: Path, *, trust_code: bool = False, scenario: str | None = None, workers: int | None = None
) -> Repetition:
    """Repeat the results in a folder.

    Parameters
    ----------
    folder : Path
        Folder that `run`, `compare`, `sweep` or `calibrate` wrote.
    into : Path
        New folder for the repetition.
    trust_code : bool
        Whether to execute the module of a party class that the folder holds.
    scenario : str, optional
        Scenario file of a sweep, where the recorded one is neither shipped nor complete in itself.
    workers : int, optional
        Threads or processes; results do not depend on it.

    Returns
    -------
    Repetition

    Raises
    ------
    ParleyError
        The folder holds no results that can be repeated, or its manifest is damaged.
    """
    from experiments.analyses import repeat_analyses

    manifest = read_manifest(folder)
    if manifest is None:
        raise ParleyError(f"`{folder}` holds no manifest: no results of run, compare, sweep or calibrate")
    repeaters: dict[str, Callable[[], None]] = {
        "run": lambda: _repeat_run(folder, manifest, into, trust_code, workers),
        "comparison": lambda: _repeat_comparison(manifest, into, workers),
        "sweep": lambda: _repeat_sweep(manifest, into, scenario, workers),
        "calibration": lambda: _repeat_fit(manifest, into, workers),
    }
    if manifest["kind"] not in repeaters:
        raise ParleyError(f"`{folder}` holds an {manifest['kind']}; repeated are: {', '.join(repeaters)}")
    hashes, missing = list_hashes(manifest), [key for key in _NEEDED[manifest["kind"]] if key not in manifest]
    if missing or not hashes:
        lack = missing[0] if missing else "hashes"
        raise ParleyError(f"the manifest of `{folder}` has no `{lack}`; results of earlier versions cannot be repeated")
    damage = find_damage(folder, hashes)
    if POSTERIOR in damage and manifest["kind"] == "run":
        raise ParleyError(f"{folder / POSTERIOR} {damage[POSTERIOR]}; the run cannot be repeated without it")
    repeaters[manifest["kind"]]()
    repeat_analyses(into, manifest.get("analyses", {}))
    repeated = read_manifest(into)
    if repeated is None:
        raise ParleyError(f"the repetition in `{into}` is not complete")
    files = {name: compare_file(folder / name, into / name, text) for name, text in hashes.items()}
    return Repetition(manifest["kind"], files, damage, list_differing_inputs(manifest, repeated))


def repeat_file(path: Path, scratch: Path, workers: int | None = None) -> Repetition:
    """Repeat a forecast from its file.

    Parameters
    ----------
    path : Path
        File that `parley forecast` wrote.
    scratch : Path
        Folder for temporary files.
    workers : int, optional
        Threads; results do not depend on it.

    Returns
    -------
    Repetition

    Raises
    ------
    ParleyError
        The file is not a forecast that can be repeated.
    """
    from calibration.forecast_file import PROVENANCE, repeat_forecast

    earlier, later = repeat_forecast(path, scratch, workers)
    first, second = ({k: v for k, v in data.items() if k not in PROVENANCE} for data in (earlier, later))
    agreement = Agreement.NUMBERS if first == json.loads(json.dumps(second)) else Agreement.DIFFERENT
    inputs = [{k: v for k, v in data.items() if k in PROVENANCE} for data in (earlier, later)]
    return Repetition("forecast", {path.name: agreement}, {}, list_differing_inputs(*inputs))


def _repeat_run(folder: Path, manifest: dict[str, Any], into: Path, trust_code: bool, workers: int | None) -> None:
    """Run an ensemble again."""
    loaded = _restore_scenario(manifest["scenario"])
    party_class = _load_party_class(folder, manifest, trust_code) if manifest.get("party_class") else None
    job = plan(
        loaded,
        manifest["n"],
        manifest["seed"],
        engine=manifest["engine"],
        party_class=party_class,
        workers=1 if party_class else workers,
        assumptions=_expand_indices(manifest, "assumptions"),
        fates=_expand_indices(manifest, "fates"),
    )
    job = replace(_apply_posterior(job, folder, manifest), target=manifest.get("target"))
    names = list_hashes(manifest)
    suffixes = {Path(name).suffix[1:] for name in names} & {"png", "svg"}
    tables: dict[str, Any] = {table: True for table in _OPTIONAL_TABLES if f"{table}.parquet" in names}
    write_ensemble(job, into, figures=tuple(sorted(suffixes)), **tables)


def _restore_scenario(entry: dict[str, Any]) -> Loaded:
    """Restore the scenario of a manifest. Raises ParleyError where its numbers are not those that were recorded."""
    loaded = load_resolved(entry["resolved"])
    if scenario_hash(loaded) != entry.get("hash"):
        raise ParleyError("the scenario in the manifest does not have the hash recorded beside it")
    return replace(loaded, changes=entry.get("changes", {}))


def _expand_indices(manifest: dict[str, Any], key: str) -> Ints:
    """Expand ranges of indices. Raises ParleyError if their number is not that of the runs, or only a hash was kept."""
    ranges, n = manifest[key], manifest["n"]
    if not isinstance(ranges, list):
        raise ParleyError("the manifest holds only a hash of the indices of the draws; such a run cannot be repeated")
    if n > MOST_RUNS or sum(last - first + 1 for first, last in ranges) != n or min(map(min, ranges)) < 0:
        raise ParleyError(f"the manifest: {key}: these are not the indices of {n:,} runs")
    if max(map(max, ranges)) >= 2**63:
        raise ParleyError(f"the manifest: {key}: an index is larger than 64 bits hold")
    return np.concatenate([np.arange(first, last + 1, dtype=np.int64) for first, last in ranges])


def _apply_posterior(job: Plan, folder: Path, manifest: dict[str, Any]) -> Plan:
    """Put a plan under the posterior beside the results, if there was one. Raises ParleyError."""
    if not manifest.get("posterior"):
        return job
    from calibration.posterior import apply_posterior

    return apply_posterior(job, folder / POSTERIOR)


def _load_party_class(folder: Path, manifest: dict[str, Any], trust_code: bool) -> type[Party]:
    """Load the party class of a run from the module beside its results. Raises ParleyError."""
    path, name = folder / PARTY_SOURCE, str(manifest["party_class"])
    if PARTY_SOURCE not in list_hashes(manifest):
        raise ParleyError(f"the party class {name} was written in a notebook; its code is not part of these results")
    if not trust_code:
        raise ParleyError(
            f"these results need code of their own, the party class {name}: read {PARTY_SOURCE} there, and add "
            "--trust-code to run it"
        )
    if find_damage(folder, {PARTY_SOURCE: list_hashes(manifest)[PARTY_SOURCE]}):
        raise ParleyError(f"{path} was changed after it was written; it is not run")
    party_class = _find_class(_import_file(path), name.split("."))
    if party_class is None:
        raise ParleyError(f"{path} holds no party class {name}")
    return party_class


def _find_class(module: Any, steps: list[str]) -> type[Party] | None:
    """Find a party class by the end of its full name, which begins with the module it was written in."""
    from sim.agents.party import Party

    for start in range(len(steps)):
        node = module
        for step in steps[start:]:
            node = getattr(node, step, None)
        if isinstance(node, type) and issubclass(node, Party):
            return node
    return None


def _import_file(path: Path) -> Any:
    """Execute a Python file as a module. Raises ParleyError.

    An import would prefer bytecode that lies beside the file and was not checked, and leave some there.
    """
    module = ModuleType("parley_party_class")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    try:
        exec(compile(path.read_bytes(), path, "exec"), module.__dict__)
    except Exception as error:  # noqa: BLE001 (code of others may raise anything)
        raise ParleyError(f"{path} cannot be run: {type(error).__name__}: {error}") from None
    return module


def _repeat_comparison(manifest: dict[str, Any], into: Path, workers: int | None) -> None:
    """Compare scenarios again."""
    from experiments.compare import compare_scenarios
    from experiments.comparison_folder import KIND, write_comparison

    scenarios = {entry["label"]: _restore_scenario(entry) for entry in manifest["scenarios"]}
    with OutputFolder(into, KIND) as out:
        options = {"engine": manifest["engine"], "workers": workers}
        write_comparison(compare_scenarios(scenarios, manifest["n"], manifest["seed"], **options), out)


def _repeat_sweep(manifest: dict[str, Any], into: Path, scenario: str | None, workers: int | None) -> None:
    """Carry out an experiment again."""
    from experiments.spec import read_experiment
    from experiments.sweep import run_sweep

    request, source = manifest["asked"], scenario or manifest["source"]
    about = {key: manifest.get(key, "") for key in ("title", "question")} | manifest.get("plans", {})
    spec = read_experiment({**request["experiment"], **about, "scenario": source})
    base = _find_scenario(source, spec.changes, request["scenario"], scenario is not None)
    run_sweep(spec, into, workers=workers, base=base)


def _find_scenario(source: str, changes: dict[str, Any], resolved: dict[str, Any], strict: bool) -> Loaded:
    """Find the scenario of a sweep: by name if it is as recorded, else from the manifest. Raises ParleyError."""
    try:
        loaded = load(source, changes)
    except ParleyError:
        if strict:
            raise
        return load_resolved(resolved)
    restored = load_resolved(resolved)
    if scenario_hash(loaded) == scenario_hash(restored):
        return loaded
    if strict:
        raise ParleyError(f"{source} is not the scenario of this sweep: its numbers differ")
    return restored


def _repeat_fit(manifest: dict[str, Any], into: Path, workers: int | None) -> None:
    """Carry out a fit again."""
    from pydantic import ValidationError

    from calibration.calibrate import calibrate
    from calibration.figures import save_figures
    from calibration.fit_file import FitFile
    from calibration.folder import write_manifest
    from calibration.report import write_report
    from sim.compiled.pool import workers_available

    try:
        file = FitFile.model_validate(manifest.get("fit"))
    except ValidationError as error:
        first = error.errors()[0]
        raise ParleyError(f"the fit in the manifest: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    result = calibrate(file, into, workers or workers_available())
    save_figures(result, into)
    write_report(result, into)
    write_manifest(into, file)
