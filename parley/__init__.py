"""The command `parley`: it sees that its packages are its own before any of them is imported.

The packages have common names (`sim`, `experiments`, …). A folder of the same name that comes earlier on Python's path
would be run in their place.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("sim", "scenarios", "calibration", "experiments")


def find_shadows() -> Iterator[tuple[str, str]]:
    """Find packages that Python would take from another place than beside this one: name and place."""
    root = Path(__file__).resolve().parents[1]
    for name in PACKAGES:
        spec = find_spec(name)
        places = [spec.origin] if spec and spec.origin else [*(spec.submodule_search_locations or [])] if spec else []
        place = Path(places[0]).resolve() if places else Path("nowhere")
        if place != root / name / "__init__.py":
            yield name, str(place)


def main() -> None:
    """Entry point of the command; refuses with one message and status 2 where a package is not parley's own."""
    for name, place in find_shadows():
        print(f"parley: `{name}` would be taken from {place}; rename that or take it off PYTHONPATH", file=sys.stderr)
        sys.exit(2)
    from sim.cli.main import main as run

    run()
