"""Theory without a run: zones of agreement, solution concepts, static forecasters."""
