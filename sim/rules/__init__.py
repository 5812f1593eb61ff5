"""The theory: one file per decision. Every rule exists once, compiled, and both engines call it."""
