"""Files of the formats that the ``formats`` extra reads, as small as their standards allow."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Callable, Mapping
from email.message import EmailMessage

from tests.support.samples.files import Sections

_MS = "http://schemas.openxmlformats.org"
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def mail_file(sections: Sections) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"] = "The tower", "ada@example.org"
    message["Date"] = "Tue, 05 Mar 2024 12:00:00 +0000"
    message.set_content("\n\n".join(part for section in sections for part in section))
    return message.as_bytes()


def odt_file(sections: Sections) -> bytes:
    office, text = "urn:oasis:names:tc:opendocument:xmlns:office:1.0", "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    body = "".join(
        f'<text:h text:outline-level="1">{_safe(heading)}</text:h><text:p>{_safe(words)}</text:p>'
        for heading, words in sections
    )
    return _archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f'<office:document-content xmlns:office="{office}" xmlns:text="{text}">'
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
        }
    )


def epub_file(sections: Sections) -> bytes:
    body = "".join(f"<h1>{_safe(heading)}</h1><p>{_safe(words)}</p>" for heading, words in sections)
    return _archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container version="1.0" '
            'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="a.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
            "a.opf": '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The tower</dc:title></metadata><manifest>'
            '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
            '<spine><itemref idref="a"/></spine></package>',
            "a.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>',
        }
    )


def rtf_file(sections: Sections) -> bytes:
    lines = "".join(f"{_escaped(heading)}\\par {_escaped(words)}\\par\n" for heading, words in sections)
    return f"{{\\rtf1\\ansi {lines}}}".encode("ascii")


def pptx_file(sections: Sections) -> bytes:
    """One slide a section."""
    drawing, show = f"{_MS}/drawingml/2006/main", f"{_MS}/presentationml/2006/main"
    namespaces = f'xmlns:a="{drawing}" xmlns:p="{show}" xmlns:r="{_MS}/officeDocument/2006/relationships"'
    kinds = "application/vnd.openxmlformats-officedocument.presentationml"
    numbers = range(1, len(sections) + 1)
    slides = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n}"/>' for n in numbers)
    parts = {"ppt/presentation.xml": f"{kinds}.presentation.main+xml"}
    parts |= {f"ppt/slides/slide{n}.xml": f"{kinds}.slide+xml" for n in numbers}
    files = {
        "[Content_Types].xml": _content_types(parts),
        "_rels/.rels": _relations({"rId1": ("officeDocument", "ppt/presentation.xml")}),
        "ppt/presentation.xml": f"{_DECLARED}<p:presentation {namespaces}><p:sldIdLst>{slides}</p:sldIdLst>"
        '<p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": _relations({f"rId{n}": ("slide", f"slides/slide{n}.xml") for n in numbers}),
    }
    for number, (heading, words) in zip(numbers, sections, strict=True):
        shapes = _shape(2, "title", heading) + _shape(3, "body", words)
        files[f"ppt/slides/slide{number}.xml"] = (
            f"{_DECLARED}<p:sld {namespaces}><p:cSld><p:spTree><p:nvGrpSpPr>"
            '<p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
            f"{shapes}</p:spTree></p:cSld></p:sld>"
        )
    return _archive(files)


def xlsx_file(sections: Sections) -> bytes:
    """One sheet, a section a row."""
    sheet = f"{_MS}/spreadsheetml/2006/main"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    rows = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{column}{number}" t="inlineStr"><is><t>{_safe(cell)}</t></is></c>'
            for column, cell in zip("AB", cells, strict=True)
        )
        + "</row>"
        for number, cells in enumerate([("heading", "words"), *sections], start=1)
    )
    return _archive(
        {
            "[Content_Types].xml": _content_types(
                {"xl/workbook.xml": f"{kinds}.sheet.main+xml", "xl/worksheets/sheet1.xml": f"{kinds}.worksheet+xml"}
            ),
            "_rels/.rels": _relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
            "xl/workbook.xml": f'{_DECLARED}<workbook xmlns="{sheet}" '
            f'xmlns:r="{_MS}/officeDocument/2006/relationships"><sheets>'
            '<sheet name="Tower" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": _relations({"rId1": ("worksheet", "worksheets/sheet1.xml")}),
            "xl/worksheets/sheet1.xml": f'{_DECLARED}<worksheet xmlns="{sheet}"><sheetData>{rows}</sheetData>'
            "</worksheet>",
        }
    )


def _archive(files: Mapping[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def _content_types(parts: Mapping[str, str]) -> str:
    package = f"{_MS}/package/2006"
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in parts.items())
    return (
        f'{_DECLARED}<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{key}" Type="{_MS}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'{_DECLARED}<Relationships xmlns="{_MS}/package/2006/relationships">{listed}</Relationships>'


def _shape(number: int, kind: str, words: str) -> str:
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{kind}"/><p:cNvSpPr/>'
        f'<p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr><p:spPr/>'
        f"<p:txBody><a:bodyPr/><a:p><a:r><a:t>{_safe(words)}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def _safe(words: str) -> str:
    return html.escape(words, quote=False)


def _escaped(words: str) -> str:
    """Words in RTF's encoding: ASCII, with other characters as numbers."""
    return "".join(letter if letter.isascii() else f"\\u{ord(letter)}?" for letter in words)


OFFICE_FORMATS: dict[str, Callable[[Sections], bytes]] = {
    ".pptx": pptx_file,
    ".xlsx": xlsx_file,
    ".epub": epub_file,
    ".odt": odt_file,
    ".rtf": rtf_file,
    ".eml": mail_file,
}
