"""Sound as files: formats, tags, chapters, joining."""
