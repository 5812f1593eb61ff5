"""Basis of all packages: compilation, draws, fields, statistics, files, errors."""
