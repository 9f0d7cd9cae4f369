"""Privacy on the pages: what is stored, for how long, what can be done about it, and who did what."""
