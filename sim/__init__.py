"""parley: simulated diplomatic talks whose every number is sourced or flagged as assumed."""
