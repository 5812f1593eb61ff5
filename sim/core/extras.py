"""Libraries that only some verbs need: how to install the extra of the package that holds a missing one."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

from sim.core.errors import ParleyError

DISTRIBUTION = "parley-talks"
"""The name under which pip knows the package; the index has an unrelated one called `parley`."""
_ROOT = Path(__file__).resolve().parents[2]


def describe_missing(extra: str, need: str, root: Path = _ROOT) -> ParleyError:
    """Return the error that says which command installs what is missing.

    Parameters
    ----------
    extra : str
        An extra of pyproject.toml, such as `app`.
    need : str
        What needs which library: `the page needs Streamlit`.
    root : Path
        The folder that holds the packages: a checkout, or where the wheel was installed.

    Returns
    -------
    ParleyError
        Its command works in the environment at hand: from a checkout by the checkout's own extra, elsewhere by the
        requirements that the installed package states.
    """
    if (root / "pyproject.toml").is_file():
        target = f'--editable "{root}[{extra}]"'
    else:
        stated = list_requirements(extra) or [f"{DISTRIBUTION}[{extra}]"]
        target = " ".join(f'"{requirement}"' for requirement in stated)
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    return ParleyError(f"{need}; install it with: {python} -m pip install {target}")


def list_requirements(extra: str) -> list[str]:
    """List the requirements of an extra as the installed package states them; none where it is not installed."""
    try:
        stated = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return []
    pairs = (requirement.partition(";") for requirement in stated)
    return [name.strip() for name, _, marker in pairs if marker.replace('"', "'").strip() == f"extra == '{extra}'"]
