"""The version of parley; the same as in pyproject.toml, which a test holds."""

__version__ = "0.2.0"
