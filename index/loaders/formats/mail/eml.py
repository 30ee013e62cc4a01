"""E-mail as it is sent (.eml), by the standard library's parser."""

from __future__ import annotations

import contextlib
import re
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message as Part

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.decoding import canonical, decode
from index.loaders.formats.mail.messages import Attachment, Message, Reader, parsed_message

MEDIA_TYPE = "message/rfc822"
HEAD = ("From", "To", "Cc", "Date", "Subject")
_EXTENSIONS = {"text/html": ".html", "text/plain": ".txt", "text/csv": ".csv", "application/pdf": ".pdf"}
_FLOWED = re.compile(r"(?<=[^\n]) \n(?![>\n ]|-- )")
_MOST_PARTS = 10_000
_LONGEST_HEADER = 200_000  # characters that are decoded, in quadratic time; the rest is left as it is sent


def parse_eml(content: bytes, read: Reader) -> Parsed:
    """Parse a message, whose attachments ``read`` reads. Raises UnreadableFileError for what is no message."""
    part = message_from_bytes(content.lstrip())
    if not any(part.get(name) for name in (*HEAD, "Message-ID", "MIME-Version")):
        raise UnreadableFileError("damaged, or not an e-mail message")
    return parsed_message(_message(part), MEDIA_TYPE, read)


def _message(message: Part) -> Message:
    head = tuple((name, value) for name in HEAD if (value := _header(message, name)))
    plain: list[str] = []
    html: list[str] = []
    attachments: list[Attachment | Message] = []
    pending: list[Part] = [message]
    for _ in range(_MOST_PARTS):
        if not pending:
            break
        part = pending.pop()
        kind = part.get_content_type()
        if kind == "message/rfc822" and part.is_multipart():
            attachments += (_message(inner) for inner in _parts(part))
        elif part.is_multipart():
            pending += reversed(_parts(part))
        elif part.get_filename() is None and part.get_content_disposition() != "attachment" and _is_body(kind):
            (html if kind == "text/html" else plain).append(_text(part))
        else:
            attachments.append(Attachment(_name(part, kind), _content(part)))
    return Message(head, "\n\n".join(plain), "\n".join(html), tuple(attachments))


def _parts(part: Part) -> list[Part]:
    payload = part.get_payload()
    return [inner for inner in payload if isinstance(inner, Part)] if isinstance(payload, list) else []


def _is_body(kind: str) -> bool:
    return kind in ("text/plain", "text/html")


def _name(part: Part, kind: str) -> str:
    return _decoded(part.get_filename() or f"attachment{_EXTENSIONS.get(kind, '')}")


def _content(part: Part) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: Part) -> str:
    content, charset = _content(part), part.get_content_charset()
    try:
        text = canonical(content.decode(charset or "utf-8"))
    except (LookupError, UnicodeDecodeError):
        text = decode(content).text
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    return _FLOWED.sub("" if str(part.get_param("delsp", "")).lower() == "yes" else " ", text)


def _header(message: Part, name: str) -> str:
    values = (value for key, value in message.raw_items() if key.lower() == name.lower())
    return ", ".join(_decoded(_as_text(str(value))) for value in values)


def _as_text(value: str) -> str:
    """A header's value; bytes outside ASCII, which old programs send as they are, in the likeliest encoding."""
    return value if value.isascii() else decode(value.encode("utf-8", "surrogateescape")).text


def _decoded(value: str) -> str:
    """A header's value with its encoded words decoded."""
    with contextlib.suppress(HeaderParseError, LookupError, UnicodeDecodeError, ValueError):
        value = str(make_header(decode_header(value[:_LONGEST_HEADER]))) + value[_LONGEST_HEADER:]
    return " ".join(canonical(value).split())
