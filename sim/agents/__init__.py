"""The readable engine: one run of the talks, agent by agent, on Mesa."""
