"""The same product in a terminal."""
