"""Messages are read with their head, their body and their attachments."""

from __future__ import annotations

from email.message import EmailMessage

import compressed_rtf
import pytest

from index import Document, UnreadableFileError
from index.loaders.dispatch import parse
from tests.support.samples.files import FORMATS
from tests.support.samples.outlook_file import msg_file

HEAD = (
    "From: Petra Lindqvist <pl77@corp.example>\nTo: Hugo <hm02@corp.example>, Ada <ada@corp.example>\n"
    "Cc: Yara Haddad <yh13@corp.example>\nDate: Tue, 14 May 2024 09:30:00 +0200\nSubject: Prüfung of the turbine"
)


def message(plain: str | None = "The overhaul starts on 3 June.\n", html: str | None = None) -> EmailMessage:
    made = EmailMessage()
    for line in HEAD.splitlines():
        name, _, value = line.partition(": ")
        made[name] = value
    if plain is not None:
        made.set_content(plain)
    if html is not None and plain is None:
        made.set_content(html, subtype="html")
    elif html is not None:
        made.add_alternative(html, subtype="html")
    return made


def read(made: EmailMessage) -> Document:
    return parse(made.as_bytes(), "a.eml")


def test_the_head_is_text_that_can_be_asked() -> None:
    document = read(message())
    assert document.text == f"{HEAD}\n\nThe overhaul starts on 3 June."
    assert document.body_start == 0
    assert (document.title, document.date) == ("Prüfung of the turbine", "2024-05-14")
    assert document.metadata["cc"] == "Yara Haddad <yh13@corp.example>"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_bytes_of_old_programs_in_the_head_are_decoded(encoding: str) -> None:
    written = "From: J\u00fcrgen <j@corp.example>\nSubject: Pr\u00fcfung\n f\u00e4llig\n\nJa."
    document = parse(written.encode(encoding), "a.eml")
    assert document.text == "From: Jürgen <j@corp.example>\nSubject: Prüfung fällig\n\nJa."


def test_the_plain_text_is_read_once_and_nothing_is_escaped() -> None:
    html = "<style>p { color: red }</style><p>It costs 5 * 3 &amp; more_or_less #1.</p>"
    assert (
        read(message("It costs 5 * 3 & more_or_less #1.", html)).text == f"{HEAD}\n\nIt costs 5 * 3 & more_or_less #1."
    )


def test_html_is_read_where_there_is_no_plain_text_without_its_style() -> None:
    html = "<html><head><style>p { color: red }</style></head><body><p>See <a href='x'>here</a>.</p>"
    assert read(message(None, f"{html}</body></html>")).text == f"{HEAD}\n\nSee here."
    assert read(message("Your program shows no HTML.", html + "<p>word </p>" * 20)).text.startswith(
        f"{HEAD}\n\nSee here."
    )


def test_the_tables_of_a_message_are_tables() -> None:
    html = "<table><tr><th>Item</th><th>Price</th></tr><tr><td>Tea</td><td>3</td></tr></table>"
    document = read(message("Item Price\nTea 3", html))
    assert document.text == f"{HEAD}\n\nItem: Tea; Price: 3."
    row = document.tables[0].rows[0]
    assert [document.text[cell.start : cell.end] for cell in row] == ["Tea", "3"]


def test_flowed_lines_are_joined() -> None:
    made = message("The turbine is \nclosed.\nBye.\n")
    made.set_param("format", "flowed")
    assert read(made).text == f"{HEAD}\n\nThe turbine is closed.\nBye."


@pytest.mark.parametrize("charset", ["koi8-r", "no-such-charset", None])
def test_a_body_is_decoded_by_its_character_set_or_by_what_it_looks_like(charset: str | None) -> None:
    words = "Причал закрыт" if charset == "koi8-r" else "Größe und Überfluß gehören zu den schönen Wörtern."
    kind = f"Content-Type: text/plain{f'; charset={charset}' if charset else ''}\n\n".encode()
    content = words.encode("koi8-r" if charset == "koi8-r" else "cp1252")
    assert parse(b"From: a@b.example\n" + kind + content, "a.eml").text == f"From: a@b.example\n\n{words}"


def test_attachments_are_read_and_others_named() -> None:
    made = message()
    made.add_attachment(b"Item;Price\nTea;3\nRice;2\n", maintype="text", subtype="csv", filename="prices.csv")
    made.add_attachment(
        FORMATS[".docx"]([("Origins", "Begun in 1173.")]), maintype="application", subtype="x", filename="a.docx"
    )
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="a.png")
    made.add_attachment(b"broken", maintype="application", subtype="pdf", filename="b.pdf")
    document = read(made)
    assert document.text == (
        f"{HEAD}\n\nThe overhaul starts on 3 June.\n\nprices.csv\n\nItem: Tea; Price: 3.\nItem: Rice; Price: 2."
        "\n\na.docx\n\nOrigins\n\nBegun in 1173."
    )
    assert [document.text[heading.start :].startswith(heading.title) for heading in document.headings] == [True] * 3
    assert document.left_out == ("1 attachment (.png)",)
    assert document.warnings == ("attachment b.pdf: damaged, or not a PDF",)


def test_nested_messages_are_read() -> None:
    made = message()
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "Karl <k@corp.example>", "Postponed"
    inner.set_content("It starts on 5 June.")
    made.add_attachment(inner)
    assert read(made).text == (
        f"{HEAD}\n\nThe overhaul starts on 3 June.\n\nPostponed\n\nFrom: Karl <k@corp.example>\nSubject: Postponed"
        "\n\nIt starts on 5 June."
    )


def test_what_is_no_message_is_said_to_be_none() -> None:
    with pytest.raises(UnreadableFileError, match="damaged, or not an e-mail message"):
        parse(b"\x89PNG just bytes", "a.eml")
    with pytest.raises(UnreadableFileError, match="damaged, or not a message of Outlook"):
        parse(b"just bytes", "a.msg")


INNER = {"subject": "Postponed", "body": "It starts on 5 June."}
SAVED = {
    "subject": "Prüfung of the turbine",
    "body": "The overhaul starts on 3 June.\r\n",
    "sender": ("Petra Lindqvist", "pl77@corp.example"),
    "to": [("Hugo", "hm02@corp.example"), ("Ada", "ada@corp.example")],
    "cc": [("Yara Haddad", "yh13@corp.example")],
    "sent": "2024-05-14T07:30:00",
}


def test_a_message_saved_by_outlook_is_read_alike() -> None:
    document = parse(msg_file(**SAVED), "a.msg")
    assert document.text == HEAD.replace("09:30:00 +0200", "07:30:00 +0000") + "\n\nThe overhaul starts on 3 June."
    assert (document.title, document.date) == ("Prüfung of the turbine", "2024-05-14")


def test_a_message_saved_by_outlook_has_attachments_and_nested_messages() -> None:
    document = parse(msg_file(**SAVED, files={"a.txt": b"Bring boots.", "a.png": b"x"}, messages=[INNER]), "a.msg")
    assert document.text.partition("3 June.")[2] == (
        "\n\na.txt\n\nBring boots.\n\nPostponed\n\nSubject: Postponed\n\nIt starts on 5 June."
    )
    assert document.left_out == ("1 attachment (.png)",)


@pytest.mark.parametrize(
    "body",
    [
        {"html": b"<html><style>p{}</style><p>Only <b>HTML</b>.</p></html>"},
        {"rtf": compressed_rtf.compress(rb"{\rtf1\ansi Only {\b HTML}.\par}", compressed=True)},
    ],
)
def test_a_message_saved_by_outlook_may_have_no_plain_text(body: dict[str, bytes]) -> None:
    assert parse(msg_file(subject="Hi", body="", **body), "a.msg").text == "Subject: Hi\n\nOnly HTML."


def test_a_damaged_body_is_told_and_the_head_is_read() -> None:
    document = parse(msg_file(subject="Hi", body="", rtf=b"not compressed"), "a.msg")
    assert document.text == "Subject: Hi"
    assert document.warnings == ("its Rich Text body is damaged and was not read",)
