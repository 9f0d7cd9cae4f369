"""Spoken Summaries on the page: a library, and a programme from its documents to what is listened to."""
