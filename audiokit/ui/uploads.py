"""Files that came through Streamlit's uploader: what it keeps of them, and letting go of what is in our keeping.

Streamlit holds each in memory until its visit ends. Its insides are used here and nowhere else.
"""

from __future__ import annotations

from typing import Any

from streamlit import config, runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from audiokit.words.names import shown_name

__all__ = ["held", "let_go", "limit", "name_of"]


def limit(file_mb: int) -> None:
    """Tell Streamlit how much one file may have, which its uploaders then show."""
    config.set_option("server.maxUploadSize", file_mb)


def held() -> dict[str, int]:
    """Return how many bytes of uploads are in memory, by visit; safe while others upload."""
    visits = getattr(runtime.get_instance().uploaded_file_mgr, "file_storage", {})
    return {visit: sum(len(file.data) for file in list(files.values())) for visit, files in list(visits.items())}


def let_go(*files: UploadedFile) -> None:
    """Free what is in our own keeping by now; whoever holds the bytes has them still."""
    visit = get_script_run_ctx()
    if visit is None:
        return
    for file in files:
        manager: Any = visit.uploaded_file_mgr  # the one in memory, which its protocol says less of
        manager.remove_file(session_id=visit.session_id, file_id=file.file_id)


def name_of(file: UploadedFile) -> str:
    """Return the file's name as it may be kept and shown: somebody else wrote it."""
    return shown_name(file.name)
