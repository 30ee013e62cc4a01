"""The ZIP packages of Office Open XML and OpenDocument: their parts, relationships and properties."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TypeAlias

from lxml import etree
from lxml.etree import _Element

from index.errors import UnreadableFileError
from index.loaders.decoding import canonical
from index.loaders.description.dates import declared_date

Element: TypeAlias = _Element  # lxml publishes no types

_UNPACKED_LIMIT = 500_000_000  # bytes
_OLE = b"\xd0\xcf\x11\xe0"  # the container of an encrypted file, or of the formats before 2007
_STRICT = b"http://purl.oclc.org/ooxml/"
_TRANSITIONAL = (
    (b"http://purl.oclc.org/ooxml/officeDocument/", b"http://schemas.openxmlformats.org/officeDocument/2006/"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
    (b"http://purl.oclc.org/ooxml/wordprocessingml/", b"http://schemas.openxmlformats.org/wordprocessingml/2006/"),
    (b"http://purl.oclc.org/ooxml/presentationml/", b"http://schemas.openxmlformats.org/presentationml/2006/"),
)
_LIBRARY_AUTHORS = ("python-docx",)

NAMESPACES = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "v": "urn:schemas-microsoft-com:vml",
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "w16se": "http://schemas.microsoft.com/office/word/2015/wordml/symex",
}


@cache
def qualified(name: str) -> str:
    """The name as lxml has it of an element or an attribute such as ``w:p``."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def parse_xml(content: bytes) -> Element:
    """The root of an XML file, without external entities, and with the namespaces of strict Office Open XML replaced.

    Raises etree.XMLSyntaxError.
    """
    root = etree.fromstring(content, _parser())
    if _STRICT not in content:
        return root
    content = etree.tostring(root, encoding="utf-8")
    for strict, transitional in _TRANSITIONAL:
        content = content.replace(strict, transitional)
    return etree.fromstring(content, _parser())


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)


def open_archive(content: bytes, kind: str) -> zipfile.ZipFile:
    """The ZIP archive of a file of a ``kind`` ("a Word document").

    Raises UnreadableFileError if it is damaged or larger than 500 MB unpacked.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise UnreadableFileError(f"damaged, or not {kind}") from error
    if sum(entry.file_size for entry in archive.infolist()) > _UNPACKED_LIMIT:
        raise UnreadableFileError(f"larger than {_UNPACKED_LIMIT // 1_000_000} MB when unpacked")
    return archive


class Relation(NamedTuple):
    """A reference from one part to another, or to an address outside."""

    kind: str  # the last part of its type: "header", "image"
    target: str  # the name of the part


@dataclass(frozen=True, slots=True)
class Properties:
    """What a file says about itself; empty strings and None where it is silent."""

    title: str = ""
    author: str = ""
    date: str | None = None  # of the last change, else of its creation; ISO 8601


class Package:
    """A package of Office Open XML."""

    def __init__(self, content: bytes, kind: str, old_suffix: str) -> None:
        """Open a file of a ``kind`` ("a Word document") whose format had ``old_suffix`` before 2007.

        Raises UnreadableFileError if it is damaged, encrypted or larger than 500 MB unpacked.
        """
        if content.startswith(_OLE):
            raise UnreadableFileError(f"protected by a password, or an old {old_suffix} file")
        self._kind = kind
        self._archive = open_archive(content, kind)
        self._names = {name.lower(): name for name in self._archive.namelist()}
        self._relations: dict[str, dict[str, Relation]] = {}
        main = next(self.related("", "officeDocument"), None)
        if main is None:
            raise UnreadableFileError(f"damaged, or not {kind}")
        self.main = main

    def root(self, name: str) -> Element:
        """The root element of a part; raises UnreadableFileError when it is missing or damaged."""
        try:
            return parse_xml(self._archive.read(self._names[name.lower()]))
        except Exception as error:  # zipfile, zlib and lxml raise errors of many types on damaged parts
            raise UnreadableFileError(f"damaged, or not {self._kind}") from error

    def roots(self, part: str, kind: str) -> Iterator[Element]:
        """The root elements of the parts of a kind that a part refers to."""
        for name in self.related(part, kind):
            yield self.root(name)

    def related(self, part: str, kind: str) -> Iterator[str]:
        """The names of the existing parts of a kind that a part refers to."""
        return (relation.target for relation in self.relations(part).values() if relation.kind == kind)

    def relations(self, part: str) -> dict[str, Relation]:
        """The references of a part to existing parts, by their ids; of the package for an empty name."""
        if part not in self._relations:
            folder, _, name = part.rpartition("/")
            listed = posixpath.join(folder, "_rels", f"{name}.rels")
            root = self.root(listed) if listed.lower() in self._names else ()
            self._relations[part] = dict(self._targets(folder, root))
        return self._relations[part]

    def _targets(self, folder: str, root: Element | tuple[()]) -> Iterator[tuple[str, Relation]]:
        for element in root:
            target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/")
            if element.get("TargetMode") != "External" and target.lower() in self._names:
                kind = element.get("Type", "").rpartition("/")[2]
                yield element.get("Id", ""), Relation(kind, target)

    @property
    def properties(self) -> Properties:
        """The title, author and date in its core properties, without what the libraries' templates have."""
        root = next(self.roots("", "core-properties"), None)
        if root is None:
            return Properties()
        values = {etree.QName(element).localname: canonical(element.text or "").strip() for element in root}
        date = declared_date(values.get("modified", ""), values.get("created", ""))
        author = values.get("creator", "")
        return Properties(values.get("title", ""), "" if author in _LIBRARY_AUTHORS else author, date)
