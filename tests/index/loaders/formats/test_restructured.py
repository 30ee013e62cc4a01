"""reStructuredText is read as it is shown."""

from __future__ import annotations

import pytest

from index.loaders.dispatch import parse


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("One *two* ``three`` `four <http://x.example>`_ |s|.\n\n.. |s| replace:: five", "One two three four five."),
        ("2\\ :sup:`64` and H\\ :sub:`2`\\ O", "2⁶⁴ and H₂O"),
        ("* a\n* b\n\n  c\n\n3) d\n4) e", "• a\n• b\nc\n3) d\n4) e"),
        ("Within 30 [1]_ days.\n\n.. [1] Working days.", "Within 30 ¹ days.\n\n¹ Working days."),
        ("Term : kind\n  What it is.", "Term : kind\nWhat it is."),
        (".. note:: Mind the gap.", "Note: Mind the gap."),
        (".. versionadded:: 1.2\n   The :ref:`other part <x>`.", "1.2\nThe other part."),
        ("See :func:`open`.", "See open."),
        (".. toctree::\n   :maxdepth: 2\n\n   intro\n\nText.", "Text."),
        ("Text.\n\n.. code-block:: python\n\n   x = 1", "Text.\n\nx = 1"),
        (".. include:: /etc/passwd\n\nText.", "Text."),
        (".. image:: a.png\n   :alt: The tower\n\nText.", "The tower\n\nText."),
    ],
)
def test_text_reads_as_it_is_shown(source: str, text: str) -> None:
    assert parse(source.encode(), "a.rst").text == text


def test_headings_have_their_levels_and_the_head_its_values() -> None:
    source = "The tower\n=========\n\n:Author: Ada\n:Date: 2024-05-06\n\nText.\n\nOrigins\n-------\n\nOld.\n\n.. why?\n"
    document = parse(source.encode(), "a.rst")
    assert document.text == "The tower\n\nAuthor: Ada\nDate: 2024-05-06\n\nText.\n\nOrigins\n\nOld."
    assert document.headings[0].title == "The tower"
    assert (document.title, document.date, document.metadata) == ("The tower", "2024-05-06", {"author": "Ada"})
    assert document.left_out == ("1 comment",)


def test_tables_have_headers_and_merged_cells() -> None:
    source = (
        "+------+------+------+\n| Item | 2024 | 2025 |\n+======+======+======+\n| Tea  | 3    | 4    |\n"
        "+      +------+------+\n|      | 5           |\n+------+------+------+\n"
    )
    assert parse(source.encode(), "a.rst").text == "Item: Tea; 2024: 3; 2025: 4.\nItem: Tea; 2024: 5; 2025: 5."
