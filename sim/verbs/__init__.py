"""Verbs of the command line, one module each with `add(app)`; `sim.cli` collects those named here."""

MODULES: tuple[str, ...] = (
    "catalogue",
    "show",
    "run",
    "trace",
    "analyse",
    "carry",
    "sweep",
    "compare",
    "sensitivity",
    "calibrate",
    "forecast",
    "score",
    "app",
    "report",
)
