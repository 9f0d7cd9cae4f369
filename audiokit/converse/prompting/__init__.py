"""From a voice to a finished prompt."""
