"""A message as text: its head, its body, and the attachments that can be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from index.errors import QuothError
from index.loaders.base import Parsed
from index.loaders.decoding import canonical
from index.loaders.description.coverage import measured
from index.loaders.description.dates import parse_date
from index.loaders.formats.blocks import left_out
from index.loaders.markup.rendering import Renderer
from index.loaders.markup.shown import shown_text
from index.loaders.markup.tree import html_tree
from index.loaders.text_builder import TextBuilder

_DEEPEST = 20  # messages in messages
_MUCH = 0.5  # share of the words of a body's HTML that its plain text must have to stand for it

Reader = Callable[[str, bytes], Parsed | None]  # of an attachment by its name; None for a type that is not read


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a message."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """A message, taken out of its file."""

    head: tuple[tuple[str, str], ...]  # ("From", …), ("To", …), ("Cc", …), ("Date", …), ("Subject", …), if present
    plain: str = ""
    html: str = ""
    attachments: tuple[Attachment | Message, ...] = ()
    warnings: tuple[str, ...] = ()  # of what could not be taken out


def parsed_message(message: Message, media_type: str, read: Reader) -> Parsed:
    """A message with its head as lines of text; ``read`` reads the attachments."""
    writer = _Writer(read)
    writer.write(message)
    head = dict(message.head)
    parsed = Parsed(
        writer.builder.text,
        media_type,
        title=head.get("Subject") or None,
        date=(date := parse_date(head.get("Date", ""))),
        date_source="text" if date else None,
        headings=writer.builder.headings,
        metadata={name.lower(): value for name, value in message.head if name in ("From", "To", "Cc")},
        warnings=tuple(writer.warnings),
        tables=writer.builder.tables,
        left_out=left_out(writer.left_out),
    )
    own = measured(parsed, "\n".join(writer.counted))
    attached = sum(characters for characters, _ in writer.attached)
    whole = max(len(parsed.text), attached, 1)
    covered = sum(characters * coverage for characters, coverage in writer.attached)
    return replace(own, coverage=((whole - attached) * (own.coverage or 0.0) + covered) / whole)


@dataclass(slots=True)
class _Writer:
    read: Reader
    builder: TextBuilder = field(default_factory=TextBuilder)
    warnings: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    counted: list[str] = field(default_factory=list)  # the words of heads and bodies, taken crudely
    attached: list[tuple[int, float]] = field(default_factory=list)  # characters and coverage of each attachment

    def write(self, message: Message, depth: int = 1) -> None:
        self.builder.add("\n".join(f"{name}: {' '.join(value.split())}" for name, value in message.head if value))
        self.counted += (value for _, value in message.head)
        self.warnings += message.warnings
        self._body(message)
        for attachment in message.attachments:
            if isinstance(attachment, Attachment):
                self._attachment(attachment)
            elif depth < _DEEPEST:
                self.builder.add_heading(1, dict(attachment.head).get("Subject", ""))
                self.write(attachment, depth + 1)
            else:
                self.left_out["nested message(s)"] += 1

    def _body(self, message: Message) -> None:
        if not message.html.strip():
            self.builder.add(message.plain)
            self.counted.append(message.plain)
            return
        page = TextBuilder()
        renderer = Renderer(page)
        root, _ = html_tree(message.html)
        renderer.render(root)
        if not page.tables and len(message.plain.split()) > _MUCH * len(page.text.split()):
            self.builder.add(message.plain)
            self.counted.append(message.plain)
        else:
            self.counted.append(shown_text(root))
            self.builder.add_text(page.text, page.headings, page.tables)

    def _attachment(self, attachment: Attachment) -> None:
        name = " ".join(canonical(attachment.name).split())
        try:
            parsed = self.read(name, attachment.content)
        except QuothError as error:
            self.warnings.append(f"attachment {name}: {error}")
            return
        if parsed is None:
            self.left_out[f"attachment(s) ({PurePosixPath(name).suffix.lower() or 'without a type'})"] += 1
            return
        self.builder.add_heading(1, name)
        self.builder.add_text(parsed.text, parsed.headings, parsed.tables)
        self.attached.append((len(parsed.text), 1.0 if parsed.coverage is None else parsed.coverage))
        self.warnings += (f"attachment {name}: {warning}" for warning in parsed.warnings)
