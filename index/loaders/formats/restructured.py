"""reStructuredText, as docutils understands it, with the directives and roles of Sphinx by their text."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.decoding import decode
from index.loaders.description.coverage import measured
from index.loaders.description.dates import parse_date
from index.loaders.formats.blocks import Block, Paragraph, Run, TableBlock, TableCell, joined, left_out, write_blocks
from index.loaders.formats.open_xml.numbering import written_number
from index.loaders.scripts import superscript
from index.loaders.text_builder import TextBuilder

MEDIA_TYPE = "text/x-rst"
Node = Any  # of docutils, which publishes no types

_SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,
    "halt_level": 5,
    "_disable_config": True,
    "warning_stream": False,
    "line_length_limit": 1_000_000,
}
_ROLE = re.compile(r":[\w:.+-]+:`([^`]*)`")
_TARGET = re.compile(r"\s*<[^<>]*>$")
_DIRECTIVE = re.compile(r"\.\.\s+([\w:.+-]+)::[ \t]*(.*)")
_OPTION = re.compile(r"[ \t]*:[\w-]+:.*")
_NO_TEXT = frozenset({"toctree", "index", "automodule", "autoclass", "autofunction", "automethod", "currentmodule",
                      "highlight", "literalinclude", "include", "only", "tabularcolumns", "module"})  # fmt: skip
_UNSHOWN = frozenset("comment system_message substitution_definition target raw problematic meta pending".split())
_FORMS = {"arabic": "decimal", "loweralpha": "lowerLetter", "upperalpha": "upperLetter", "lowerroman": "lowerRoman",
          "upperroman": "upperRoman"}  # fmt: skip
_ADMONITIONS = frozenset("attention caution danger error hint important note tip warning".split())


def parse_rst(content: bytes) -> Parsed:
    """A reStructuredText file; nothing that it includes is opened."""
    from docutils.core import publish_doctree
    from docutils.utils import SystemMessage

    decoded = decode(content)
    try:
        tree = publish_doctree(decoded.text, settings_overrides=_SETTINGS)
    except SystemMessage as error:
        raise UnreadableFileError(f"not reStructuredText: {error}") from error
    reader = _Reader()
    builder = TextBuilder()
    title = tree.get("title") or None
    write_blocks(builder, reader.blocks(tree, 0))
    parsed = Parsed(
        builder.text,
        MEDIA_TYPE,
        title=title or next((heading.title for heading in builder.headings), None),
        date=(date := parse_date(reader.information.get("date", ""))),
        date_source="front matter" if date else None,
        headings=builder.headings,
        metadata={"author": author} if (author := reader.information.get("author")) else {},
        warnings=decoded.warnings,
        encoding=decoded.encoding,
        tables=builder.tables,
        left_out=left_out(+reader.left_out),
    )
    return measured(parsed, " ".join(_shown_texts(tree)))


def _shown_texts(tree: Node) -> Iterator[str]:
    """The texts in a tree but those of comments, messages and definitions."""
    pending = [tree]
    while pending:
        node = pending.pop()
        kind = type(node).__name__
        if kind == "Text":
            yield node.astext()
        elif kind not in _UNSHOWN:
            pending += reversed(node.children)


class _Reader:
    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self.information: dict[str, str] = {}

    def blocks(self, parent: Node, depth: int, *, listed: bool = False) -> Iterator[Block]:
        """The paragraphs and tables in a node; ``depth`` is the level of the section that it is in."""
        for node in parent.children:
            kind = type(node).__name__
            if read := _READERS.get(kind):
                yield from read(self, node, depth)
            elif kind in ("title", "subtitle"):
                yield Paragraph(_text(node), level=min(max(depth, 1) + (kind == "subtitle"), 6))
            elif kind == "section":
                yield from self.blocks(node, depth + 1)
            elif kind in _ADMONITIONS:
                yield from _labelled(f"{kind.capitalize()}: ", self.blocks(node, depth))
            elif kind in _TEXTS:
                yield Paragraph(_text(node), listed=listed)
            elif kind not in ("substitution_definition", "target", "meta", "pending", "Text"):
                yield from self.blocks(node, depth, listed=listed)

    def _comment(self, node: Node, depth: int) -> Iterator[Block]:
        self.left_out["comment(s)"] += 1
        yield from ()

    def _image(self, node: Node, depth: int) -> Iterator[Block]:
        if node.get("alt"):
            yield Paragraph(node["alt"])
        else:
            self.left_out["image(s) without text"] += 1

    def _items(self, node: Node, depth: int) -> Iterator[Block]:
        form, start = _FORMS.get(node.get("enumtype", ""), ""), int(node.get("start", 1))
        for number, item in enumerate(node.children, start=start):
            label = f"{node.get('prefix', '')}{written_number(number, form)}{node.get('suffix', '')} " if form else "• "
            yield from _labelled(label, self.blocks(item, depth, listed=True))

    def _definition(self, node: Node, depth: int) -> Iterator[Block]:
        terms = [_text(child) for child in node.children if type(child).__name__ in ("term", "classifier")]
        bodies = (child for child in node.children if type(child).__name__ == "definition")
        yield Paragraph("\n".join([" : ".join(terms), *(_joined_text(self.blocks(body, depth)) for body in bodies)]))

    def _field(self, node: Node, depth: int) -> Iterator[Block]:
        name, body = _text(node.children[0]), _joined_text(self.blocks(node.children[1], depth))
        yield Paragraph(f"{name}: {body}", listed=True)

    def _docinfo(self, node: Node, depth: int) -> Iterator[Block]:
        for item in node.children:
            if type(item).__name__ == "field":
                yield from self._field(item, depth)
            else:
                name, text = type(item).__name__, " ".join(_text(item).split())
                self.information[name] = text
                yield Paragraph(f"{name.capitalize()}: {text}", listed=True)

    def _note(self, node: Node, depth: int) -> Iterator[Block]:
        marks = [_text(child) for child in node.children if type(child).__name__ == "label"]
        bodies = [child for child in node.children if type(child).__name__ != "label"]
        text = " ".join(_text(body) for body in bodies)
        yield Paragraph(" ".join(["".join(map(superscript, marks)), *text.split()]))

    def _table(self, node: Node, depth: int) -> Iterator[Block]:
        rows: list[tuple[TableCell, ...]] = []
        below: dict[int, list[int]] = {}  # rows more, and columns, of the cell at a column
        for row in node.findall(_is("row")):
            cells: list[TableCell] = []
            column = 0
            for entry in [*row.children, None]:
                while below.get(column, [0])[0] > 0:
                    below[column][0] -= 1
                    cells.append(TableCell(columns=below[column][1], merged=True))
                    column += below[column][1]
                if entry is None:
                    break
                columns = 1 + int(entry.get("morecols", 0))
                below[column] = [int(entry.get("morerows", 0)), columns]
                cells.append(TableCell(tuple(self.blocks(entry, depth)), columns))
                column += columns
            rows.append(tuple(cells))
        headers = sum(len(head.children) for head in node.findall(_is("thead")))
        caption = next((_text(title) for title in node.findall(_is("title"))), "")
        yield TableBlock(tuple(rows), headers, caption)

    def _message(self, node: Node, depth: int) -> Iterator[Block]:
        """The text of a directive that docutils does not know."""
        for source in node.findall(_is("literal_block")):
            first, _, rest = source.astext().partition("\n")
            match = _DIRECTIVE.match(first)
            if match is None or match[1].rpartition(":")[2] in _NO_TEXT:
                continue
            lines = [line for line in textwrap.dedent(rest).split("\n") if not _OPTION.fullmatch(line)]
            yield Paragraph(_ROLE.sub(_role_text, "\n".join([match[2], *lines])))


_READERS: dict[str, Callable[[_Reader, Node, int], Iterator[Block]]] = {
    "comment": _Reader._comment,
    "image": _Reader._image,
    "bullet_list": _Reader._items,
    "enumerated_list": _Reader._items,
    "definition_list_item": _Reader._definition,
    "field": _Reader._field,
    "docinfo": _Reader._docinfo,
    "footnote": _Reader._note,
    "citation": _Reader._note,
    "table": _Reader._table,
    "system_message": _Reader._message,
}
_TEXTS = frozenset("paragraph literal_block doctest_block math_block rubric attribution caption line term".split())


def _is(kind: str) -> Callable[[Node], bool]:
    return lambda node: type(node).__name__ == kind


def _labelled(label: str, blocks: Iterator[Block]) -> Iterator[Block]:
    """Blocks of which the first paragraph has a label."""
    for block in blocks:
        if label and isinstance(block, Paragraph):
            block, label = Paragraph(f"{label}{block.text}", listed=True, notes=block.notes), ""
        yield block


def _joined_text(blocks: Iterator[Block]) -> str:
    return "\n".join(block.text for block in blocks if isinstance(block, Paragraph))


def _text(node: Node) -> str:
    return joined(_runs(node)).strip()


def _runs(node: Node, script: str = "") -> Iterator[Run]:
    for child in node.children:
        match type(child).__name__:
            case "Text":
                yield Run(child.astext(), script)
            case "superscript" | "footnote_reference" | "citation_reference":
                yield from _runs(child, "superscript")
            case "subscript":
                yield from _runs(child, "subscript")
            case "problematic":
                yield Run(_ROLE.sub(_role_text, child.astext()), script)
            case "image":
                yield Run(child.get("alt", ""), script)
            case "target" | "system_message" | "raw":
                pass
            case _:
                yield from _runs(child, script)


def _role_text(match: re.Match[str]) -> str:
    """The text of a role: its title, or what it refers to."""
    return _TARGET.sub("", match[1]) or match[1].strip("<>")
