"""Superscripts and subscripts as Unicode, or marked."""

from __future__ import annotations

import pytest

from index.loaders.scripts import subscript, superscript


@pytest.mark.parametrize(
    ("raised", "text"),
    [
        ("64", "⁶⁴"),
        ("−3", "⁻³"),
        ("2+", "²⁺"),
        ("+", "⁺"),
        ("n", "ⁿ"),
        ("²", "²"),
        (" 5\n", " ⁵\n"),
        ("1, 2", "^(1, 2)"),
        ("1/2", "^(1/2)"),
        ("th", "th"),
        ("[3]", "[3]"),
        ("*", "*"),
        ("™", "™"),
        (" ", " "),
        ("", ""),
    ],
)
def test_superscripts(raised: str, text: str) -> None:
    assert superscript(raised) == text


@pytest.mark.parametrize(("lowered", "text"), [("2", "₂"), ("max", "ₘₐₓ"), ("B", "_(B)"), ("i,j", "_(i,j)")])
def test_subscripts(lowered: str, text: str) -> None:
    assert subscript(lowered) == text
