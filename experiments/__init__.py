"""Experiments: designs over scenarios, the runner that carries them out, what is read from the results."""
