"""Verbs of the command line, one module each with `add(app)`; `sim.cli` collects those named here."""

MODULES: tuple[str, ...] = (
    "analyse",
    "carry",
)
