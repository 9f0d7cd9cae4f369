"""Words on the page stand there as they are, whatever Markdown would make of them."""

from __future__ import annotations

import pytest

from audiokit.ui.widgets import plain


@pytest.mark.parametrize("words", ["Title\n===", "&copy; &lt;b&gt;", "![x](http://x.invalid)", "`code`", "<b>", "$x$"])
def test_every_character_that_markdown_knows_is_escaped(words: str) -> None:
    shown = plain(words)
    for char in set(words) & set("=&!`<$"):
        assert shown.count(f"\\{char}") == words.count(char)


def test_lines_and_their_indentation_stay() -> None:
    assert plain("Roses\nviolets") == "Roses  \nviolets"
    assert plain("if x\n\ty") == "if x  \n&nbsp;&nbsp;&nbsp;&nbsp;y"
    assert plain("one\n\ntwo").split("\n")[1].strip() == ""
