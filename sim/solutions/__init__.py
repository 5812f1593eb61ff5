"""Solution concepts of bargaining on a scenario's own numbers: nothing here simulates a run."""
