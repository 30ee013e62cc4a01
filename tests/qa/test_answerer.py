"""Answering with the real models and the real document."""

import hashlib
import shutil
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import partial, partialmethod
from importlib.metadata import version
from pathlib import Path

import pytest

import qa
from index import DocumentIndex, Filters, IndexView, QuestionError, build
from qa import Answerer, Reader, ReaderSettings
from qa.answerer import OPEN_ANSWERERS, AnswererCache, checked_question, load_reader
from qa.quotes.proving import weights_sha256
from qa.reader.weights import load_calibration
from qa.reader.windows import Passage
from qa.settings import MODEL

RIGHT = [
    ("What rocket was used?", "Soyuz 2.1a"),
    ("Where did it blast off from?", "Baikonur"),
    ("How long will Kim stay on the station?", "eight-month"),
    ("Which American astronaut flew to the station?", "Jonathan Kim"),
    ("Who is planning a mission to Mars?", "Elon Musk"),
    ("When does Russia plan to launch the first modules of its own station?", "2027"),
]
REFUSED = ["Who won the 2022 World Cup?", "What is the capital of Australia?", "How much did the launch cost?"]


@pytest.mark.parametrize(("question", "expected"), RIGHT)
def test_the_document_answers(answerer, question, expected):
    answer = answerer.answer(question)
    assert answer.found and expected in answer.text


FIRST = """
import sys
from concurrent.futures import ThreadPoolExecutor
from index import Embedder
from qa import answer

with ThreadPoolExecutor(4) as threads:
    embedded = threads.submit(Embedder().encode, ["A rocket."])
    asked = [threads.submit(answer, "What rocket was used?", index=sys.argv[1]) for _ in range(3)]
    print({one.result().text for one in asked}, embedded.result().shape)
"""


def test_the_first_questions_of_a_process_may_come_from_several_threads(seed_index):
    done = subprocess.run([sys.executable, "-c", FIRST, seed_index], capture_output=True, text=True)
    assert done.stdout.strip() == "{'Soyuz 2.1a'} (1, 384)", done.stderr


@pytest.mark.parametrize("question", REFUSED)
def test_unanswerable_questions_are_refused(answerer, question):
    answer = answerer.answer(question)
    assert not answer.found
    assert (answer.text, answer.citations) == ("", ())
    assert answer.passages, "the nearest passages are shown instead"


@pytest.mark.parametrize("question", [question for question, _ in RIGHT])
def test_every_quote_is_a_slice_of_the_stored_text(answerer, question):
    for citation in answerer.answer(question).citations:
        text = answerer.index.text(citation.document_id)
        assert text[citation.start : citation.end] == citation.quote
        assert text[citation.sentence_start :].startswith(citation.sentence)
        assert citation.quote in citation.sentence and citation.sentence in text
        assert not citation.sentence.startswith("date")


def test_a_citation_names_its_file_by_the_hash_of_its_bytes(answerer, seeds):
    cited = answerer.answer(RIGHT[0][0]).citations[0]
    assert cited.document_sha256 == hashlib.sha256((seeds / cited.path).read_bytes()).hexdigest()


def test_an_answer_names_the_index_the_weights_and_the_version_that_gave_it(answerer):
    proof = answerer.answer(RIGHT[0][0]).proof
    assert (proof.revision, proof.version) == (answerer.index.revision, version("quoth"))
    assert proof.weights_sha256 == weights_sha256(MODEL) != ""


def test_the_date_of_a_document_is_kept_as_metadata(answerer):
    assert answerer.answer(RIGHT[0][0]).citations[0].date == "2025-04-08"


def test_a_probability_does_not_depend_on_how_many_passages_are_read(answerer):
    few = Answerer(answerer.index, answerer.reader, answerer.calibration, ReaderSettings(passages=3))
    for question, _ in RIGHT[:3]:
        one, other = few.answer(question), answerer.answer(question)
        if one.text == other.text:
            assert one.probability == pytest.approx(other.probability, abs=0.02)


def test_a_threshold_of_one_refuses_and_a_threshold_of_zero_answers(answerer):
    def ask(threshold):
        settings = ReaderSettings(threshold=threshold)
        return Answerer(answerer.index, answerer.reader, answerer.calibration, settings).answer(RIGHT[0][0])

    assert not ask(1.0).found
    assert ask(0.0).found


def test_filters_keep_other_documents_out(answerer):
    assert not answerer.answer(RIGHT[0][0], filters=Filters(path="*.pdf")).found


@pytest.mark.parametrize("question", [question for question, _ in RIGHT])
def test_reranking_puts_the_passage_with_the_answer_first(answerer, question):
    answer, hits = answerer.answer(question), answerer.search(question, 2, rerank=True)
    assert answer.text in hits[0].chunk.text
    assert [hit.rank for hit in hits] == [1, 2]
    assert 1 >= hits[0].score >= hits[1].score >= 0


def test_reranking_reads_as_many_passages_as_the_setting_or_the_caller_asks_for(answerer):
    few = Answerer(answerer.index, answerer.reader, answerer.calibration, ReaderSettings(rerank_passages=1))
    first, second = answerer.index.search(RIGHT[0][0], 2)
    assert few.search(RIGHT[0][0], 1, rerank=True)[0].chunk == first.chunk
    assert few.search(RIGHT[0][0], 2, rerank=True)[0].chunk == second.chunk


def test_without_reranking_search_is_that_of_the_index(answerer):
    assert answerer.search("rocket", 3) == answerer.index.search("rocket", 3)


@pytest.mark.parametrize("rerank", [True, False])
def test_an_empty_search_is_rejected(answerer, rerank):
    with pytest.raises(QuestionError, match="empty"):
        answerer.search(" ", rerank=rerank)


@pytest.mark.parametrize("question", ["", "   ", "\x00\x07", "?!", "\u200b"])
def test_an_empty_question_is_rejected(answerer, question):
    with pytest.raises(QuestionError, match="empty"):
        answerer.answer(question)


def test_a_question_of_ten_thousand_characters_is_rejected(answerer):
    with pytest.raises(QuestionError, match=r"10,000 characters.*shorten"):
        answerer.answer("w" * 10_000)


def test_control_characters_are_removed_from_a_question():
    asked = checked_question("What\x00 rocket\x1b[31m\nwas\tused?", 100)
    assert not any(unicodedata.category(c) == "Cc" for c in asked)
    assert asked.startswith("What rocket")


@pytest.mark.parametrize(
    "question", ["🚀🚀 rocket?", "ما هو الصاروخ؟", "何のロケット?", "' OR 1=1 --", 'NEAR("a" "b")', "rocket* AND NOT"]
)
def test_any_words_get_an_answer_or_a_refusal(answerer, question):
    answer = answerer.answer(question)
    assert answer.found == bool(answer.text)


@pytest.mark.parametrize(
    "passages",
    [[], [Passage("")], [Passage(" \n ")], [Passage("😀 " * 50)], [Passage("שלום עולם")], [Passage("long " * 2_000)]],
    ids=["none", "empty", "blank", "emoji", "right-to-left", "2,000 tokens"],
)
def test_the_reader_takes_any_passages(answerer, passages):
    for span in answerer.reader.read("What is it?", passages):
        assert passages[span.passage].text[span.start : span.end] == span.text


def test_the_python_function_answers_from_the_index_it_is_given(seed_index):
    found = qa.answer(RIGHT[0][0], index=seed_index)
    assert found.found and found.as_dict()["citations"][0]["quote"] == found.text


def test_a_question_in_a_document_is_not_an_answer(answerer):
    questions = "21. Can the library be used from several threads?\n22. Can it read zip archives?\n"
    answers = "\n21. Can the library be used from several threads?\n\nOnly when each thread has a stream of its own.\n"
    text = questions + answers
    spans = answerer.reader.read("Can the library be used from several threads?", [Passage(text)])
    assert spans[0].start >= text.index("Only when")
    assert all("?" not in text[span.start :].split("\n")[0] for span in spans)


def test_two_documents_that_disagree_are_both_shown(answerer, tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "old.txt").write_text("The office of Meridian Ltd is in Lisbon. It opened early in the year.")
    (folder / "new.txt").write_text("The office of Meridian Ltd is in Warsaw. It opened late in the year.")
    build([folder], tmp_path / "index")
    settings = ReaderSettings()
    with DocumentIndex.open(tmp_path / "index") as index:
        answer = Answerer(index, load_reader(settings), load_calibration(settings.reader), settings).answer(
            "Where is the office of Meridian Ltd?"
        )
    assert answer.disagreement is not None
    assert {answer.text, answer.disagreement.text} == {"Lisbon", "Warsaw"}


OLD = "The office of Meridian Ltd is in Lisbon. It opened early in the year."
NEW = "For a long time nothing was known. The office of Meridian Ltd is in Warsaw."
OFFICE = "Where is the office of Meridian Ltd?"


class ReplacedWhileRead(Reader):
    """A reader that, while it reads its first passage, replaces the document and searches again."""

    def __init__(self, loaded, replace, search):
        vars(self).update(vars(loaded))
        self.replace, self.search, self.found = replace, search, []

    def skim(self, *arguments):
        if not self.found:
            self.replace()
            with ThreadPoolExecutor(1) as other:
                self.found = other.submit(self.search).result(timeout=60)
        return super().skim(*arguments)


@pytest.fixture
def office(tmp_path, embedder, answerer):
    """An answerer over one document, and a function that replaces this document under the same id."""
    document = tmp_path / "office.txt"

    def write(text):
        document.write_text(text)
        build([document], tmp_path / "index", embedder=embedder)

    write(OLD)
    with DocumentIndex.open(tmp_path / "index", embedder=embedder) as index:
        yield Answerer(index, answerer.reader, answerer.calibration, ReaderSettings()), lambda: write(NEW)


def check(answer, text):
    assert answer.found
    for citation in answer.citations:
        assert text[citation.start : citation.end] == citation.quote
        assert text[citation.sentence_start :].startswith(citation.sentence)
    for passage in answer.passages:
        assert text[passage.start : passage.end] == passage.text


def test_an_answer_quotes_the_revision_it_names_though_its_document_is_replaced(office, monkeypatch):
    asked, replace = office
    before = asked.index.revision

    def replaced_first(read, owner, document_id):
        replace()
        return read(owner, document_id)

    for owner in (DocumentIndex, IndexView):
        monkeypatch.setattr(owner, "text", partialmethod(partial(replaced_first, owner.text)))
    asked.reader = ReplacedWhileRead(asked.reader, replace, lambda: asked.index.search(OFFICE))
    answer = asked.answer(OFFICE)
    check(answer, OLD)
    assert (answer.text, answer.revision) == ("Lisbon", before)
    check(asked.answer(OFFICE), NEW)


def test_others_search_the_new_revision_while_an_answer_is_read_from_the_old(office):
    asked, replace = office
    asked.reader = ReplacedWhileRead(asked.reader, replace, lambda: asked.index.search(OFFICE))
    assert asked.answer(OFFICE).text == "Lisbon"
    assert "Warsaw" in asked.reader.found[0].chunk.text


def open_files(folder):
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [target for link in links if str(target := link.readlink()).startswith(str(folder))]


def test_the_least_recently_used_indexes_are_closed(seed_index, tmp_path):
    folders = [tmp_path / str(number) for number in range(OPEN_ANSWERERS + 2)]
    for folder in folders:
        shutil.copytree(seed_index, folder)
        assert qa.answer(RIGHT[0][0], index=folder).found
        assert open_files(folder)
    assert [bool(open_files(folder)) for folder in folders] == [False] * 2 + [True] * OPEN_ANSWERERS


def test_an_answerer_that_left_the_cache_is_closed_after_its_last_answer(seed_index, tmp_path):
    first, second = shutil.copytree(seed_index, tmp_path / "1"), shutil.copytree(seed_index, tmp_path / "2")
    cache = AnswererCache(1)
    with cache.borrow(first) as one, cache.borrow(first) as same:
        assert one is same
        with cache.borrow(second):
            assert one.answer(RIGHT[0][0]).found
            assert open_files(first)
    assert not open_files(first)
    assert open_files(second)
    cache.close()
    assert not open_files(second)
