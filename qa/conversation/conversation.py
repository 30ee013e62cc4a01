"""A conversation: decides what an utterance means, asks the documents, and replies."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from index import DocumentRecord, Filters, IndexEmptyError
from qa.answerer import Answerer, borrow_answerer, checked_question
from qa.answering.cascade import never_cancelled
from qa.conversation.catalogue import SHOWN, about_library, counts_things, is_about_those, named_subject
from qa.conversation.courtesy import friendly_line, stands_in
from qa.conversation.examples import example_questions
from qa.conversation.followups.antecedents import pronoun_in
from qa.conversation.followups.choosing import Continue, likeliest_answer
from qa.conversation.followups.followup import asks_on, readings
from qa.conversation.followups.fragments import bare, corrects, is_fragment
from qa.conversation.kinds import Kind, kind_classifier, packaged_embedder
from qa.conversation.mentions import SEARCHED, grouped_mentions, is_scattered
from qa.conversation.replies import Reply, Turn
from qa.conversation.subjects import asks_about, documents_named, named_in, subject_of
from qa.conversation.summaries import summarise

EXAMPLES = 3


class Conversation:
    """Replies to utterances over one answerer; safe to use from several threads."""

    def __init__(self, answerer: Answerer) -> None:
        self.answerer = answerer
        self._examples: tuple[int, tuple[str, ...]] = (-1, ())
        self._making = threading.Lock()

    def reply(
        self,
        utterance: str,
        turns: Sequence[Turn] = (),
        *,
        filters: Filters | None = None,
        should_continue: Continue = never_cancelled,
    ) -> Reply:
        """The reply to an utterance after earlier turns, oldest first. Raises as ``Answerer.answer``.

        Without documents only a question raises ``IndexEmptyError``.
        """
        said = checked_question(utterance, self.answerer.settings.question_characters)
        kind = self.kind(said, turns, filters)
        made: Reply | None = None
        if kind is Kind.COURTESY:
            made = Reply("courtesy", said, said, text=friendly_line(said), examples=self._example_questions())
        elif kind is Kind.LIBRARY:
            made = self._about_library(said, filters)
        elif kind is Kind.SUMMARY:
            made = self._summary(said, turns, filters)
        elif kind is Kind.HITS:
            made = self._mentions(said, said, filters)
            if made is None and (spelt := self.answerer.spelt(said)) != said:
                made = self._mentions(said, spelt, filters)
        return made or self._answer(said, turns, filters, should_continue)

    def kind(self, utterance: str, turns: Sequence[Turn] = (), filters: Filters | None = None) -> Kind:
        """What an utterance is; a question when in doubt, and when documents hold what sounds like small talk."""
        kind, *before = self._kinds([utterance, *(turn.utterance for turn in turns[-1:])])
        if kind is Kind.QUESTION:
            return Kind.LIBRARY if Kind.LIBRARY in before and is_about_those(utterance) else kind
        asked = next(reversed(self._questions(turns)), None)
        if kind in (Kind.COURTESY, Kind.SUMMARY) and asked and asks_on(utterance, asked):
            return Kind.QUESTION
        if kind is Kind.COURTESY and self._stands_in_documents(utterance, filters):
            return Kind.QUESTION
        if kind in (Kind.HITS, Kind.LIBRARY) and asked and kind not in before and _continues(utterance, asked):
            return Kind.QUESTION
        return kind

    def _kinds(self, utterances: list[str]) -> list[Kind]:
        """What each utterance is by itself."""
        embedder = self.answerer.index.embedder
        vectors = (embedder if embedder.is_packaged else packaged_embedder()).encode(utterances)
        return kind_classifier().kinds(vectors, utterances)

    def _questions(self, turns: Sequence[Turn]) -> list[Turn]:
        """The turns that asked a question of the documents."""
        silent = [turn for turn in turns if not turn.answer]
        if not silent:
            return list(turns)
        kinds = dict(zip(map(id, silent), self._kinds([turn.utterance for turn in silent]), strict=True))
        return [turn for turn in turns if kinds.get(id(turn), Kind.QUESTION) is Kind.QUESTION]

    def _stands_in_documents(self, utterance: str, filters: Filters | None) -> bool:
        try:
            hits = self.answerer.index.search(utterance, filters=filters)
        except IndexEmptyError:
            return False
        return stands_in(utterance, (hit.chunk.text for hit in hits))

    def _example_questions(self) -> tuple[str, ...]:
        """Questions that the documents answer, made once for each revision."""
        with self._making:
            revision = self.answerer.index.revision
            if self._examples[0] != revision:
                self._examples = (revision, tuple(example_questions(self.answerer, EXAMPLES)))
            return self._examples[1]

    def _about_library(self, utterance: str, filters: Filters | None) -> Reply | None:
        """A reply from the catalogue; None if it is rather asked how many there are of something in the documents."""
        with self.answerer.index.snapshot() as view:
            records, failures = view.documents(filters), view.failures()
        if counts_things(utterance, records):
            return None
        text, documents = about_library(utterance, records, failures)
        if (subject := named_subject(utterance)) and len(documents) == min(len(records), SHOWN):
            text, documents = self._holding(subject, filters)
        return Reply("library", utterance, utterance, text=text, documents=documents)

    def _holding(self, subject: str, filters: Filters | None) -> tuple[str, tuple[DocumentRecord, ...]]:
        """Which documents mention a subject, for somebody who asks whether there are any about it."""
        hits = self.answerer.index.search(subject, SEARCHED, filters=filters)
        by_id = {hit.document.id: hit.document for hit in hits}
        found = tuple(by_id[group.document_id] for group in grouped_mentions(subject, hits))
        if not found:
            return f"No document mentions “{subject}”.", ()
        return f"{_counted(len(found), 'document')} {'mention' if len(found) > 1 else 'mentions'} “{subject}”.", found

    def _summary(self, utterance: str, turns: Sequence[Turn], filters: Filters | None) -> Reply | None:
        """A summary of the document that the utterance names, or the choice among several; None if it names none."""
        named = named_in(utterance)
        with self.answerer.index.snapshot() as view:
            records = view.documents(filters)
            found = records if len(records) == 1 and not named else documents_named(named, records)
            if not found and asks_about(utterance):
                return None
            if not found and (subject := named or (turns[-1].question if turns else "")):
                hits = view.search(subject, 3, filters=filters) if records else []
                ids = {hit.document.id for hit in hits if named or hit is hits[0]}
                holds = grouped_mentions(subject, hits) if named else ()
                found = [r for r in records if r.id in ids and (not named or r.id in {h.document_id for h in holds})]
            if len(found) == 1:
                document, chunks = view.document(found[0].id), view.chunks(found[0].id)
            elif not found and named:
                return None
        if len(found) != 1:
            return _which(utterance, found or records[:8])
        made = summarise(document, found[0].id, chunks, self.answerer.index.embedder)
        text = f"What “{made.title}” says, in its own words."
        return Reply("summary", utterance, utterance, text=text, summary=made, documents=(found[0],))

    def _mentions(self, utterance: str, asked: str, filters: Filters | None) -> Reply | None:
        """The passages that mention the subject; None if there are none, or it is rather a question in keywords."""
        subject = subject_of(asked)
        hits = self.answerer.index.search(subject, SEARCHED, filters=filters)
        found = grouped_mentions(subject, hits)
        if not found or (subject == asked and is_scattered(subject, hits)):
            return None
        count = sum(group.count for group in found)
        least = "At least " if count >= SEARCHED else ""
        text = f"{least}{_counted(count, 'passage')} in {_counted(len(found), 'document')} on “{subject}”."
        return Reply("hits", utterance, asked, text=text, hits=found)

    def _answer(
        self, utterance: str, turns: Sequence[Turn], filters: Filters | None, should_continue: Continue
    ) -> Reply:
        if pronoun_in(utterance) is None:  # a wish for a summary may say what a pronoun means, but completes nothing
            turns = self._questions(turns)
        meant = readings(utterance, turns)
        answer = likeliest_answer(self.answerer, meant, turns, filters, should_continue)
        return Reply("answer" if answer.found else "refusal", utterance, answer.asked, answer, answer.text)


def converse(
    utterance: str,
    turns: Sequence[Turn] = (),
    *,
    index: Path | str | None = None,
    filters: Filters | None = None,
) -> Reply:
    """Reply to an utterance from the index at ``index``, which is chosen and kept open as by ``qa.answer``.

    Raises ``QuothError``: ``QuestionError``, ``IndexNotFoundError`` and others.
    """
    with borrow_answerer(index) as answerer:
        return Conversation(answerer).reply(utterance, turns, filters=filters)


def _continues(utterance: str, asked: Turn) -> bool:
    """Whether an utterance is a part of the question that was asked before: "and the pdf", "comments?"."""
    rest, opened = bare(utterance)
    if not is_fragment(rest):
        return pronoun_in(utterance) is not None
    return opened or pronoun_in(utterance) is not None or utterance.endswith("?") or corrects(rest, asked)


def _which(utterance: str, records: Sequence[DocumentRecord]) -> Reply:
    """The reply that asks which document is meant; those of one title are told apart by the names of their files."""
    titles = Counter(record.title for record in records)
    names = [record.title if titles[record.title] == 1 else record.path for record in records]
    choices = tuple(f"Summarise {name}" for name in names)
    text = "Which document do you mean?" if records else "There are no documents yet."
    return replace(Reply("summary", utterance, utterance, text=text, documents=tuple(records)), choices=choices)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
