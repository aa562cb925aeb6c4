"""The page of conversations stays true."""

from __future__ import annotations

from tools.conversations import PAGE, page


def test_the_page_of_conversations_is_what_the_bot_says_now() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "answers differ from docs/conversations.md: make conversations"
