"""A recording and its readings, taken away: as JSON, a table, captions, a report to print, or a reel of its moments."""
