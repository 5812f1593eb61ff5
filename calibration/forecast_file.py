"""A forecast as a file: with scenario, posterior and record, so that it can be computed again from the file alone."""

from __future__ import annotations

import base64
import binascii
import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from calibration.forecast import compute_forecast
from calibration.posterior import Posterior, encode_posterior, read_posterior
from calibration.records import load_rounds
from sim.core.errors import ParleyError, one_line
from sim.core.identity import hash_bytes, is_sealed, seal
from sim.results.manifest import describe_environment, describe_scenario, describe_software, describe_time
from sim.results.reader import read_json
from sim.scenario.dump import scenario_hash
from sim.scenario.load import Loaded, load_resolved

_MOST_DRAWS = 48 * 2**20
"""The largest posterior, in letters of the file."""
PROVENANCE = (
    "format", "parley", "code", "rules", "git", "command", "fingerprint", "source", "record", "environment", "created",
    "draws", "checksum",
)  # fmt: skip
"""Keys that say how a forecast was made; all others are the forecast itself."""


class _Source(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)

    hash: str
    resolved: dict[str, Any]


class ForecastFile(BaseModel):
    """What a file needs so that its forecast can be computed again."""

    model_config = ConfigDict(extra="allow", strict=True)

    after: str
    runs: int = Field(ge=100, le=10**9)
    seed: int = Field(ge=0, lt=2**63)
    rounds: list[dict[str, Any]] = Field(min_length=1, max_length=20)
    source: _Source
    record: list[str]
    draws: str = Field(max_length=_MOST_DRAWS)


def add_provenance(forecast: Mapping[str, Any], loaded: Loaded, posterior: Posterior | None) -> dict[str, Any]:
    """Add to a forecast how it was made, and seal it.

    Parameters
    ----------
    forecast : mapping
        As `compute_forecast` returns it.
    loaded : Loaded
        Its scenario.
    posterior : Posterior, optional
        Its posterior; none where every number was drawn from its range.

    Returns
    -------
    dict
        Data that JSON can hold; `draws` is the posterior as a Parquet file in base 64, empty where there is none.
    """
    content = encode_posterior(posterior) if posterior else b""
    parts = (describe_software()["rules"], scenario_hash(loaded), hash_bytes(content), repr(sorted(forecast.items())))
    return seal(
        {
            **forecast,
            **describe_software(),
            "fingerprint": hash_bytes("|".join(parts).encode())[:12],
            "source": describe_scenario(loaded),
            "record": _list_dates(loaded),
            "environment": describe_environment(),
            "created": describe_time(),
            "draws": base64.b64encode(content).decode(),
        }
    )


def _list_dates(loaded: Loaded) -> list[str]:
    """List the dates of the rounds that a forecast takes as known; none for a scenario without documents."""
    return [r.start.isoformat() for r in load_rounds()] if loaded.scenario.evidence else []


def repeat_forecast(path: Path, scratch: Path, workers: int | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Compute a forecast again from its file.

    Parameters
    ----------
    path : Path
        File that `parley forecast` wrote.
    scratch : Path
        Folder for the posterior while it is read.
    workers : int, optional
        Threads; None for one a processor.

    Returns
    -------
    earlier, later : dict
        The forecast of the file and its repetition, each with its provenance.

    Raises
    ------
    ParleyError
        The file is not a forecast that can be repeated, or it was changed after it was written.
    """
    earlier = read_json(path)
    if not isinstance(earlier, dict) or earlier.get("kind") != "forecast" or "draws" not in earlier:
        raise ParleyError(f"{path} is not a forecast that can be repeated; earlier versions wrote no posterior into it")
    try:
        file = ForecastFile.model_validate(earlier)
        after = datetime.date.fromisoformat(file.after)
        (scratch / "draws.parquet").write_bytes(base64.b64decode(file.draws, validate=True))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(step) for step in first["loc"])
        raise ParleyError(one_line(f"{path}: {key}: {first['msg'][:200]}")) from None
    except (ValueError, binascii.Error) as error:
        raise ParleyError(one_line(f"{path}: {error}")) from None
    if not is_sealed(earlier):
        raise ParleyError(f"{path} was changed after it was written: its checksum does not fit")
    loaded = load_resolved(file.source.resolved)
    posterior = read_posterior(scratch / "draws.parquet") if file.draws else None
    known = load_rounds() if file.record else ()
    forecast = compute_forecast(loaded, posterior, after, file.runs, file.seed, len(file.rounds), known, workers)
    later = add_provenance(forecast, loaded, posterior) | {"record": [r.start.isoformat() for r in known]}
    return earlier, later
