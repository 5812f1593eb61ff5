"""Verbs of the command line, a module each with `add(app)`; `sim.cli.main` adds them in this order."""

MODULES: tuple[str, ...] = (
    "list",
    "show",
    "check",
    "run",
    "trace",
    "analyse",
    "cite",
    "new",
    "schema",
    "convert",
    "tactics",
    "sweep",
    "compare",
    "sensitivity",
    "discover",
    "calibrate",
    "forecast",
    "score",
    "app",
    "report",
)
