"""Messages that Outlook has saved (.msg): a compound file of MAPI properties."""

from __future__ import annotations

import datetime
import email.utils
import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.decoding import canonical, decode
from index.loaders.formats.mail.messages import Attachment, Message, Reader, parsed_message
from index.loaders.formats.rich_text.rtf import rtf_text
from index.loaders.markup.encoding import decode_html

MEDIA_TYPE = "application/vnd.ms-outlook"
_SUBJECT, _BODY, _RTF, _HTML, _HEADERS = "0037", "1000", "1009", "1013", "007D"
_SENDER_NAME, _SENDER_ADDRESSES = "0C1A", ("5D01", "0C1F", "0065")
_NAME, _ADDRESSES = "3001", ("39FE", "3003")
_FILE_NAMES, _DATA = ("3707", "3704", "3001"), "3701"
_SENT, _RECEIVED, _RECIPIENT_TYPE, _CODE_PAGE = 0x0039, 0x0E06, 0x0C15, 0x3FFD
_UNICODE, _BYTES, _BINARY, _EMBEDDED = "001F", "001E", "0102", "000D"
_TIME = 0x0040
_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
_DEEPEST = 20  # messages in messages


def parse_msg(content: bytes, read: Reader) -> Parsed:
    """Parse a saved message, whose attachments ``read`` reads. Raises UnreadableFileError for what is no message."""
    from olefile import OleFileIO
    from olefile.olefile import OleFileError

    try:
        with OleFileIO(io.BytesIO(content)) as file:
            message = _Storage(file, (), header=32).message()
    except (OleFileError, OSError, struct.error, IndexError) as error:
        raise UnreadableFileError("damaged, or not a message of Outlook") from error
    if message is None:
        raise UnreadableFileError("damaged, or not a message of Outlook")
    return parsed_message(message, MEDIA_TYPE, read)


@dataclass(frozen=True, slots=True)
class _Storage:
    """A message, a recipient or an attachment in the file."""

    file: object  # an olefile.OleFileIO
    path: tuple[str, ...]
    header: int = 8  # bytes before its properties

    def message(self, depth: int = 1) -> Message | None:
        """The message in this storage; None if it has no properties."""
        properties = self._fixed()
        if not properties:
            return None
        head = (
            ("From", _address(self.text(_SENDER_NAME), self._first(_SENDER_ADDRESSES))),
            *self._recipients(),
            ("Date", self._date(properties)),
            ("Subject", self.text(_SUBJECT)),
        )
        plain, html = self.text(_BODY), self._html()
        if not plain.strip() and not html.strip():
            rich_text = _decompressed(self.binary(_RTF))
            plain = rtf_text(rich_text or b"")
        else:
            rich_text = b""
        warnings = ("its Rich Text body is damaged and was not read",) if rich_text is None else ()
        return Message(tuple(pair for pair in head if pair[1]), plain, html, tuple(self._attachments(depth)), warnings)

    def text(self, tag: str) -> str:
        """A property that is text; empty if there is none."""
        if content := self._stream(f"__substg1.0_{tag}{_UNICODE}"):
            return canonical(content.decode("utf-16-le", "replace")).rstrip("\0 ")
        content = self._stream(f"__substg1.0_{tag}{_BYTES}")
        return decode(content.rstrip(b"\0")).text if content.rstrip(b"\0") else ""

    def binary(self, tag: str) -> bytes:
        """A property that is bytes; empty if there is none."""
        return self._stream(f"__substg1.0_{tag}{_BINARY}")

    def _html(self) -> str:
        content = self.binary(_HTML)
        return decode_html(content).text if content else self.text(_HTML)

    def _first(self, tags: tuple[str, ...]) -> str:
        """The first of these properties that looks like an address, for which Exchange may have a name of its own."""
        return next((text for tag in tags if "@" in (text := self.text(tag))), "")

    def _recipients(self) -> Iterator[tuple[str, str]]:
        listed: dict[int, list[str]] = {}
        for storage in self._storages("__recip_version1.0_"):
            kind = storage._fixed().get(_RECIPIENT_TYPE, 1) & 0xF
            listed.setdefault(kind, []).append(_address(storage.text(_NAME), storage._first(_ADDRESSES)))
        for name, kind, shown in (("To", 1, "0E04"), ("Cc", 2, "0E03")):
            yield name, ", ".join(filter(None, listed.get(kind, ()))) or self.text(shown)

    def _date(self, properties: dict[int, int]) -> str:
        """The date on which it was sent, as its headers have it, or in UTC."""
        for line in self.text(_HEADERS).splitlines():
            if line.lower().startswith("date:"):
                return line[5:].strip()
        ticks = properties.get(_SENT) or properties.get(_RECEIVED)
        if not ticks or ticks // 10 > 10**17:
            return ""
        return email.utils.format_datetime(_EPOCH + datetime.timedelta(microseconds=ticks // 10))

    def _attachments(self, depth: int) -> Iterator[Attachment | Message]:
        for storage in self._storages("__attach_version1.0_"):
            inner = _Storage(self.file, (*storage.path, f"__substg1.0_{_DATA}{_EMBEDDED}"), header=24)
            message = inner.message(depth + 1) if depth < _DEEPEST else None
            if message is not None:
                yield message
            elif content := storage.binary(_DATA):
                name = next(filter(None, map(storage.text, _FILE_NAMES)), "attachment")
                yield Attachment(name, content)

    def _storages(self, prefix: str) -> Iterator[_Storage]:
        depth = len(self.path)
        names = {
            entry[depth]
            for entry in self.file.listdir()  # type: ignore[attr-defined]
            if tuple(entry[:depth]) == self.path and len(entry) > depth and entry[depth].startswith(prefix)
        }
        return (_Storage(self.file, (*self.path, name)) for name in sorted(names))

    def _fixed(self) -> dict[int, int]:
        """The properties that are numbers and times, by the numbers of their tags."""
        content = self._stream("__properties_version1.0")[self.header :]
        entries = (content[at : at + 16] for at in range(0, len(content) - 15, 16))
        return {struct.unpack_from("<H", entry, 2)[0]: _number(entry) for entry in entries}

    def _stream(self, name: str) -> bytes:
        path = [*self.path, name]
        if not self.file.exists(path):  # type: ignore[attr-defined]
            return b""
        return self.file.openstream(path).read()  # type: ignore[attr-defined,no-any-return]


def _number(entry: bytes) -> int:
    is_long = struct.unpack_from("<H", entry)[0] == _TIME
    return int(struct.unpack_from("<Q" if is_long else "<I", entry, 8)[0])


def _address(name: str, address: str) -> str:
    if not address or address == name:
        return name or address
    return f"{name} <{address}>" if name else address


def _decompressed(content: bytes) -> bytes | None:
    """The Rich Text in a compressed body, empty when there is none; None when it is damaged."""
    from compressed_rtf import decompress

    try:
        return bytes(decompress(content)) if content else b""
    except Exception:  # noqa: BLE001 - the library raises errors of any type, and the head is still of use
        return None
