"""Decoding of HTML as the WHATWG standard says: byte order mark, then the encoding that the page declares."""

from __future__ import annotations

import re

import webencodings

from index.loaders.decoding import Decoded, decode, decode_as

_HEAD_LIMIT = 1_000_000  # bytes
_BODY = re.compile(rb"<body[\s>]", re.IGNORECASE)
_META = re.compile(rb"<meta[\s/]([^<>]*)", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[^<>]*?encoding\s*=\s*[\"']([\w.:-]+)")
_CHARSET = re.compile(rb"(?:^|[\s/;\"'])charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_CONTENT = re.compile(rb"(?:^|[\s/\"'])content\s*=", re.IGNORECASE)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def decode_html(content: bytes) -> Decoded:
    """The text of a page; raises UnreadableFileError for bytes that are not text.

    Bytes that are valid UTF-8 are read as such, because a declaration is often older than the file.
    """
    declared = None if content.startswith(_MARKS) or _is_utf8(content) else _declared(content[:_HEAD_LIMIT])
    if declared is None or declared.name == "utf-8":
        return decode(content)
    return decode_as(content, declared.codec_info.name)


def _declared(head: bytes) -> webencodings.Encoding | None:
    """The first known encoding that a page declares in its head; UTF-16, which no reader of this could be, is UTF-8."""
    names = [xml[1]] if (xml := _XML.match(head)) else []
    head = _without_comments(head)
    body = _BODY.search(head)
    names += [
        charset[1] for meta in _META.finditer(head[: body.start() if body else None]) if (charset := _charset(meta[1]))
    ]
    known = (webencodings.lookup(name.decode("ascii")) for name in names)
    found = next((encoding for encoding in known if encoding), None)
    return webencodings.UTF8 if found and found.name.startswith("utf-16") else found


def _charset(attributes: bytes) -> re.Match[bytes] | None:
    """What the attributes of a ``meta`` declare: by ``charset``, or by ``content`` when it stands for a header."""
    if _CONTENT.search(attributes) and b"http-equiv" not in attributes.lower():
        return None
    return _CHARSET.search(attributes)


def _without_comments(head: bytes) -> bytes:
    parts, position = [], 0
    while (start := head.find(b"<!--", position)) >= 0:
        parts.append(head[position:start])
        end = head.find(b"-->", start)
        position = end + 3 if end >= 0 else len(head)
    return b"".join([*parts, head[position:]])


def _is_utf8(content: bytes) -> bool:
    """Whether bytes are valid UTF-8, and more than ASCII, which almost any encoding contains."""
    try:
        return not content.isascii() and bool(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False
