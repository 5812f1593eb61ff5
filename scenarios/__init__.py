"""Data: the documents, the positions they support, and the scenarios built on them. No code lives here."""
