"""An answer as the page shows it."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace

import pytest

from index import Failure
from tests.support.answers import TEXT, candidate, cell_citation, citation, found, passage, refused
from tests.support.html_outline import ALLOWED_TAGS, Outline, plain
from tests.support.samples.hostile_text import HOSTILE
from ui.web.turns import answer_html as render


def test_the_answer_is_marked_inside_its_sentence() -> None:
    shown = render.answered("t1", found())
    assert '<p dir="auto">The <mark>Soyuz 2.1a</mark> rocket blasted off from Baikonur.</p>' in shown


def test_a_citation_has_title_page_date_and_the_marked_passage() -> None:
    card = render.answered("t1", found()).partition('<section class="card">')[2]
    assert "A flight" in card and "page 4" in card and "8 April 2025" in card
    assert "Kim flew on Tuesday." in card and "<mark>Soyuz 2.1a</mark>" in card


def test_a_citation_links_to_its_place() -> None:
    start = TEXT.index("Soyuz")
    assert f'href="#source/3/{start}-{start + 10}.' in render.answered("t1", found())


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.97, "Confident"), (0.8, "Confident"), (0.7, "Likely"), (0.796, "Likely"), (0.49, "Unsure: check the source")],
)
def test_confidence_is_in_words_with_the_number_on_hover(probability: float, words: str) -> None:
    shown = render.answered("t1", found(probability=probability))
    assert words in plain(shown)
    assert f"being right: {int(100 * probability + 1e-9)}%" in shown


def test_other_places_that_state_the_answer_are_counted_and_shown() -> None:
    shown = render.answered("t1", found(citation(), citation(title="Another"), citation(title="Third")))
    assert "Also stated in 2 other places" in shown
    assert "Another" in shown and "Third" in shown


def test_disagreeing_documents_are_both_shown() -> None:
    other = citation("The Proton rocket was used.", "Proton", title="Elsewhere")
    shown = render.answered("t1", found(disagreement=candidate(other)))
    assert "Another place says" in shown and "<mark>Proton</mark>" in shown and "Elsewhere" in shown


@pytest.mark.parametrize("above", ["The crew", "## The crew", "# Landing\n\n## The crew"])
def test_a_heading_is_shown_once_above_its_passage(above: str) -> None:
    words = f"{above}\n\nKim was met by doctors. They walked by themselves."
    shown = render.answered("t1", found(citation(words, "Kim", heading="Landing › The crew")))
    card = shown.partition('<section class="card">')[2].partition("</section>")[0]
    assert card.count("The crew") == card.count("Landing") == 1 and "Landing › The crew" in card
    assert "# " not in card
    named = render.answered("t1", found(citation(words, "Kim", heading="A flight", title="A flight")))
    assert 'class="heading"' not in named


def test_a_passage_keeps_paragraphs_and_items_but_no_printed_line_ends() -> None:
    words = (
        "Kim was met by doctors, who had waited for the capsule since the early\nmorning of that day.\n\n"
        "- Pilot: Ann Lee\n- Doctor: Bo Lund"
    )
    card = render.answered("t1", found(citation(words, "Ann Lee"))).partition('<section class="card">')[2]
    assert "since the early morning of that day.&#10;&#10;" in card
    assert "<mark>Ann Lee</mark></span>&#10;- Doctor: Bo Lund" in card


def test_a_long_passage_never_begins_with_half_a_heading() -> None:
    words = f"The crew\n\n{'They ran. ' * 26}They walked. Kim was met by doctors."
    card = render.answered("t1", found(citation(words, "doctors", heading="The crew")))
    assert "crew" not in plain(card.partition('<p class="passage')[2].partition("</p>")[0])


def test_a_failed_empty_question_has_no_heading_and_its_message_is_a_sentence() -> None:
    assert "<h2" not in render.failed("t1", "  ", "the question is empty")
    assert ">The question is empty<" in render.failed("t1", "  ", "the question is empty")


def test_a_list_is_shown_as_a_list() -> None:
    shown = render.answered("t1", found(spans=("Kim", "Ryzhikov", "Zubritsky")))
    assert re.search(r"<ul class=\"items\".*<li dir=\"auto\">Ryzhikov</li>", shown)


def test_a_refusal_of_a_filtered_question_offers_to_ask_all_documents() -> None:
    narrowed = render.answered("t1", refused(), narrowed=True)
    assert "the documents you have chosen" in narrowed and "Ask all documents" in narrowed
    assert "chosen" not in render.answered("t1", refused())


def test_a_refusal_shows_the_nearest_passages_and_the_files_that_could_not_be_read() -> None:
    shown = render.answered("t1", refused(), failures=[Failure("scan.pdf", "/x", "it has no text layer")])
    words = plain(shown)
    assert "I can’t find that in the documents" in words
    assert "Kim flew on Tuesday" in words
    assert "1 file could not be read" in words and "scan.pdf" in words and "no text layer" in words


def test_a_refusal_outlines_the_likeliest_words_in_their_passage_once() -> None:
    near = passage("Kim trained in Houston for a year.", start=400)
    shown = render.answered("t1", refused(passage(), near, guesses=(candidate(citation(), 0.4),)))
    outlined = re.search(r'<section class="card guess">.*?</section>', shown, re.DOTALL)
    assert outlined and "<mark>Soyuz 2.1a</mark>" in outlined[0] and "A flight" in outlined[0]
    assert "It may not answer your question" in shown
    assert plain(shown).count("docked three hours later") == 1 and "trained in Houston" in plain(shown)


def test_words_that_are_hardly_ever_right_are_not_outlined() -> None:
    assert "<mark>" not in render.answered("t1", refused(guesses=(candidate(citation(), 0.09),)))


def test_an_abandoned_passage_shows_its_sentence_nearest_to_the_question() -> None:
    filler = "Nothing of the kind is told in this sentence, however long it goes on about it. " * 8
    given_up = passage(text=f"{filler}Kim landed in Kazakhstan. {filler}", best="", margin=None)
    assert "Kim landed in Kazakhstan" in plain(render.answered("t1", refused(given_up, question="Where did Kim land?")))


def test_why_shows_ranks_margin_other_candidates_and_times() -> None:
    shown = plain(render.answered("t1", found(candidates=(candidate(citation(quote="Baikonur"), 0.31),))))
    for part in ("Meaning", "Words", "+3.2", "Baikonur", "31%", "Search 4 ms", "reading 120 ms"):
        assert part in shown
    assert (
        "Its passage is the nearest by meaning. The answer is right with an estimated probability of 93%"
        in " ".join(shown.split())
    )


def test_why_says_what_was_looked_for_as_it_was_asked() -> None:
    shown = plain(render.answered("t1", replace(refused(question="Who wonn?"), corrections={"wonn": "won"})))
    assert "Why not" in shown and "Who won? ” was looked for" in " ".join(shown.split())


def test_a_completed_question_is_shown_beside_the_one_that_was_asked() -> None:
    shown = plain(render.answered("t1", found(question="How lang?"), asked=("How lang?", "How long will Kim stay?")))
    assert "How lang?" in shown and "Understood as “ How long will Kim stay?" in " ".join(shown.split())


def test_the_record_kept_by_the_browser_names_every_place() -> None:
    shown = render.answered("t1", found())
    kept = json.loads(html.unescape(re.search(r'data-record="([^"]*)"', shown)[1]))
    assert kept["text"] == "Soyuz 2.1a" and kept["revision"] == 7
    assert kept["citations"][0]["path"] == "flight.txt"


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_documents_are_shown_as_text(words: str) -> None:
    text = f"Before it. The word {words} stood here. After it."
    cited = citation(text, words, title=words, path=words, heading=words, date=words)
    shown = render.answered(
        "t1",
        found(
            cited,
            cited,
            question=words,
            disagreement=candidate(cited),
            candidates=(candidate(cited),),
            spans=(words, words),
            passages=(passage(text, title=words, best=words, date=words),),
        ),
        asked=(f"{words}?", words),
    ) + render.answered("t2", refused(passage(text, best=words)), failures=[Failure(words, "/x", words)])
    shown += render.pending("t3", words) + render.failed("t4", words, words)
    outline = Outline(shown)
    assert outline.tags <= ALLOWED_TAGS
    assert not outline.open
    assert not [name for name, _ in outline.attributes if name.startswith("on") or name == "src"]
    assert all((value or "").startswith("#source/") for name, value in outline.attributes if name == "href")
    assert "\n" not in shown and "\x1b" not in shown and "\u202e" not in shown


def test_a_passage_of_a_hundred_thousand_characters_is_cut_around_the_answer() -> None:
    text = "x" * 50_000 + " Soyuz 2.1a " + "y" * 50_000
    cited = replace(citation(text), sentence=text, sentence_start=0)
    assert len(render.answered("t1", found(cited))) < 20_000


def test_a_cell_is_shown_in_its_table() -> None:
    shown = render.answered("t1", found(cell_citation()))
    assert "<mark>210</mark> <span" in shown and "Switzerland › Hotel limit" in plain(shown)
    table = shown.partition("<figure")[2].partition("</figure>")[0]
    assert "<span><mark>210</mark>*</span>" in table
    assert "Row 4 of 7" in plain(table) and "Table 2" in table and 'colspan="2"' in table
    assert "Denmark" in table and "Cyprus" not in table and "Vietnam" not in table
    assert "&lt;i&gt;Utopia" in table and "<i>" not in table
    assert Outline(shown).tags <= ALLOWED_TAGS
    assert 'data-do="copy-row"' in shown


def test_the_record_says_what_was_asked_so_that_follow_ups_are_completed_from_it() -> None:
    kept = render.record(found(question="What rockett was used?", corrections={"rockett": "rocket"}))
    assert (kept["question"], kept["asked"]) == ("What rockett was used?", "What rocket was used?")


def test_the_record_of_a_cell_has_its_rows_for_the_export() -> None:
    (cited,) = render.record(found(cell_citation()))["citations"]
    assert cited["table"] == {
        "place": "Switzerland › Hotel limit",
        "caption": "Table 2",
        "row": 4,
        "rows": 7,
        "columns": ["Country", "Allowance › Full day", "Allowance › Half day", "Hotel limit"],
        "cells": [
            ["Denmark", "58", "29", "185"],
            ["Spain", "26", "13", "95"],
            ["Switzerland", "64", "32", "210*"],
            ["Taiwan", "46", "23", "90"],
            ["<i>Utopia</i>", "|", "", ""],
        ],
        "answer": [2, 3],
    }
    assert render.record(found())["citations"][0]["table"] is None
