"""YAML files read as plain data with line numbers."""
