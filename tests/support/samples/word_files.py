"""Word documents made of pieces of XML, as small as the format allows."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_NAMES = (
    f'xmlns:w="{_WORD}" xmlns:r="{_OFFICE}" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:w16se="http://schemas.microsoft.com/office/word/2015/wordml/symex" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
_ROOTS = {
    "styles": "styles",
    "numbering": "numbering",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "comments": "comments",
    "settings": "settings",
    "header": "hdr",
    "footer": "ftr",
}


def word_file(body: str, *, core: str = "", strict: bool = False, **parts: str) -> bytes:
    """A document with this body; ``parts`` by their kind, with a number where there are several ("header2").

    The relationship to a part has its name as id.
    """
    files = {
        "_rels/.rels": relations({"main": ("officeDocument", "word/document.xml")} | _core(core)),
        "word/document.xml": f"<w:document {_NAMES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations({name: (_kind(name), f"{name}.xml") for name in parts}),
    }
    if core:
        files["docProps/core.xml"] = core
    for name, content in parts.items():
        root = _ROOTS.get(_kind(name))
        files[f"word/{name}.xml"] = f"<w:{root} {_NAMES}>{content}</w:{root}>" if root else content
    if strict:
        files = {name: _strict(content) for name, content in files.items()}
    return archive(files)


def paragraph(content: str, properties: str = "") -> str:
    """A paragraph with the properties; content that is no XML is its text."""
    inner = content if content.startswith("<") else run(content)
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inner}</w:p>"


def run(text: str, properties: str = "") -> str:
    """A run with the properties."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def table(*rows: str) -> str:
    """A table of rows made by ``row``."""
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def row(*cells: str, header: bool = False) -> str:
    """A row of cells, each made by ``cell`` or a text."""
    made = (text if text.startswith("<w:tc>") else cell(text) for text in cells)
    return f"<w:tr><w:trPr>{'<w:tblHeader/>' if header else ''}</w:trPr>{''.join(made)}</w:tr>"


def cell(content: str, properties: str = "") -> str:
    """A cell; content that is no XML is its text."""
    inner = content if content.startswith("<w:") else paragraph(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def _kind(name: str) -> str:
    return name.rstrip("0123456789")


def _core(core: str) -> dict[str, tuple[str, str]]:
    return {"core": ("core-properties", "docProps/core.xml")} if core else {}


def relations(targets: Mapping[str, tuple[str, str]]) -> str:
    """A part that lists relationships: (kind, target) by id."""
    listed = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _strict(content: str) -> str:
    pairs = (("officeDocument", "officeDocument"), ("wordprocessingml", "wordprocessingml"), ("drawingml", "drawingml"))
    for old, new in pairs:
        content = content.replace(
            f"http://schemas.openxmlformats.org/{old}/2006/", f"http://purl.oclc.org/ooxml/{new}/"
        )
    return content


def archive(files: Mapping[str, str]) -> bytes:
    """A ZIP archive of files by their names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return made.getvalue()
