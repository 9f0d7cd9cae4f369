"""Processes of our own, one thing each, that may be stopped or die without harm; storey 0."""
