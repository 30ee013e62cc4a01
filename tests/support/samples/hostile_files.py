"""Files of many formats that ask whoever reads them to fetch an address, or to read another file."""

from __future__ import annotations

import io
import zipfile

from tests.support.samples.office_files import epub_file, pptx_file, xlsx_file
from tests.support.samples.pdf_streams import pdf_of_streams, text_at
from tests.support.samples.word_files import archive, paragraph, relations, word_file

WORDS = "The mill was built in 1887"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"


def fetching_files(address: str, secret: str) -> dict[str, bytes]:
    """Files, by name, each with ``WORDS``, that name this address, and this file as an entity or part of theirs."""
    page = _page(address)
    entities = (
        f'<!DOCTYPE r SYSTEM "{address}/a.dtd" [<!ENTITY % outer SYSTEM "{address}/b.dtd"> %outer; '
        f'<!ENTITY remote SYSTEM "{address}/c"><!ENTITY local SYSTEM "file://{secret}">]>'
    )
    sheet = f'<?xml-stylesheet href="{address}/d.xsl" type="text/xsl"?>'
    included = f'<x xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="{address}/e"/>'
    included += f'<i:include href="file://{secret}" parse="text"/></x>'
    restructured = (
        f"{WORDS}.\n\n.. include:: {secret}\n\n.. image:: {address}/a.png\n\n.. raw:: html\n   :url: {address}/b\n\n"
        f".. raw:: html\n   :file: {secret}\n\n.. csv-table::\n   :url: {address}/c.csv\n\n"
        f".. literalinclude:: {secret}\n"
    )
    mail = (
        f"From: a@example.org\r\nSubject: Mill\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n{page}\r\n--b\r\n"
        f"Content-Type: message/external-body; "
        f'access-type=URL; URL="{address}/x"\r\n\r\nContent-Type: text/plain\r\n\r\n--b--\r\n'
    )
    return {
        "a.html": page.encode(),
        "a.xhtml": f'{sheet}{entities}<html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title></head>'
        f"<body><p>{WORDS} &remote; &local;</p>{included}</body></html>".encode(),
        "a.xml": f"{sheet}{entities}<r><p>{WORDS} &remote; &local;</p>{included}</r>".encode(),
        "a.md": f"![x]({address}/a.png) {WORDS}. <img src='{address}/b.png'>\n\n[x]: {address}\n".encode(),
        "a.rst": restructured.encode(),
        "a.yaml": f"a: {WORDS}\nb: !!python/object/apply:urllib.request.urlopen ['{address}/a']\n".encode(),
        "a.json": f'{{"words": "{WORDS}", "$schema": "{address}/a", "$ref": "{address}/b"}}'.encode(),
        "a.csv": f'a,b\n{WORDS},"=WEBSERVICE(""{address}/a"")"\n'.encode(),
        "a.eml": mail.encode(),
        "a.rtf": f"{{\\rtf1\\ansi {{\\*\\template {address}/a.dot}}{{\\field{{\\*\\fldinst INCLUDEPICTURE "
        f'"{address}/b" \\\\d}}{{\\fldrslt x}}}} {WORDS}.\\par}}'.encode(),
        "a.pdf": _pdf(address, secret),
        "a.docx": _word(address, secret),
        "a.pptx": _with_links(pptx_file([("Mill", WORDS)]), "ppt/slides/_rels/slide1.xml.rels", address),
        "a.xlsx": _with_links(xlsx_file([("Mill", WORDS)]), "xl/worksheets/_rels/sheet1.xml.rels", address),
        "a.odt": _open_document(address, entities),
        "a.epub": _book(address, entities),
    }


def _page(address: str) -> str:
    return (
        f"<html><head><base href='{address}/'><meta http-equiv='refresh' content='0; url={address}/a'>"
        f"<link rel='stylesheet' href='{address}/b.css'><style>@import url({address}/c.css); p {{ background: "
        f"url({address}/d.png) }}</style><script src='{address}/e.js'></script></head>"
        f"<body background='{address}/f.png'>"
        f"<img src='{address}/g.png' srcset='{address}/h.png 2x'><iframe src='{address}/i'></iframe>"
        f"<object data='{address}/j'></object><embed src='{address}/k'>"
        f"<video poster='{address}/l' src='{address}/m'></video>"
        f"<svg><image href='{address}/n.svg'/><use href='{address}/o.svg#x'/></svg><p>{WORDS}.</p></body></html>"
    )


def _pdf(address: str, secret: str) -> bytes:
    return pdf_of_streams(
        [text_at((50, 700, 12, f"{WORDS}."))],
        annotations=[
            f"<</Type/Annot/Subtype/Link/Rect[0 0 500 800]/A<</S/URI/URI({address}/a)>>>>",
            f"<</S/URI/URI({address}/b)>>",
            f"<</S/GoToR/F<</FS/URL/F({address}/c.pdf)>>/D[0 /Fit]>>",
            f"<</S/Launch/F({secret})>>",
            f"<</S/JavaScript/JS(app.launchURL\\('{address}/d'\\);)>>",
            f"<</Type/XObject/Subtype/Image/Width 1/Height 1/F<</FS/URL/F({address}/e)>>/Length 0>>stream\n\nendstream",
        ],
        catalog="/OpenAction {4}/AA<</WC {1}/WS {2}/DS {3}>>/Names<</JavaScript<</Names[(a) {4}]>>>>",
    )


def _word(address: str, secret: str) -> bytes:
    picture = '<w:r><w:drawing><a:blip r:link="linked"/></w:drawing></w:r>'
    fields = "".join(
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{code}</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        for code in (f'INCLUDEPICTURE "{address}/b" \\d', f'INCLUDETEXT "{secret}"', f'DDEAUTO c:\\\\x "{address}"')
    )
    body = paragraph(f"<w:r><w:t>{WORDS}.</w:t></w:r>{picture}{fields}")
    made = word_file(body, settings='<w:attachedTemplate r:id="template"/>')
    made = _with_links(made, "word/_rels/settings.xml.rels", address)
    return _with_links(made, "word/_rels/document.xml.rels", address)


def _with_links(made: bytes, part: str, address: str) -> bytes:
    """An Office file with one more part, or with more in it: relationships to an address."""
    targets = {"linked": ("image", f"{address}/image.png"), "template": ("attachedTemplate", f"{address}/x.dotm")}
    outer = relations(targets).replace("/>", ' TargetMode="External"/>')
    files = _parts(made)
    if part in files:
        inner = outer[outer.index("<Relationship ") : outer.index("</Relationships>")]
        outer = files[part].replace("</Relationships>", f"{inner}</Relationships>")
    return archive(files | {part: outer})


def _parts(made: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(made)) as former:
        return {name: former.read(name).decode() for name in former.namelist()}


def _open_document(address: str, entities: str) -> bytes:
    names = f'xmlns:office="{_OASIS}:office:1.0" xmlns:text="{_OASIS}:text:1.0" xmlns:draw="{_OASIS}:drawing:1.0" '
    names += 'xmlns:xlink="http://www.w3.org/1999/xlink"'
    image = f'<draw:frame><draw:image xlink:href="{address}/a.png"/></draw:frame>'
    section = f'<text:section><text:section-source xlink:href="{address}/b.odt"/></text:section>'
    content = (
        f"{entities}<office:document-content {names}><office:body><office:text>"
        f"<text:p>{WORDS} &local; &remote;{image}</text:p>{section}"
        "</office:text></office:body></office:document-content>"
    )
    return archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def _book(address: str, entities: str) -> bytes:
    chapter = (
        f'{entities}<html xmlns="http://www.w3.org/1999/xhtml"><head>'
        f'<link rel="stylesheet" href="{address}/a.css"/></head>'
        f"<body><p>{WORDS} &local; &remote;</p><img src='{address}/b.png'/></body></html>"
    )
    return archive(_parts(epub_file([("Mill", WORDS)])) | {"a.xhtml": chapter})
