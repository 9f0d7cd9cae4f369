"""Folders that are ours alone."""

from __future__ import annotations

from pathlib import Path

from audiokit.errors import NotConfigured

__all__ = ["own_folder"]


def own_folder(path: Path) -> Path:
    """Return ``path``, made if it was not there, with access for its owner only.

    Raises:
        NotConfigured: it cannot be made, or something else has that name.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise NotConfigured(
            f"The folder {path} cannot be used: {error.strerror}. Set AUDIOKIT_DATA_DIR to a folder you can write to."
        ) from error
    return path
