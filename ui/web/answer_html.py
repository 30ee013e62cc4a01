"""An answer as HTML: the sentence with the answer in it, where it stands, how sure, and why. Pure; no Gradio."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice

from index import Failure
from qa.answering.citations import telling
from qa.types import Answer, Candidate, Citation, PassageRead
from ui.text import counted, excerpt, one_line
from ui.web.anchor import Place
from ui.web.html import spoken_date, text

UNREAD = 5  # files named that could not be read
NEAREST = 3  # passages shown when the documents do not hold an answer
COLUMNS = ("Rank", "Passage", "Meaning", "Words", "Best span", "Margin")
READ = 10  # passages listed under "Why this answer"


def pending(turn: str, question: str) -> str:
    """The turn while its answer is being looked for."""
    waiting = '<p class="wait" role="status"><span class="dots" aria-hidden="true"></span>Looking it up</p>'
    return _article(turn, "pending", _asked(question) + waiting)


def failed(turn: str, question: str, message: str) -> str:
    """The turn when the question could not be asked, with what to do about it."""
    said = message[:1].upper() + message[1:]
    return _article(turn, "failed", _asked(question) + f'<p class="problem" role="alert">{text(said)}</p>')


def stopped(turn: str, question: str) -> str:
    """The turn when the person who asked would wait no longer."""
    return _article(turn, "failed", _asked(question) + '<p class="wait" role="status">Stopped.</p>')


def answered(
    turn: str, answer: Answer, *, failures: Sequence[Failure] = (), asked: str | None = None, narrowed: bool = False
) -> str:
    """The turn with its answer, or with what was nearest.

    ``asked`` are the person's own words where the question was completed from what went before; ``narrowed`` when
    only some documents were to be looked at.
    """
    understood = _understood(answer.question) if asked is not None else ""
    said = _found(answer) if answer.found else _refused(answer, failures, narrowed)
    body = _asked(asked or answer.question) + understood + said + _why(answer) + _actions(answer)
    return _article(turn, "found" if answer.found else "refused", body, record(answer))


def record(answer: Answer) -> dict[str, object]:
    """What the browser keeps of an answer: enough to export it and to store a verdict on it."""
    return {
        "question": answer.question,
        "found": answer.found,
        "text": answer.text,
        "probability": round(answer.probability, 4),
        "revision": answer.revision,
        "citations": [
            {
                "document": one.document_id,
                "path": one.path,
                "title": one.title,
                "page": one.page,
                "date": one.date,
                "start": one.start,
                "end": one.end,
                "address": Place.of(one.document_id, one.start, one.quote).address,
                "sentence": "".join(_sentence(one)),
            }
            for one in answer.citations
        ],
    }


def confidence(answer: Answer) -> tuple[str, str]:
    """How sure the answer is, as a class name and in words."""
    doubt = (1 - answer.probability) / max(1e-9, 1 - answer.threshold)  # 0: certain; 1: just good enough to be given
    if doubt <= 0.35:
        return "high", "Confident"
    return ("fair", "Fairly confident") if doubt <= 0.75 else ("low", "Not sure: check the source")


def label(title: str, page: int | None, date: str | None) -> str:
    """A document's title, and page and date where it has them, as inline HTML."""
    parts = [f"<bdi>{text(one_line(title, 80))}</bdi>"]
    parts += [f"<span>page {page}</span>"] if page is not None else []
    parts += [f"<span><time datetime={_quoted(date)}>{text(spoken_date(date))}</time></span>"] if date else []
    return " ".join(parts)


def source_link(place: Place, words: str, *, kind: str) -> str:
    """A link that opens a document at a place. ``words`` are HTML already."""
    return f'<a class="{kind}" href="{place.address}">{words}</a>'


def marked_sentence(citation: Citation) -> str:
    """The sentence around the quote, the quote marked."""
    before, quote, after = _sentence(citation)
    return f"{text(before)}<mark>{text(quote)}</mark>{text(after)}"


def marked_passage(citation: Citation) -> str:
    """The passage that was read, its sentence tinted and the quote marked."""
    lead = citation.sentence_start - citation.chunk_start
    tail = lead + len(citation.sentence)
    before, _, after = excerpt(citation.passage, max(0, lead), max(0, min(tail, len(citation.passage))), room=280)
    before = _below(before, citation.heading or "")
    return f'{text(before)}<span class="sentence">{marked_sentence(citation)}</span>{text(after)}'


def _below(before: str, heading: str) -> str:
    """What stands before a sentence, without the headings that it begins with: they stand above the passage already."""
    for title in heading.split(" › "):
        line, _, rest = before.partition("\n")
        if title and line.strip("# \t") == title:
            before = rest.lstrip()
    return before


def _sentence(citation: Citation) -> tuple[str, str, str]:
    start = citation.start - citation.sentence_start
    return excerpt(citation.sentence, start, start + len(citation.quote))


def _article(turn: str, state: str, body: str, kept: dict[str, object] | None = None) -> str:
    keep = f" data-record={_quoted(json.dumps(kept, ensure_ascii=False))}" if kept else ""
    return f'<article class="turn {state}" data-turn={_quoted(turn)}{keep}>{body}</article>'


def _asked(question: str) -> str:
    if not question.strip():
        return ""  # a heading without words is none
    return f'<h2 class="question"><bdi>{text(one_line(question, 2000))}</bdi></h2>'


def _understood(question: str) -> str:
    return (
        f'<p class="understood">Understood as “<bdi class="whole">{text(question)}</bdi>” '
        '<button type="button" data-do="edit">Edit</button> '
        '<button type="button" data-do="literal">Ask as typed</button></p>'
    )


def _found(answer: Answer) -> str:
    first = answer.citations[0]
    return (
        f'<blockquote class="said"><p dir="auto">{marked_sentence(first)}</p></blockquote>'
        + _items(answer)
        + _sure(answer)
        + _disagreement(answer)
        + f'<div class="sources">{"".join(_card(one, n) for n, one in enumerate(answer.citations))}</div>'
    )


def _items(answer: Answer) -> str:
    if len(answer.spans) < 2:
        return ""
    items = "".join(f'<li dir="auto">{text(one_line(span, 300))}</li>' for span in answer.spans)
    return f'<ul class="items" aria-label="The answer as a list">{items}</ul>'


def _sure(answer: Answer) -> str:
    level, words = confidence(answer)
    figures = (
        f"Estimated chance of being right: {answer.probability:.0%}. Answers are given from {answer.threshold:.0%}."
    )
    others = len(answer.citations) - 1
    also = f'<span class="also">Also stated in {counted(others, "other place")}</span>' if others else ""
    return f'<p class="sure"><span class="confidence {level}" title="{figures}">{words}</span>{also}</p>'


def _disagreement(answer: Answer) -> str:
    other = answer.disagreement
    if other is None:
        return ""
    return (
        '<section class="disagree"><h3>The documents disagree</h3>'
        f"<p>Another place says: <bdi>{marked_sentence(other.citation)}</bdi></p>{_chip(other.citation)}</section>"
    )


def _chip(citation: Citation) -> str:
    name = label(citation.title, citation.page, citation.date)
    return source_link(Place.of(citation.document_id, citation.start, citation.quote), name, kind="chip")


def _card(citation: Citation, position: int) -> str:
    under = citation.heading if citation.heading != citation.title else None
    heading = f'<p class="heading" dir="auto">{text(one_line(under))}</p>' if under else ""
    passage = f'{heading}<p class="passage" dir="auto">{marked_passage(citation)}</p>'
    if position == 0:
        return f'<section class="card"><h3>{_chip(citation)}</h3>{passage}</section>'
    summary = f"<summary>{label(citation.title, citation.page, citation.date)}</summary>"
    return f'<details class="card">{summary}{passage}<p>{_chip(citation)}</p></details>'


def _refused(answer: Answer, failures: Sequence[Failure], narrowed: bool) -> str:
    nearest = answer.passages[:NEAREST]
    shown = "".join(f"<li>{_near(one, answer.question)}</li>" for one in nearest)
    near = f'<h3>Nearest passages</h3><ol class="nearest">{shown}</ol>' if shown else ""
    where = "documents you have chosen" if narrowed else "documents"
    wider = '<p><button type="button" class="wider" data-do="everywhere">Ask all documents</button></p>'
    return f'<p class="sorry">I can’t find that in the {where}.</p>{wider if narrowed else ""}{near}{_unread(failures)}'


def _unread(failures: Sequence[Failure]) -> str:
    if not failures:
        return ""
    names = (f"<li><bdi>{text(one_line(one.path))}</bdi>: {text(one_line(one.reason, 200))}</li>" for one in failures)
    summary = f"<summary>{counted(len(failures), 'file')} could not be read</summary>"
    return f'<details class="unread">{summary}<ul>{"".join(islice(names, UNREAD))}</ul></details>'


def _near(passage: PassageRead, question: str) -> str:
    before, best, after = excerpt(passage.text, *telling(question, passage.text, passage.best), room=160)
    name = label(passage.title, passage.page, passage.date)
    link = source_link(Place.of(passage.document_id, passage.start, passage.text), name, kind="chip")
    return f'<p class="passage" dir="auto">{text(before)}{text(best)}{text(after)}</p>{link}'


def _why(answer: Answer) -> str:
    if not answer.passages:
        return ""
    rows = "".join(_row(position, one) for position, one in enumerate(answer.passages[:READ], start=1))
    head = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    times = answer.timings
    spent = f"Search {_spent(times.search)}, reading {_spent(times.read)}, together {_spent(times.total)}."
    sure = f"Chance of being right {answer.probability:.0%}; answers are given from {answer.threshold:.0%}."
    return (
        '<details class="why"><summary>Why this answer</summary>'
        f"<p>{sure} {spent}</p>{_runners_up(answer.candidates)}"
        f'<div class="scroll" tabindex="0" role="group" aria-label="Passages looked at"><table><thead><tr>{head}</tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
        "<p>Meaning and Words are a passage’s ranks by the two ways of searching; margin is how far its best span "
        "stands above “not here”, where it was read to the end and states anything.</p></details>"
    )


def _spent(milliseconds: float) -> str:
    return f"{milliseconds:.0f} ms" if milliseconds < 10_000 else f"{milliseconds / 1000:.1f} s"


def _runners_up(candidates: Sequence[Candidate]) -> str:
    if not candidates:
        return ""
    said = "; ".join(f"<bdi>“{text(one_line(one.text, 80))}”</bdi> {one.probability:.0%}" for one in candidates[:3])
    return f"<p>Nearly said instead: {said}.</p>"


def _row(position: int, passage: PassageRead) -> str:
    margin = "–" if passage.margin is None else f"{passage.margin:+.1f}".replace("-", "−")
    where = label(passage.title, passage.page, None)
    link = source_link(Place.of(passage.document_id, passage.start, passage.text), where, kind="")
    best = f"<bdi>{text(one_line(passage.best, 60))}</bdi>"
    cells = (link, _rank(passage.dense_rank), _rank(passage.keyword_rank), best, margin)
    return f'<tr><th scope="row">{position}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _rank(rank: int | None) -> str:
    return "–" if rank is None else f"{rank}"


def _actions(answer: Answer) -> str:
    copy = '<button type="button" data-do="copy">Copy</button>' if answer.found else ""
    link = '<button type="button" data-do="link">Copy link</button>' if answer.found else ""
    good, bad = ("Right", "Wrong") if answer.found else ("Rightly not found", "It is in there")
    verdicts = "".join(
        f'<button type="button" data-do="verdict" data-verdict="{verdict}" aria-pressed="false">{name}</button>'
        for verdict, name in (("up", good), ("down", bad))
    )
    return f'<p class="actions">{copy}{link}<span class="verdicts">{verdicts}</span></p>'


def _quoted(value: str) -> str:
    return f'"{text(value)}"'
