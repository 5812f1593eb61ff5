"""Plans, ensembles and their tables, summaries, manifests and files."""
