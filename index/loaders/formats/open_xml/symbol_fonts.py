"""The characters of the symbol fonts of Word, in Unicode."""

from __future__ import annotations

_PRIVATE = range(0xF000, 0xF100)  # where Word keeps the characters of symbol fonts
_SYMBOL = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪",
    "〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭",
)
_MAPS = {
    "symbol": {
        **dict(enumerate(_SYMBOL[0], 0x20)),
        **dict(enumerate(_SYMBOL[1], 0xA0)),
        **dict(enumerate(_SYMBOL[2], 0xF1)),
    },
    "wingdings": {
        0x28: "☎", 0x2A: "✉", 0x3F: "✍", 0x4A: "☺", 0x4C: "☹", 0x6C: "●", 0x6D: "❍", 0x6E: "■", 0x6F: "□",
        0x70: "☐", 0x71: "❑", 0x72: "❒", 0x73: "⬧", 0x74: "⧫", 0x75: "◆", 0x76: "❖", 0x77: "⬥", 0x78: "☒",
        0x80: "⓪", **{0x81 + n: chr(0x2460 + n) for n in range(10)}, 0x8B: "⓿",
        **{0x8C + n: chr(0x2776 + n) for n in range(10)}, 0x9E: "·", 0x9F: "•", 0xA1: "○", 0xA7: "▪", 0xA8: "☐",
        0xAB: "★", 0xD5: "⌫", 0xD8: "➢", 0xDC: "➲", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔",
        0xEF: "⇦", 0xF0: "⇨", 0xF1: "⇧", 0xF2: "⇩", 0xF3: "⇔", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
    },
    "wingdings 2": {
        0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x96: "•", 0x97: "●", 0x98: "●",
        0x99: "○", 0xA2: "■", 0xA3: "☐", 0xAE: "◆", 0xB5: "★",
    },
    "webdings": {0x61: "✓", 0x63: "□", 0x67: "■", 0x72: "✗", 0x3D: "•", 0x6E: "●"},
}  # fmt: skip


def is_symbol_font(font: str) -> bool:
    """Whether the characters of a font are symbols with the codes of others."""
    return font.lower() in _MAPS


def symbol(font: str, code: int) -> str:
    """The character with a code of a font; empty if it is a private one that is not known."""
    own = code - _PRIVATE.start if code in _PRIVATE else code
    known = _MAPS.get(font.lower())
    if known is not None:
        return known.get(own, "" if known is not _MAPS["symbol"] or code in _PRIVATE else chr(code))
    return "" if code in _PRIVATE or not 0x20 <= code < 0x110000 or 0xD800 <= code < 0xE000 else chr(code)


def symbols(font: str, text: str) -> str:
    """Text in a symbol font, in Unicode."""
    return "".join(symbol(font, ord(character)) for character in text)
