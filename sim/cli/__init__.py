"""Verbs of the command line, one module each with `add(app)`; `sim.cli.main` collects those named here."""

MODULES: tuple[str, ...] = (
    "scenarios",
    "show",
    "run",
    "trace",
    "analyse",
    "convert",
    "sweep",
    "compare",
    "sensitivity",
    "calibrate",
    "forecast",
    "score",
    "app",
    "report",
    "verify",
)
