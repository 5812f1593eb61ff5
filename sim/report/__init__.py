"""A folder of results as one self-contained HTML file; see `sim.report.document`."""
