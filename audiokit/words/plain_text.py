"""Text of any origin, made fit to be written: without what no file can hold, and as a name that every system takes."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["cells", "cleaned", "file_stem", "one_line"]

_LINE_ENDS = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
_UNSEEN = re.compile("[\u200b\u2060\ufeff]")  # they mark where a line may break, or nothing at all
_UNWRITABLE = {"Cc", "Cs"}  # controls, and lone halves of surrogate pairs
_UNTRUE = {"Cc", "Cf", "Cs", "Co", "Cn"}  # and in a name also what turns its letters around (UAX 9)
_REFUSED_BY_WINDOWS = re.compile(r'[<>:"/\\|?*]+')
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)


def cleaned(text: str) -> str:
    r"""Return the text without control characters; every end of a line is ``\n``, and a tab is a space."""
    text = _LINE_ENDS.sub("\n", _UNSEEN.sub("", text)).replace("\t", " ")
    return "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter) not in _UNWRITABLE)


def one_line(text: str) -> str:
    """Return the text with every run of white space as one space, and without control characters."""
    return " ".join(cleaned(text).split())


def cells(text: str) -> int:
    """Return how wide the text is: a letter takes one cell, and two where it is wide (UAX 11: Chinese, emoji)."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(letter) in {"W", "F"} else 1 for letter in text)


def file_stem(text: str, *, otherwise: str, max_bytes: int = 80) -> str:
    """Return the text as a file's name, to which an ending can be added, on Windows, macOS and Linux.

    Letters of all scripts stay. What is left of the text may be nothing: then the name is ``otherwise``.
    """
    known = "".join(letter for letter in one_line(text) if unicodedata.category(letter) not in _UNTRUE)
    name = _REFUSED_BY_WINDOWS.sub("-", unicodedata.normalize("NFC", known))
    name = name.encode()[:max_bytes].decode(errors="ignore").strip(" .-")
    return f"_{name}" if _DEVICES.match(name) else name or otherwise
