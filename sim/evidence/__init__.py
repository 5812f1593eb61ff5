"""Sources, positions and acts: dated, sourced facts."""
