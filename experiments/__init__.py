"""Experiments: designs over scenarios, the runner that carries them out, and what is read from the results."""
