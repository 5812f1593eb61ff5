"""Static forecasters: what a single number for power, position and salience says without any talks being simulated."""
