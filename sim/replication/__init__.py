"""Results repeated from their folder, and packages that others can repeat."""
