"""Documents: bytes or an address in, text with page or section marks out. See :mod:`audiokit.documents.reader`."""
