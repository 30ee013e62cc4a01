"""Replies that are no answers, as the page shows them."""

from __future__ import annotations

import pytest

from qa import Answerer, Conversation
from ui.web.turns.reply_html import replied


@pytest.mark.parametrize(
    ("utterance", "kind", "shown"),
    [
        ("hello", "courtesy", "Ask me anything"),
        ("what documents do you have?", "library", 'href="#source/'),
        ("summarise the document", "summary", "in its own words"),
        ("Baikonur", "hits", 'href="#source/'),
    ],
)
def test_each_kind_of_reply_is_shown_with_what_was_typed(answerer: Answerer, utterance: str, kind: str, shown: str):
    reply = Conversation(answerer).reply(utterance)
    html = replied("1", reply)
    assert reply.kind == kind
    assert utterance in html
    assert shown in html
