"""Documents become programmes: sources, a shape, a script of lines, a clip for each line, one recording."""
