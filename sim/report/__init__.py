"""A folder of results as one HTML file to hand around; see `sim.report.document`."""
