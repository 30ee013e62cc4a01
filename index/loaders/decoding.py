"""Decoding of bytes in any text encoding into canonical text."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from index.errors import UnreadableFileError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_FORMATTING = re.compile(r"\x1b\[[\d;]*m|.\x08")  # escape sequences for colours and bold text, and overstruck letters
_LINE_ENDS = re.compile(r"\r\n?|\x85|\u2028|\u2029")
_SAMPLE = 65_536  # bytes that are examined to tell text from binary files and to guess the encoding


@dataclass(frozen=True, slots=True)
class Decoded:
    """The canonical text of a file, and the name of its encoding."""

    text: str
    encoding: str


def canonical(text: str) -> str:
    """The text with line feeds as the only line ends, and control characters (NUL, lone surrogates) replaced by spaces.

    Terminal formatting, as in manual pages saved as text, is removed. Nothing else changes.
    """
    return _CONTROLS.sub(" ", _FORMATTING.sub("", _LINE_ENDS.sub("\n", text.removeprefix("\ufeff"))))


def decode(content: bytes) -> Decoded:
    """Decode bytes by their byte order mark, else as UTF-8, else in the likeliest encoding.

    Raises UnreadableFileError for bytes that are not text.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _decode_as(content, encoding)
    if _looks_binary(content):
        return _decode_utf16(content)
    try:
        return Decoded(canonical(content.decode("utf-8")), "utf-8")
    except UnicodeDecodeError:
        return _decode_guessed(content)


def _decode_as(content: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(canonical(content.decode(encoding)), encoding.removesuffix("-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableFileError(f"not valid {encoding} text") from error


def _looks_binary(content: bytes) -> bool:
    sample = content[:_SAMPLE]
    controls = sum(sample.count(bytes([code])) for code in (*range(8), *range(14, 27), *range(28, 32)))
    return b"\0" in content or controls > len(sample) * 0.05


def _decode_utf16(content: bytes) -> Decoded:
    """Decode UTF-16 without a byte order mark, in which every other byte is often NUL; other bytes are not text."""
    sample = content[: _SAMPLE & ~1]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(content) % 2 == 0 and max(even, odd) > 0.2 * len(sample) and min(even, odd) < 0.01 * len(sample):
        return _decode_as(content, "utf-16-be" if even > odd else "utf-16-le")
    raise UnreadableFileError("a binary file, not text")


def _decode_guessed(content: bytes) -> Decoded:
    from charset_normalizer import from_bytes

    best = from_bytes(content[:_SAMPLE]).best()
    # Western European text is by far the most likely, and the guess for a short text is unreliable.
    for encoding in ("cp1252", *([best.encoding] if best else []), "latin-1"):
        if encoding == "cp1252" and best is not None and best.alphabets and "Basic Latin" not in best.alphabets:
            continue
        try:
            return Decoded(canonical(content.decode(encoding)), encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise UnreadableFileError("its text encoding is unknown")
