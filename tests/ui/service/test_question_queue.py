"""The line in front of the desk: bounded, left by those who go away, and told of in the metrics."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from qa import Answer
from qa.answering.cascade import AbandonedError, never_cancelled
from ui.service.cpu import Cores
from ui.service.metrics import Metrics
from ui.service.question_queue import QuestionQueue, QueueFullError


class SlowDesk:
    """A desk whose answers take until they are let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.asked: list[str] = []
        self.threads: list[int] = []
        self.cores = Cores()

    def answer(
        self, question: str, filters: object = None, should_continue: Callable[[], bool] = never_cancelled
    ) -> Answer:
        self.asked.append(question)
        self.should_continue = should_continue
        self.threads.append(torch.get_num_threads())
        assert self.let_go.wait(60)
        if not should_continue():
            raise AbandonedError(question)
        if question == "broken":
            raise RuntimeError(question)
        return Answer(question, False, "", 0.0, 0.5, ())

    def search(self, question: str, *_: object, should_continue: Callable[[], bool], **__: object) -> None:
        self.asked.append(question)
        while should_continue():
            assert not self.let_go.is_set()
        raise AbandonedError(question)


async def _until(true: Callable[[], object]) -> None:
    """Wait until something is so."""
    while not true():
        await asyncio.sleep(0.01)


@pytest.fixture
def engine() -> Iterator[SlowDesk]:
    """A desk that is let go at the end, whatever happened."""
    slow = SlowDesk()
    yield slow
    slow.let_go.set()


def test_past_the_bound_a_question_is_turned_away_at_once(engine: SlowDesk):
    metrics = Metrics()
    line = QuestionQueue(engine, metrics, places=2, at_once=1)

    async def crowd() -> None:
        inside = [asyncio.create_task(line.answer(f"question {k}")) for k in range(3)]
        await asyncio.sleep(0.05)
        with pytest.raises(QueueFullError, match="3 questions are waiting"):
            await line.answer("one too many")
        engine.let_go.set()
        assert [(await task).question for task in inside] == ["question 0", "question 1", "question 2"]
        assert (await line.answer("after the crowd")).question == "after the crowd"

    asyncio.run(crowd())
    counted = metrics.text().decode()
    assert "quoth_turned_away_total 1.0" in counted
    assert 'quoth_answers_total{outcome="not_found"} 4.0' in counted
    assert "quoth_questions_pending 0.0" in counted


def test_who_leaves_the_line_is_not_answered_and_frees_the_place(engine: SlowDesk):
    line = QuestionQueue(engine, Metrics(), places=1, at_once=1)

    async def crowd() -> None:
        first = asyncio.create_task(line.answer("first"))
        leaving = asyncio.create_task(line.answer("leaving"))
        await asyncio.sleep(0.05)
        leaving.cancel()
        await asyncio.sleep(0.05)
        staying = asyncio.create_task(line.answer("staying"))
        engine.let_go.set()
        await asyncio.gather(first, staying)

    asyncio.run(crowd())
    assert engine.asked == ["first", "staying"]


def test_who_leaves_while_being_answered_is_read_no_further_and_is_no_error(engine: SlowDesk):
    metrics = Metrics()
    line = QuestionQueue(engine, metrics, places=1, at_once=1)

    async def crowd() -> None:
        leaving = asyncio.create_task(line.answer("leaving"))
        await _until(lambda: engine.asked)
        assert engine.should_continue()
        leaving.cancel()
        await _until(lambda: not engine.should_continue())
        engine.let_go.set()
        assert (await line.answer("staying")).question == "staying"

    asyncio.run(asyncio.wait_for(crowd(), 50))
    assert "error" not in metrics.text().decode()


def test_a_search_that_is_left_is_ranked_no_further(engine: SlowDesk):
    line = QuestionQueue(engine, Metrics(), places=1, at_once=1)

    async def crowd() -> None:
        leaving = asyncio.create_task(line.search("leaving", 10, rerank=True))
        await _until(lambda: engine.asked)
        leaving.cancel()
        staying = asyncio.create_task(line.answer("staying"))
        await _until(lambda: engine.asked == ["leaving", "staying"])
        engine.let_go.set()
        await staying

    asyncio.run(asyncio.wait_for(crowd(), 50))


def test_an_error_in_one_answer_leaves_the_line_open(engine: SlowDesk):
    metrics = Metrics()
    line = QuestionQueue(engine, metrics, places=0, at_once=1)
    engine.let_go.set()

    async def ask(question: str) -> Answer:
        return await line.answer(question)

    with pytest.raises(RuntimeError, match="broken"):
        asyncio.run(ask("broken"))
    assert asyncio.run(ask("fine")).question == "fine"
    assert 'quoth_answers_total{outcome="error"} 1.0' in metrics.text().decode()


def test_closing_answers_what_is_being_answered_and_drops_what_waits(engine: SlowDesk):
    line = QuestionQueue(engine, Metrics(), places=5, at_once=1)

    async def crowd() -> None:
        first, waiting = (asyncio.create_task(line.answer(name)) for name in ("first", "waiting"))
        await _until(lambda: engine.asked)
        closing = asyncio.create_task(asyncio.to_thread(line.close))
        await asyncio.sleep(0.05)
        engine.let_go.set()
        await closing
        assert (await first).question == "first"
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(crowd())


def test_no_more_are_answered_at_once_than_there_are_cores(engine: SlowDesk):
    line = QuestionQueue(engine, Metrics(), places=20, at_once=1000)

    async def crowd() -> None:
        tasks = [asyncio.create_task(line.answer(str(k))) for k in range(10)]
        await asyncio.sleep(0.1)
        assert len(engine.asked) <= engine.cores.total
        engine.let_go.set()
        await asyncio.gather(*tasks)

    asyncio.run(crowd())


def test_a_question_alone_has_every_core_and_those_in_a_crowd_share_them(engine: SlowDesk):
    engine.cores = Cores(4)
    line = QuestionQueue(engine, Metrics(), places=20)

    async def ask(*questions: str) -> None:
        await asyncio.gather(*(line.answer(question) for question in questions))

    async def crowd() -> None:
        alone = asyncio.create_task(ask("alone"))
        await _until(lambda: engine.threads)
        waiting = asyncio.create_task(ask(*"abcdefgh"))
        await asyncio.sleep(0.05)
        assert (engine.asked, engine.threads) == (["alone"], [4])  # no core is free, so nobody else begins
        engine.let_go.set()
        await asyncio.gather(alone, waiting)
        await ask("alone again")

    asyncio.run(crowd())
    assert engine.threads[0] == engine.threads[-1] == 4
    assert max(engine.threads[1:6]) == 1


def test_a_later_question_starts_between_two_passages_of_the_one_before(engine: SlowDesk):
    engine.cores = Cores(2)
    line = QuestionQueue(engine, Metrics(), places=20)

    async def crowd() -> None:
        first = asyncio.create_task(line.answer("first"))
        await _until(lambda: engine.threads)
        between = engine.should_continue
        later = asyncio.create_task(line.answer("later"))
        await asyncio.sleep(0.05)
        assert engine.asked == ["first"]
        assert await asyncio.to_thread(between)
        await _until(lambda: len(engine.threads) == 2)
        engine.let_go.set()
        await asyncio.gather(first, later)

    asyncio.run(asyncio.wait_for(crowd(), 50))
    assert engine.threads == [2, 1]


def test_what_is_left_by_others_goes_to_whoever_renews_their_share():
    cores = Cores(4)
    with cores.share() as mine:
        assert mine.cores == 4
        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(_one_core, cores)
            while not other.done():
                cores.renew(mine)
        assert other.result() == 1
        cores.renew(mine)
        assert mine.cores == 4


def test_closing_does_not_wait_for_ever(engine: SlowDesk):
    line = QuestionQueue(engine, Metrics(), places=5, at_once=1)

    async def crowd() -> None:
        first = asyncio.create_task(line.answer("first"))
        await _until(lambda: engine.asked)
        line.close(0.1)
        engine.let_go.set()
        await first

    asyncio.run(asyncio.wait_for(crowd(), 50))


def test_a_file_that_is_taken_in_waits_for_a_core_as_a_question_does(engine: SlowDesk):
    engine.cores = Cores(2)
    line = QuestionQueue(engine, Metrics(), places=20)

    async def crowd() -> None:
        alone = asyncio.create_task(line.answer("alone"))
        await asyncio.sleep(0.05)
        taken_in = asyncio.create_task(asyncio.to_thread(_one_core, engine.cores))
        await asyncio.sleep(0.05)
        assert not taken_in.done()
        engine.let_go.set()
        assert await taken_in == 1
        await alone

    asyncio.run(asyncio.wait_for(crowd(), 50))


def _one_core(cores: Cores) -> int:
    with cores.share(1) as mine:
        return mine.cores
