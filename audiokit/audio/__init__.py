"""Sound as values: decode, measure, resample, encode, draw. Pure functions; storey 1, and no network, no files."""
