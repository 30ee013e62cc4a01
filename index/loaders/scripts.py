"""Superscripts and subscripts in plain text, written so that no digit of theirs joins the text before."""

from __future__ import annotations

import re

_SUPERSCRIPTS = str.maketrans(
    "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ",
)
_SUBSCRIPTS = str.maketrans(
    "0123456789+-−=()aehijklmnoprstuvxβγρφχ",
    "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
)
# An ordinal's ending (21st) is raised for looks only, and a mark in brackets ([3]) or without letters and digits
# (*, ™) joins nothing.
_PLAIN = re.compile(r"st|nd|rd|th|\[[^\[\]]*\]|[^\w+=()−-]*")


def superscript(text: str) -> str:
    """Text as a superscript: ``64`` as ``⁶⁴``, or ``^(2, 3)`` if a character has no superscript form in Unicode.

    White space around it stays outside, and ordinal endings, marks in square brackets and symbols stay as they are.
    """
    return _moved(text, _SUPERSCRIPTS, "^")


def subscript(text: str) -> str:
    """Text as a subscript: ``2`` as ``₂``, or ``_(max, 1)`` if a character has no subscript form in Unicode."""
    return _moved(text, _SUBSCRIPTS, "_")


def _moved(text: str, forms: dict[int, int], mark: str) -> str:
    words = text.strip()
    if _PLAIN.fullmatch(words):
        return text
    known = forms.keys() | forms.values()
    moved = words.translate(forms) if all(ord(character) in known for character in words) else f"{mark}({words})"
    return text.replace(words, moved)
