"""YAML files: reading plain data with line numbers, wording of errors, writing."""
