"""How much of a document is read, and what a person is told of the rest."""

from __future__ import annotations

from dataclasses import dataclass

from audiokit.errors import DocumentTooLarge

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one document; beyond those on bytes it is refused, beyond the others the rest is left out with a note.

    ``max_unpacked_bytes`` and ``max_ratio`` (unpacked to packed) hold for archives, which all office formats are;
    the ratio is asked for from ``least_ratio_bytes`` on, since small files of much white space are harmless.
    """

    max_size_bytes: int = 50_000_000
    max_unpacked_bytes: int = 200_000_000
    max_part_bytes: int = 60_000_000  # of XML, which takes some ten times as much once it is parsed
    max_ratio: float = 200.0
    least_ratio_bytes: int = 10_000_000
    max_parts: int = 10_000
    max_pages: int = 2_000
    max_characters: int = 4_000_000  # War and Peace has 3.2 million
    max_rows: int = 1_000  # of one table
    max_sheets: int = 50

    def check_size(self, size_bytes: int) -> None:
        """Let through what is small enough.

        Raises:
            DocumentTooLarge: it is not.
        """
        if size_bytes > self.max_size_bytes:
            raise DocumentTooLarge(
                f"This document has {size_bytes / 1e6:.1f} MB; the limit is {self.max_size_bytes / 1e6:.0f} MB. "
                "Split it, or save it with smaller pictures.",
                size_bytes=size_bytes,
                max_size_bytes=self.max_size_bytes,
            )

    def cut(self, text: str, *, times: int = 1) -> tuple[str, list[str]]:
        """Return as much of a text as is read, up to the end of a line, and a note if that is not all.

        ``times`` is how much longer the text is than what it says.
        """
        most = times * self.max_characters
        if len(text) <= most:
            return text, []
        kept = text[: max(text.rfind("\n", 0, most), 0) or most]
        share = 100 * len(kept) / len(text)
        return kept, [f"This document is very long: the first {share:.0f} % of it were read."]
