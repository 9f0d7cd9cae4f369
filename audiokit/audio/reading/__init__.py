"""Recordings as they are given: judged by content, opened, read in blocks."""
