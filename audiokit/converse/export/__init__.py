"""A conversation taken away: its sound, its words, one archive."""
