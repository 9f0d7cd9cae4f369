"""Sound: decode, measure, prepare, fit, cut, join, encode, draw. Storey 1; no network, and files only where named."""
