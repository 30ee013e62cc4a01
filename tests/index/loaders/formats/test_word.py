"""Word documents are read as a person reads them: each kind of content has its exact text."""

from __future__ import annotations

import pytest

from index import Document
from index.loaders.dispatch import parse
from tests.support.samples.word_files import cell, paragraph, row, run, table, word_file

STYLES = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="First"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Mine"><w:name w:val="My heading"/><w:basedOn w:val="First"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Caption"><w:name w:val="caption"/></w:style>'
    '<w:style w:type="character" w:styleId="Raised"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Gone"><w:name w:val="Gone"/><w:rPr><w:strike/></w:rPr></w:style>'
)


def read(body: str, **parts: str) -> Document:
    return parse(word_file(body, styles=STYLES, **parts), "a.docx")


def inserted(content: str) -> str:
    return f'<w:ins w:id="1" w:author="A">{content}</w:ins>'


def deleted(text: str) -> str:
    return f"<w:del><w:r><w:delText xml:space='preserve'>{text}</w:delText></w:r></w:del>"


def control(content: str, properties: str = "") -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def field(code: str, result: str, form: str = "") -> str:
    return (
        f'<w:r><w:fldChar w:fldCharType="begin">{form}</w:fldChar></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def box(content: str) -> str:
    return f"<w:txbxContent>{content}</w:txbxContent>"


PARAGRAPHS = {
    "inserted": (run("Due in ") + inserted(run("45")) + deleted("30") + run(" days."), "Due in 45 days."),
    "moved": (
        f"<w:moveFrom>{run('Old place. ')}</w:moveFrom>" + run("Stays. ") + f"<w:moveTo>{run('New place.')}</w:moveTo>",
        "Stays. New place.",
    ),
    "only deleted": (run("One ") + deleted("two") + run(" three"), "One three"),
    "inline control": (run("By ") + control(run("Halvard")) + run("."), "By Halvard."),
    "nested controls": (control(control(run("Inner")) + run(" and outer")), "Inner and outer"),
    "placeholder": (run("Name: ") + control(run("Click to enter text."), "<w:showingPlcHdr/>"), "Name:"),
    "smart tag": (run("In ") + f'<w:smartTag w:uri="x" w:element="City">{run("Bergen")}</w:smartTag>', "In Bergen"),
    "link": (run("See ") + f'<w:hyperlink r:id="x">{run("the rules")}</w:hyperlink>' + run("."), "See the rules."),
    "simple field": (f'<w:fldSimple w:instr=" MERGEFIELD Client ">{run("Orchard")}</w:fldSimple>', "Orchard"),
    "field": (run("For ") + field("MERGEFIELD Client", run("Orchard")) + run(" only."), "For Orchard only."),
    "nested field": (field(f"IF </w:instrText></w:r>{field('PAGE', run('9'))}<w:r><w:instrText>", run("yes")), "yes"),
    "ticked form": (
        field("FORMCHECKBOX", "", "<w:ffData><w:checkBox><w:default/></w:checkBox></w:ffData>") + run(" Paid"),
        "☒ Paid",
    ),
    "form list": (
        field(
            "FORMDROPDOWN",
            "",
            '<w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="Rail"/><w:listEntry w:val="Road"/>'
            "</w:ddList></w:ffData>",
        ),
        "Road",
    ),
    "ticked control": (
        control(run("☒"), '<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>') + run(" Paid"),
        "☒ Paid",
    ),
    "empty tick": (control("", '<w14:checkbox><w14:checked w14:val="0"/></w14:checkbox>') + run(" Paid"), "☐ Paid"),
    "symbol": ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>' + run(" Insured"), "☑ Insured"),
    "symbol font": (run("m", '<w:rFonts w:ascii="Symbol"/>') + run("g"), "μg"),
    "superscript": (run("2") + run("6", RAISED := '<w:vertAlign w:val="superscript"/>') + run("4", RAISED), "2⁶⁴"),
    "superscript by style": (run("30") + run("2", '<w:rStyle w:val="Raised"/>') + run(" days"), "30² days"),
    "raised by hand": (run("10") + run("5", '<w:position w:val="8"/>'), "10⁵"),
    "subscript": (run("H") + run("2", '<w:vertAlign w:val="subscript"/>') + run("O"), "H₂O"),
    "no such superscript": (run("10") + run("q2", RAISED), "10^(q2)"),
    "struck": (run("It costs ") + run("45", "<w:strike/>") + run(" 60 euros."), "It costs 60 euros."),
    "not struck": (run("It costs ") + run("45", '<w:strike w:val="0"/>') + run(" euros."), "It costs 45 euros."),
    "hidden": (run("Seen") + run(" unseen", "<w:vanish/>"), "Seen"),
    "breaks": ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c-</w:t><w:noBreakHyphen/></w:r>", "a\tb\nc--"),
    "soft hyphen": ("<w:r><w:t>inter</w:t><w:softHyphen/><w:t>national</w:t></w:r>", "international"),
    "emoji": (
        '<w:r><mc:AlternateContent><mc:Choice Requires="w16se"><w16se:symEx w16se:char="1F60A"/></mc:Choice>'
        "<mc:Fallback><w:t>:-)</w:t></mc:Fallback></mc:AlternateContent></w:r>",
        "😊",
    ),
    "ruby": ("<w:r><w:ruby><w:rt><w:r><w:t>kan</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢</w:t></w:r></w:rubyBase>"
             "</w:ruby></w:r>", "漢(kan)"),
}  # fmt: skip


@pytest.mark.parametrize("kind", PARAGRAPHS)
def test_a_paragraph_reads_as_it_is_shown(kind: str) -> None:
    content, text = PARAGRAPHS[kind]
    assert read(paragraph(content) + paragraph("End.")).text == f"{text}\n\nEnd."


def test_what_is_left_out_is_named() -> None:
    body = paragraph(
        run("a") + deleted("b") + run("c", "<w:strike/>") + run("d", "<w:strike/>") + run("e", "<w:vanish/>")
    )
    picture = '<w:r><w:drawing><a:blip r:embed="x"/></w:drawing></w:r>'
    comment = f'<w:comment w:id="1">{paragraph("Really?")}</w:comment>'
    document = read(body + paragraph(picture * 2), comments=comment * 3)
    assert document.text == "a"
    assert document.left_out == (
        "3 comments",
        "1 deleted passage",
        "1 hidden passage",
        "2 images without text",
        "1 struck-out passage",
    )


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next() -> None:
    merged = paragraph("The rent ", "<w:rPr><w:del/></w:rPr>") + paragraph("is due.")
    assert read(merged + paragraph(deleted("Gone."), "<w:rPr><w:del/></w:rPr>") + paragraph("End.")).text == (
        "The rent is due.\n\nEnd."
    )


def test_a_large_first_letter_begins_its_word() -> None:
    letter = paragraph(run("T"), '<w:framePr w:dropCap="drop"/>')
    assert read(letter + paragraph("he tide turns.")).text == "The tide turns."


def test_a_moved_paragraph_is_read_once_where_it_is_now() -> None:
    gone = paragraph(f"<w:moveFrom>{run('The deposit is 300.')}</w:moveFrom>", "<w:rPr><w:moveFrom/></w:rPr>")
    now = paragraph(f"<w:moveTo>{run('The deposit is 300.')}</w:moveTo>", "<w:rPr><w:moveTo/></w:rPr>")
    document = read(paragraph("One.") + gone + paragraph("Two.") + now + paragraph("End."))
    assert document.text == "One.\n\nTwo.\n\nThe deposit is 300.\n\nEnd."
    assert document.left_out == ("1 deleted passage",)


def test_controls_around_paragraphs_rows_and_cells_are_read() -> None:
    rows = control(row("Tea", "3 euros")) + "<w:tr>" + control(cell("Rice")) + cell("2 euros") + "</w:tr>"
    body = control(paragraph("One.") + control(paragraph("Two."))) + table(rows)
    assert read(body).text == "One.\n\nTwo.\n\nTea: 3 euros.\nRice: 2 euros."


@pytest.mark.parametrize("holder", ["w:drawing", "w:pict"])
def test_a_text_box_is_read_once_after_its_paragraph(holder: str) -> None:
    shape = f"<{holder}><wps:txbx>{box(paragraph('In the box.'))}</wps:txbx></{holder}>"
    old = f"<w:pict><v:shape><v:textbox>{box(paragraph('In the box.'))}</v:textbox></v:shape></w:pict>"
    both = f"<mc:AlternateContent><mc:Choice>{shape}</mc:Choice><mc:Fallback>{old}</mc:Fallback></mc:AlternateContent>"
    assert read(paragraph(f"{run('Before')}<w:r>{both}</w:r>{run(' and after.')}")).text == (
        "Before and after.\n\nIn the box."
    )


def test_letters_drawn_as_a_shape_are_read() -> None:
    drawn = '<w:r><w:pict><v:shape><v:textpath string="Draft of May"/></v:shape></w:pict></w:r>'
    assert read(paragraph(run("The lease.") + drawn)).text == "The lease.\n\nDraft of May"


def test_a_text_box_without_text_for_new_programs_is_read_from_its_old_form() -> None:
    old = f"<w:pict><v:textbox>{box(paragraph('Old.'))}</v:textbox></w:pict>"
    new = "<mc:Choice><w:drawing/></mc:Choice>"
    both = f"<w:r><mc:AlternateContent>{new}<mc:Fallback>{old}</mc:Fallback></mc:AlternateContent></w:r>"
    assert read(paragraph(both)).text == "Old."


def test_the_texts_of_a_diagram_are_read() -> None:
    names = 'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
    drawing = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    points = "".join(
        f"<dgm:pt><dgm:t><a:p><a:r><a:t>{word}</a:t></a:r></a:p></dgm:t></dgm:pt>" for word in ("Plan", "Do")
    )
    body = paragraph('<w:r><w:drawing><dgm:relIds r:dm="diagramData"/></w:drawing></w:r>')
    assert read(body, diagramData=f"<dgm:dataModel {names} {drawing}>{points}</dgm:dataModel>").text == "Plan\nDo"


def note(kind: str, number: int, words: str) -> str:
    return f'<w:{kind} w:id="{number}">{paragraph(f"<w:r><w:{kind}Ref/></w:r>" + run(" " + words))}</w:{kind}>'


def test_notes_stand_marked_at_the_end_of_their_block() -> None:
    refer = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:{kind}Reference w:id="{number}"/></w:r>'
    body = paragraph(run("Within 30") + refer.format(kind="footnote", number=7) + run(" days.")) + paragraph(
        run("Or not.") + refer.format(kind="footnote", number=2) + refer.format(kind="endnote", number=1)
    )
    document = read(
        body,
        footnotes=note("footnote", 2, "Never.") + note("footnote", 7, "Working days."),
        endnotes=note("endnote", 1, "See above."),
    )
    assert document.text == "Within 30¹ days.\n¹ Working days.\n\nOr not.² ⁱ\n² Never.\nⁱ See above."


def test_notes_of_a_table_follow_it() -> None:
    mark = '<w:r><w:footnoteReference w:id="1"/></w:r>'
    body = table(row("Item", "Price", header=True), row("Tea", cell(paragraph(run("3 euros") + mark))))
    assert read(body, footnotes=note("footnote", 1, "Net.")).text == "Item: Tea; Price: 3 euros¹.\n¹ Net."


def test_the_rows_of_a_table_in_a_note_are_in_the_note() -> None:
    body = paragraph(run("See the rates.") + '<w:r><w:footnoteReference w:id="1"/></w:r>')
    rates = paragraph("Rates:") + table(row("Day", "3 euros"), row("Night", "5 euros"))
    document = read(body, footnotes=f'<w:footnote w:id="1">{rates}</w:footnote>')
    assert document.text == "See the rates.¹\n¹ Rates: Day; 3 euros. Night; 5 euros."


def section(*references: str, first: bool = False) -> str:
    listed = "".join(
        f'<w:{name.partition("-")[0]}Reference w:type="{name.partition("-")[2] or "default"}" r:id="{part}"/>'
        for name, part in (reference.split("=") for reference in references)
    )
    return f"<w:sectPr>{listed}{'<w:titlePg/>' if first else ''}</w:sectPr>"


def test_headers_and_footers_are_read_once_at_their_section() -> None:
    body = (
        paragraph("One.", section("header=header1", "header-first=header2", "footer=footer1"))
        + paragraph("Two.", section("header=header3"))
        + paragraph("Three.")
        + section("header=header4", "header-first=header2", first=True)
    )
    page = field("PAGE", run("7"))
    document = read(
        body,
        header1=paragraph("Contract ZR-5518"),
        header2=paragraph("First page only"),
        header3=paragraph("Contract ZR-5518"),
        header4=paragraph("Annex"),
        footer1=paragraph(run("Page ") + page + run(" of ") + field("NUMPAGES", run("9"))) + paragraph("Seat: Bern"),
    )
    assert document.text == ("Contract ZR-5518\n\nOne.\n\nSeat: Bern\n\nTwo.\n\nAnnex\n\nFirst page only\n\nThree.")


def power(base: str, exponent: str) -> str:
    return f"<m:sSup><m:e>{math(base)}</m:e><m:sup>{math(exponent)}</m:sup></m:sSup>"


def math(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("equation", "text"),
    [
        (math("E=m") + power("c", "2"), "E=mc²"),
        (f"<m:f><m:num>{math('a+b')}</m:num><m:den>{math('2')}</m:den></m:f>", "(a+b)/2"),
        (f"<m:rad><m:deg/><m:e>{math('x+1')}</m:e></m:rad>", "√(x+1)"),
        (f"<m:rad><m:deg>{math('3')}</m:deg><m:e>{math('x')}</m:e></m:rad>", "³√x"),
        (
            f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{math("i=1")}</m:sub><m:sup>{math("n")}</m:sup>'
            f"<m:e>{math('i')}</m:e></m:nary>",
            "∑_(i=1)^(n) i",
        ),
        (f"<m:d><m:e>{math('x')}</m:e></m:d>", "(x)"),
        (f"<m:func><m:fName>{math('sin')}</m:fName><m:e>{math('2x')}</m:e></m:func>", "sin 2x"),
        (f"<m:m><m:mr><m:e>{math('a')}</m:e><m:e>{math('b')}</m:e></m:mr></m:m>", "[a, b]"),
        (f"<m:sSub><m:e>{math('v')}</m:e><m:sub>{math('max')}</m:sub></m:sSub>", "vₘₐₓ"),
    ],
)
def test_equations_are_lines_of_text(equation: str, text: str) -> None:
    body = paragraph(run("So ") + f"<m:oMath>{equation}</m:oMath>" + run("."))
    assert read(body).text == f"So {text}."


def test_headings_are_known_by_their_style_or_their_outline_level() -> None:
    body = (
        paragraph("The lease", '<w:pStyle w:val="Title"/>')
        + paragraph("Rent", '<w:pStyle w:val="First"/>')
        + paragraph("Repairs", '<w:pStyle w:val="Mine"/>')
        + paragraph("Windows", '<w:outlineLvl w:val="1"/>')
        + paragraph("The tenant repairs the windows.", '<w:pStyle w:val="Gone"/>')
    )
    document = read(body)
    assert document.title == "The lease"
    assert [(heading.level, heading.title) for heading in document.headings] == [
        (1, "Rent"),
        (1, "Repairs"),
        (2, "Windows"),
    ]
    assert document.text == "The lease\n\nRent\n\nRepairs\n\nWindows"


def test_merged_cells_and_header_rows_make_paths() -> None:
    down, below = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = table(
        row(cell("Country", down), cell("Limit", '<w:gridSpan w:val="2"/>'), header=True),
        row(cell("", below), "Day", "Night", header=True),
        row(cell("France", down), "54", "150"),
        row(cell("", below), "60", "170"),
        row("Spain", cell("90", '<w:gridSpan w:val="2"/>')),
    )
    document = read(paragraph("Limits abroad", '<w:pStyle w:val="Caption"/>') + body)
    assert document.text == (
        "Limits abroad\n\n"
        "Country: France; Limit › Day: 54; Limit › Night: 150.\n"
        "Country: France; Limit › Day: 60; Limit › Night: 170.\n"
        "Country: Spain; Limit › Day: 90; Limit › Night: 90."
    )
    assert document.tables[0].caption == "Limits abroad"
    assert document.tables[0].columns == (("Country",), ("Limit", "Day"), ("Limit", "Night"))


def test_a_cell_over_two_columns_in_every_row_is_one_cell() -> None:
    whole = '<w:gridSpan w:val="2"/>'
    body = table(row("Boat", cell("Price", whole), header=True), row("Skiff", cell("11 euros", whole)))
    assert read(body).text == "Boat: Skiff; Price: 11 euros."


def test_a_header_row_is_found_where_none_is_marked() -> None:
    body = table(row("Boat", "Seats", "Price"), row("Skiff", "2", "11 euros"), row("Barge", "20", "90 euros"))
    assert read(body).text == "Boat: Skiff; Seats: 2; Price: 11 euros.\nBoat: Barge; Seats: 20; Price: 90 euros."


def test_a_row_of_one_cell_names_the_rows_below_it() -> None:
    whole = '<w:gridSpan w:val="2"/>'
    body = table(
        row("Country", "Limit", header=True),
        row(cell("Europe", whole)),
        row("France", "54"),
        row(cell("Asia", whole)),
        row("Japan", "70"),
    )
    document = read(body)
    assert document.text == "Europe\n\nCountry: France; Limit: 54.\n\nAsia\n\nCountry: Japan; Limit: 70."
    assert [table.caption for table in document.tables] == ["Europe", "Asia"]


def test_nested_tables_are_tables() -> None:
    inner = table(row("Repair desk", "telephone 4410"))
    assert read(table(row("Contact", cell(paragraph("Ask:") + inner)))).text == (
        "Contact\n\nAsk:\n\nRepair desk: telephone 4410."
    )
    body = table(row("Topic", "Details", header=True), row("Contact", cell(paragraph("Ask them.") + inner)))
    document = read(body)
    assert document.text == "Topic: Contact; Details: Ask them.\n\nContact\n\nRepair desk: telephone 4410."
    assert [table.caption for table in document.tables] == ["", "Contact"]


def test_a_table_that_only_arranges_text_is_no_table() -> None:
    document = read(table(row("A box around a paragraph.")) + table(row("1", "A long clause. " * 30), row("2", "End.")))
    assert document.tables == ()
    assert document.text.startswith("A box around a paragraph.\n\n1\n\nA long clause.")


def test_deleted_rows_are_left_out() -> None:
    gone = "<w:tr><w:trPr><w:del/></w:trPr>" + cell("Old") + cell("1") + "</w:tr>"
    assert read(table(gone, row("New", "2"))).text == "New: 2."


def test_strict_documents_open() -> None:
    content = word_file(paragraph("Strictly.", '<w:pStyle w:val="Mine"/>'), styles=STYLES, strict=True)
    assert [heading.title for heading in parse(content, "a.docx").headings] == ["Strictly."]


CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
    "<dc:title>{title}</dc:title><dc:creator>{author}</dc:creator>"
    "<dcterms:created>{created}</dcterms:created><dcterms:modified>{modified}</dcterms:modified></cp:coreProperties>"
)


def test_the_properties_give_title_author_and_the_date_of_the_last_change() -> None:
    core = CORE.format(title="Lease", author="Ada", created="2023-01-02T03:04:05Z", modified="2024-05-06T07:08:09Z")
    document = parse(word_file(paragraph("Words."), core=core), "a.docx")
    assert (document.title, document.date, document.metadata) == ("Lease", "2024-05-06", {"author": "Ada"})


def test_the_date_of_a_library_is_no_date() -> None:
    library = "2013-12-23T23:15:00Z"
    core = CORE.format(title="", author="python-docx", created=library, modified=library)
    document = parse(word_file(paragraph("Words."), core=core), "a.docx")
    assert (document.date, document.metadata) == (None, {})


def test_the_name_of_a_column_without_text_follows_the_table():
    rows = row("Name", "Post", "Signed", header=True), row("Runa Holm", "Quay", ""), row("Ines Prado", "Gate", "")
    assert read(table(*rows)).text == "Name: Runa Holm; Post: Quay.\nName: Ines Prado; Post: Gate.\nSigned"


def equation(code: str, result: str = "") -> str:
    """A field of an equation; code that is no XML is the text of one run."""
    written = code if code.startswith("<w:") else f"<w:r><w:instrText>{code}</w:instrText></w:r>"
    begin, separate, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))
    return f"{begin}{written}{separate + run(result) if result else ''}{end}"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (r"EQ \f(1,2)", "1/2"),
        (r"eq \F(2,5;x+1)", "2,5/(x+1)"),
        (r"EQ \r(3,a+b)", "³√(a+b)"),
        (r"EQ \r(x)", "√x"),
        (r"EQ m\s\up8(2)\s\do4(0)", "m²₀"),
        (r"EQ H\s\do 5(2)O", "H₂O"),
        (r"EQ x\s(3,i)", "x³ᵢ"),
        (r"EQ \b\bc\[ (\f(1,a))", "[1/a]"),
        (r"EQ \b\lc\{ (\a\al(x+y=1,x-y=3))", "{x+y=1; x-y=3"),
        (r"EQ \b(\a\co2\hs3(1,0,0,1))", "([1, 0; 0, 1])"),
        (r"EQ \i\su(k=1,n,k)", "∑_(k=1)^(n) k"),
        (r"EQ \x\to(5) + \o(a,b) + \l(1,2)", "5 + ab + 1, 2"),
        (r"EQ \* jc2 \* hps10 \o\ad(\s\up 9(たなか),田中)", "田中(たなか)"),
        (r"EQ f(a\,b) \* MERGEFORMAT", "f(a,b)"),
        (r"EQ \f(1", "1"),
    ],
)
def test_equation_fields_are_linear_text(code: str, shown: str):
    assert read(paragraph(run("See ") + equation(code) + run("!"))).text == f"See {shown}!"


def test_an_equation_field_joins_no_digits_and_may_hold_fields_and_raised_letters():
    raised = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:instrText>2</w:instrText></w:r>'
    parts = (r"EQ \f(x", raised, field("REF k", run("4(a)")), ",3)")
    code = "".join(
        part if part.startswith("<w:") else f"<w:r><w:instrText>{part}</w:instrText></w:r>" for part in parts
    )
    document = read(paragraph(run("It takes 1") + equation(r"EQ \f(1,2)") + run(" days, ") + equation(code)))
    assert document.text == "It takes 1 1/2 days, (x²4(a))/3"
    assert read(paragraph(run("A ") + equation(r"EQ \f(1,2)", "half") + run("."))).text == "A half."
