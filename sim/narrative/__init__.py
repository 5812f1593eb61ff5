"""One run told in sentences."""
