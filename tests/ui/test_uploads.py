from __future__ import annotations

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from audiokit.errors import InputError
from audiokit.ui import uploads
from audiokit.ui.summaries.table import parse


def script() -> None:
    import streamlit as st  # noqa: PLC0415 - Streamlit runs this function's text alone
    from streamlit.runtime.scriptrunner import get_script_run_ctx  # noqa: PLC0415 - the same

    from audiokit.ui import uploads  # noqa: PLC0415 - the same

    file = st.file_uploader("A file", key="file")
    visit = get_script_run_ctx()
    assert visit is not None

    if file is not None:
        which, data = (visit.session_id, [file.file_id]), file.getvalue()
        before = len(visit.uploaded_file_mgr.get_files(*which))
        uploads.let_go(file)
        after = len(visit.uploaded_file_mgr.get_files(*which))
        st.text(f"{before} {after} {data!r} {file.getvalue()!r}")


def test_what_is_in_our_keeping_is_no_longer_in_streamlits() -> None:
    at = AppTest.from_function(script, default_timeout=60).run()
    at.file_uploader[0].set_value(("a.txt", b"hello", "text/plain")).run()

    assert not at.exception
    assert at.text[0].value == "1 0 b'hello' b'hello'"


def test_uploaders_are_told_the_limit_that_is_set() -> None:
    before = config.get_option("server.maxUploadSize")
    try:
        uploads.limit(37)
        assert config.get_option("server.maxUploadSize") == 37
    finally:
        uploads.limit(before)


@pytest.mark.parametrize("text", ['text,voice\n"' + "a" * 200_000, "text\n" + '"' * 200_001], ids=["field", "quotes"])
def test_a_table_that_never_closes_its_quote_is_a_sentence(text: str) -> None:
    with pytest.raises(InputError, match=r"well-formed|characters"):
        parse(text)
