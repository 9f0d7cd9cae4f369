"""One module for each family of formats: bytes in, blocks or passages out. Loaded by ``extract``, when needed."""
