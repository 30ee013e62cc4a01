"""Decoding of bytes in any text encoding into canonical text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from index.errors import UnreadableFileError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
# Escape sequences for colours and bold text, overstruck letters, and joiners without width.
_FORMATTING = re.compile(r"\x1b\[[\d;]*m|.\x08|[\u2060\ufeff]")
_SOFT_HYPHENS = re.compile(r"\u00ad+(?=\w)")  # but for those at the end of a line
_CHANGED = re.compile(
    r"[\x00-\x08\x0b\x0d-\x1f\x7f-\x9f\u00ad\u2028\u2029\u2060\ufeff\ud800-\udfff]"
)  # by all of these
_LINE_ENDS = re.compile(r"\r\n?|\x85|\u2028|\u2029")
_REPLACEMENT = "\ufffd"
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_MOST_INVALID = 0.1  # share of a text that may be replaced
_FOREIGN = 0.4  # share of letters outside ASCII, above which a text is not in Latin script
_LONG_RUN = 2.5  # mean number of bytes outside ASCII in a row, above which it is not either
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
_LETTERS = re.compile(rb"[A-Za-z]")
# Of several encodings that decode a text alike, the first is named.
_OTHER_SCRIPTS = (
    "cp1251 cp866 koi8_r cp1253 cp1255 cp1256 big5 gb18030 cp932 euc_jp cp949 cp874 iso8859_5 mac_cyrillic".split()
)
# The commonest letters of each alphabet, which are at least half of any text in it.
_COMMON = {
    "cp1251 cp866 koi8_r iso8859_5 mac_cyrillic": frozenset("оаеинтсрвлкдмі"),
    "cp1253": frozenset("αοιετσςνηυρ"),
    "cp1255": frozenset("יוהלאתרבמשנ"),
    "cp1256": frozenset("اليمنتروبعدة"),
}
_MOST_COMMON = 0.55  # share of the letters outside ASCII that are among these, at least
# The letters outside ASCII of languages in Latin script, by the encodings that are used for them; the letters that only
# Turkish has are Icelandic ones in cp1252, where others stand among them.
_WESTERN = "àâæçèéêëîïôœùûüÿ äöüßéèàç áéíñóúüçàèòï áàâãçéêíóôõúü àèéìíîòóùú åäöéæøàèêóôâü áèéêëíïóöúü".split()
_CENTRAL = "ąćęłńóśźżäöüéá áčďéěíňóřšťúůýžäöü áäčďéíĺľňóôŕšťúýž áéíóöőúüűä čćđšžäöüéá ăâîşţșțéöüá".split()
_LATIN = (
    ("cp1252", _WESTERN),
    ("iso8859_15", _WESTERN),  # has the euro sign where cp1252 has a sign that nobody uses
    ("cp1254", ["çğıöşüâîûéi̇"]),
    ("cp1252", ["áéíóúýþæöð"]),
    ("cp1250", _CENTRAL),
    ("cp1257", "ąčęėįšųūžäöü āčēģīķļņšūžõŗäöü äõöüšž".split()),
    ("mac_roman", _WESTERN),
    ("cp850", _WESTERN),
    ("cp852", _CENTRAL),
)
_SIGNS = frozenset("\u00a0¡¢£¥§©«¬®°±²³´µ¶·¹º»¼½¾¿×÷–—‘’‚“”„†‡•…‰‹›€™˙ª")
_NOT_PORTUGUESE = re.compile("[õÕ](?![eE])")  # an ő of Hungarian in cp1250, where other vowels have acute accents
_ACUTE = frozenset("áéíóú")
_SIGN_IN_WORD = re.compile(r"(?<=[^\W\d_])[¡¢£¥§©«¬®±²³´µ¶¹»¼½¾¿×÷‚„†‡‰‹€™˙](?=[^\W\d_])|\b[ªº](?=[^\W\d_])")
# A letter that does not belong where it stands: beside a Latin one, or the form for a word's end within a word.
_MISPLACED = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f]|[^\x00-\x7f](?=[A-Za-z])|[ςךםןףץ](?=[^\W\d_])")
_SAMPLE = 65_536  # bytes that are examined to tell text from binary files and to guess the encoding


@dataclass(frozen=True, slots=True)
class Decoded:
    """The canonical text of a file, the name of its encoding, and warnings."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def canonical(text: str) -> str:
    """The text with line feeds as the only line ends, and control characters (NUL, lone surrogates) replaced by spaces.

    Terminal formatting, as in manual pages saved as text, is removed, and so are soft hyphens within words. Nothing
    else changes.
    """
    if _CHANGED.search(text) is None:
        return text
    plain = _FORMATTING.sub("", _LINE_ENDS.sub("\n", text.removeprefix("\ufeff")))
    return _CONTROLS.sub(" ", _SOFT_HYPHENS.sub("", plain))


def decode(content: bytes) -> Decoded:
    """Decode bytes by their byte order mark, else as UTF-8, else in the likeliest encoding.

    Raises UnreadableFileError for bytes that are not text.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return decode_as(content, encoding)
    if _looks_binary(content):
        return _decode_utf16(content)
    try:
        return Decoded(canonical(content.decode("utf-8")), "utf-8")
    except UnicodeDecodeError:
        return decode_as(content, "utf-8") if _is_damaged_utf8(content) else _decode_guessed(content)


def decode_as(content: bytes, encoding: str) -> Decoded:
    """Decode bytes in a known encoding of Python; what is not valid in it is replaced by ``�``, with a warning.

    Raises UnreadableFileError when more than a tenth would be replaced.
    """
    name = encoding.removesuffix("-sig")
    try:
        return Decoded(canonical(content.decode(encoding)), name)
    except UnicodeDecodeError:
        text = content.decode(encoding, "replace")
    count = text.count(_REPLACEMENT)
    if count > len(text) * _MOST_INVALID:
        raise UnreadableFileError(f"not valid {name} text")
    places = "1 place is" if count == 1 else f"{count} places are"
    return Decoded(canonical(text), name, (f"{places} not valid {name} and shown as {_REPLACEMENT}",))


def _looks_binary(content: bytes) -> bool:
    sample = content[:_SAMPLE]
    controls = sum(sample.count(bytes([code])) for code in (*range(8), *range(14, 27), *range(28, 32)))
    return b"\0" in content or controls > len(sample) * 0.05


def _decode_utf16(content: bytes) -> Decoded:
    """Decode UTF-16 without a byte order mark, in which every other byte is often NUL; other bytes are not text."""
    sample = content[: _SAMPLE & ~1]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(content) % 2 == 0 and max(even, odd) > 0.2 * len(sample) and min(even, odd) < 0.01 * len(sample):
        return decode_as(content, "utf-16-be" if even > odd else "utf-16-le")
    raise UnreadableFileError("a binary file, not text")


def _is_damaged_utf8(content: bytes) -> bool:
    """Whether at least as many letters outside ASCII are valid UTF-8 as are not, which is rare in other encodings."""
    text = content.decode("utf-8", "replace")
    return sum(1 for _ in _NOT_ASCII.finditer(text)) >= 2 * text.count(_REPLACEMENT)


def _decode_guessed(content: bytes) -> Decoded:
    for encoding in (*_guesses(content), "cp1252"):
        try:
            return Decoded(canonical(content.decode(encoding)), encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return Decoded(canonical(content.decode("latin-1")), "latin-1")


def _guesses(content: bytes) -> Iterator[str]:
    """The likely encodings of bytes that are not UTF-8, without Western European."""
    sample = content[:_SAMPLE]
    if len(content) > _SAMPLE:
        sample = sample.rpartition(b"\n")[0] or sample  # not cut within a letter
    is_other = _is_other_script(sample)
    if is_other:
        yield from _alphabetic_guesses(sample)
    yield from _latin_guesses(sample)
    if is_other:
        from charset_normalizer import from_bytes

        if best := from_bytes(sample, cp_isolation=list(_OTHER_SCRIPTS)).best():
            yield next((name for name in _OTHER_SCRIPTS if name in best.could_be_from_charset), best.encoding)


def _is_other_script(sample: bytes) -> bool:
    """Whether most letters are outside ASCII, or follow each other as accented ones do not."""
    runs = _HIGH_BYTES.findall(sample)
    high = sum(map(len, runs))
    return high > _FOREIGN * (high + len(_LETTERS.findall(sample))) or high > _LONG_RUN * len(runs)


def _alphabetic_guesses(sample: bytes) -> Iterator[str]:
    """The encoding of another alphabet in which most letters are common ones, that with the most of them.

    charset-normalizer needs longer texts to tell these encodings apart.
    """
    best, most = "", _MOST_COMMON
    for encodings, common in _COMMON.items():
        for encoding in encodings.split():
            text = _MISPLACED.sub(_REPLACEMENT, sample.decode(encoding, "replace"))
            letters = _NOT_ASCII.findall(text.lower())
            turned = sum(a.islower() and b.isupper() for a, b in pairwise(text))
            share = (sum(letter in common for letter in letters) - turned) / len(letters)
            if share > most:
                best, most = encoding, share
    if best:
        yield best


def _latin_guesses(sample: bytes) -> Iterator[str]:
    """The encodings in which all letters are those of one language.

    charset-normalizer tells the scripts apart, but not the languages in Latin script that have few accented letters.
    """
    for encoding, alphabets in _LATIN:
        text = sample.decode(encoding, "replace")
        letters = {letter for letter in _NOT_ASCII.findall(text.lower()) if letter not in _SIGNS}
        if alphabets is _WESTERN and _NOT_PORTUGUESE.search(text) and letters & _ACUTE:
            continue
        if any(letters <= set(alphabet) for alphabet in alphabets) and not _SIGN_IN_WORD.search(text):
            yield encoding
