"""The question queue: its bound, its fairness, cancellation, and its metrics."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
import pytest
import torch
from mcp import Client

from qa import AbandonedError, Answer
from tests.support.waiting import wait_until
from ui.agents.tools import create_server
from ui.errors import QueueFullError
from ui.server import assemble
from ui.service.cpu import CpuPool
from ui.service.metrics import Metrics
from ui.service.question_queue import PendingQuestion, QuestionQueue, State
from ui.service.service import Service
from ui.settings import load_settings


class SlowEngine:
    """An engine that answers once it is released."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.asked: list[str] = []
        self.threads: list[int] = []
        self.cpu = CpuPool()

    def answer(self, question: str, filters: object = None, *, should_continue: Callable[[], bool]) -> Answer:
        self.asked.append(question)
        self.should_continue = should_continue
        self.threads.append(torch.get_num_threads())
        assert self.released.wait(60)
        if not should_continue():
            raise AbandonedError(question)
        if question == "broken":
            raise RuntimeError(question)
        return Answer(question, False, "", 0.0, 0.5, ())

    def search(self, question: str, *_: object, should_continue: Callable[[], bool], **__: object) -> None:
        self.asked.append(question)
        while should_continue():
            assert not self.released.is_set()
        raise AbandonedError(question)

    converse = check_quote = search


async def _until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds."""
    while not condition():
        await asyncio.sleep(0.01)


async def _until_pending(count: int, metrics: Metrics) -> None:
    """Wait until this many questions are waiting or being answered."""
    await _until(lambda: f"quoth_questions_pending {count}.0" in metrics.text().decode())


@pytest.fixture
def engine() -> Iterator[SlowEngine]:
    """An engine that is released at the end of the test, even if that fails."""
    slow = SlowEngine()
    yield slow
    slow.released.set()


def test_a_question_is_rejected_at_once_when_the_queue_is_full(engine: SlowEngine):
    metrics = Metrics()
    queue = QuestionQueue(engine, metrics, places=2, at_once=1)

    async def crowd() -> None:
        inside = [asyncio.create_task(queue.answer(f"question {k}")) for k in range(3)]
        await _until_pending(3, metrics)
        refused = asyncio.create_task(queue.answer("one too many"))
        await asyncio.sleep(0)
        assert refused.done()
        with pytest.raises(QueueFullError, match="3 questions are waiting"):
            await refused
        engine.released.set()
        assert [(await task).question for task in inside] == ["question 0", "question 1", "question 2"]
        assert (await queue.answer("after the crowd")).question == "after the crowd"

    asyncio.run(crowd())
    counted = metrics.text().decode()
    assert "quoth_rejected_total 1.0" in counted
    assert 'quoth_answers_total{outcome="not_found"} 4.0' in counted
    assert "quoth_questions_pending 0.0" in counted


def test_cancelling_a_waiting_caller_frees_the_place_in_the_queue(engine: SlowEngine):
    metrics = Metrics()
    queue = QuestionQueue(engine, metrics, places=1, at_once=1)

    async def crowd() -> None:
        first = asyncio.create_task(queue.answer("first"))
        leaving = asyncio.create_task(queue.answer("leaving"))
        await _until_pending(2, metrics)
        leaving.cancel()
        await _until_pending(1, metrics)
        staying = asyncio.create_task(queue.answer("staying"))
        engine.released.set()
        await asyncio.gather(first, staying)

    asyncio.run(crowd())
    assert engine.asked == ["first", "staying"]


def test_cancelling_a_caller_stops_reading_and_is_not_counted_as_an_error(engine: SlowEngine):
    metrics = Metrics()
    queue = QuestionQueue(engine, metrics, places=1, at_once=1)

    async def crowd() -> None:
        leaving = asyncio.create_task(queue.answer("leaving"))
        await _until(lambda: engine.asked)
        assert engine.should_continue()
        leaving.cancel()
        await _until(lambda: not engine.should_continue())
        engine.released.set()
        assert (await queue.answer("staying")).question == "staying"

    asyncio.run(asyncio.wait_for(crowd(), 50))
    assert "error" not in metrics.text().decode()


def test_cancelling_a_search_stops_its_ranking(engine: SlowEngine):
    queue = QuestionQueue(engine, Metrics(), places=1, at_once=1)

    async def crowd() -> None:
        leaving = asyncio.create_task(queue.search("leaving", 10, rerank=True))
        await _until(lambda: engine.asked)
        leaving.cancel()
        staying = asyncio.create_task(queue.answer("staying"))
        await _until(lambda: engine.asked == ["leaving", "staying"])
        engine.released.set()
        await staying

    asyncio.run(asyncio.wait_for(crowd(), 50))


def test_an_error_in_one_answer_leaves_the_queue_open(engine: SlowEngine):
    metrics = Metrics()
    queue = QuestionQueue(engine, metrics, places=0, at_once=1)
    engine.released.set()

    async def ask(question: str) -> Answer:
        return await queue.answer(question)

    with pytest.raises(RuntimeError, match="broken"):
        asyncio.run(ask("broken"))
    assert asyncio.run(ask("fine")).question == "fine"
    assert 'quoth_answers_total{outcome="error"} 1.0' in metrics.text().decode()


def test_closing_finishes_questions_being_read_and_gives_up_waiting_ones(engine: SlowEngine):
    queue = QuestionQueue(engine, Metrics(), places=5, at_once=1)

    async def crowd() -> None:
        first, waiting = (asyncio.create_task(queue.answer(name)) for name in ("first", "waiting"))
        await _until(lambda: engine.asked)
        closing = asyncio.create_task(asyncio.to_thread(queue.close))
        await _until(waiting.done)
        engine.released.set()
        await closing
        assert (await first).question == "first"
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(crowd())


def test_at_most_one_question_per_core_is_answered_at_once(engine: SlowEngine):
    metrics = Metrics()
    queue = QuestionQueue(engine, metrics, places=20, at_once=1000)

    async def crowd() -> None:
        tasks = [asyncio.create_task(queue.answer(str(k))) for k in range(10)]
        await _until_pending(10, metrics)
        assert len(engine.asked) <= engine.cpu.total
        engine.released.set()
        await asyncio.gather(*tasks)

    asyncio.run(crowd())


def test_one_question_uses_every_core_and_several_share_them(engine: SlowEngine):
    engine.cpu, metrics = CpuPool(4), Metrics()
    queue = QuestionQueue(engine, metrics, places=20)

    async def ask(*questions: str) -> None:
        await asyncio.gather(*(queue.answer(question) for question in questions))

    async def crowd() -> None:
        alone = asyncio.create_task(ask("alone"))
        await _until(lambda: engine.threads)
        waiting = asyncio.create_task(ask(*"abcdefgh"))
        await _until_pending(9, metrics)
        assert (engine.asked, engine.threads) == (["alone"], [4])  # no core is free, so no other question starts
        engine.released.set()
        await asyncio.gather(alone, waiting)
        await ask("alone again")

    asyncio.run(crowd())
    assert engine.threads[0] == engine.threads[-1] == 4
    assert max(engine.threads[1:6]) == 1


def test_a_later_question_starts_between_two_passages_of_the_earlier_one(engine: SlowEngine):
    engine.cpu, metrics = CpuPool(2), Metrics()
    queue = QuestionQueue(engine, metrics, places=20)

    async def crowd() -> None:
        first = asyncio.create_task(queue.answer("first"))
        await _until(lambda: engine.threads)
        between = engine.should_continue
        later = asyncio.create_task(queue.answer("later"))
        await _until_pending(2, metrics)
        assert engine.asked == ["first"]
        assert await asyncio.to_thread(between)
        await _until(lambda: len(engine.threads) == 2)
        engine.released.set()
        await asyncio.gather(first, later)

    asyncio.run(asyncio.wait_for(crowd(), 50))
    assert engine.threads == [2, 1]


def test_rebalancing_a_share_adds_cores_that_have_become_free():
    cpu = CpuPool(4)
    with cpu.share() as mine:
        assert mine.cores == 4
        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(_one_core, cpu)
            while not other.done():
                cpu.rebalance(mine)
        assert other.result() == 1
        cpu.rebalance(mine)
        assert mine.cores == 4


def test_closing_waits_no_longer_than_asked(engine: SlowEngine):
    queue = QuestionQueue(engine, Metrics(), places=5, at_once=1)

    async def crowd() -> None:
        first = asyncio.create_task(queue.answer("first"))
        await _until(lambda: engine.asked)
        queue.close(0.1)
        engine.released.set()
        await first

    asyncio.run(asyncio.wait_for(crowd(), 50))


def test_an_upload_waits_for_a_core_like_a_question(engine: SlowEngine):
    engine.cpu = CpuPool(2)
    queue = QuestionQueue(engine, Metrics(), places=20)

    begun = threading.Event()

    async def crowd() -> None:
        alone = asyncio.create_task(queue.answer("alone"))
        await _until(lambda: engine.asked)
        indexing = asyncio.create_task(asyncio.to_thread(_one_core, engine.cpu, begun.set))
        await _until(begun.is_set)
        assert not indexing.done()
        engine.released.set()
        assert await indexing == 1
        await alone

    asyncio.run(asyncio.wait_for(crowd(), 50))


def _one_core(cpu: CpuPool, begin: Callable[[], None] = lambda: None) -> int:
    begin()
    with cpu.share(1) as mine:
        return mine.cores


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """One thread to read on."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


def _pending(engine: SlowEngine, threads: ThreadPoolExecutor, question: str) -> PendingQuestion[Answer]:
    return PendingQuestion(partial(engine.answer, question), threads, engine.cpu)


def test_a_question_goes_from_waiting_to_reading_to_answered(engine: SlowEngine, threads: ThreadPoolExecutor):
    first, second = (_pending(engine, threads, question) for question in ("first", "second"))
    wait_until(lambda: bool(engine.asked), "the first question to be read")
    assert (first.state, second.state) == (State.READING, State.WAITING)
    engine.released.set()
    second.future.result(60)
    assert (first.state, second.state) == (State.ANSWERED, State.ANSWERED)
    assert second.waited > 0


def test_a_question_whose_reading_raises_has_failed(engine: SlowEngine, threads: ThreadPoolExecutor):
    engine.released.set()
    broken = _pending(engine, threads, "broken")
    assert isinstance(broken.future.exception(60), RuntimeError)
    assert broken.state is State.FAILED


def test_a_question_is_given_up_while_waiting_or_reading(engine: SlowEngine, threads: ThreadPoolExecutor):
    reading, waiting = (_pending(engine, threads, question) for question in ("reading", "waiting"))
    wait_until(lambda: bool(engine.asked), "the first question to be read")
    reading.give_up()
    waiting.give_up()
    assert (reading.state, waiting.state) == (State.READING, State.GIVEN_UP)  # reading stops only between passages
    engine.released.set()
    assert isinstance(reading.future.exception(60), AbandonedError)
    assert (reading.state, engine.asked) == (State.GIVEN_UP, ["reading"])


def test_tools_and_checks_of_quotes_wait_in_the_same_bounded_queue(engine: SlowEngine, seed_index: Path):
    service = Service.of(load_settings({"index": seed_index}))
    full = replace(service, queue=QuestionQueue(engine, Metrics(), places=0, at_once=1))
    calls = {"answer": "question", "converse": "utterance", "search": "question", "verify_quote": "quote"}

    async def crowd() -> None:
        waiting = asyncio.create_task(full.queue.answer("one"))
        await _until(lambda: engine.asked)
        async with Client(create_server(full), read_timeout_seconds=120) as client:
            for name, argument in calls.items():
                refused = await asyncio.wait_for(client.call_tool(name, {argument: "rocket"}), 50)
                assert "1 questions are waiting already" in refused.content[0].text, name
        carrier = httpx.ASGITransport(assemble(full))
        async with httpx.AsyncClient(transport=carrier, base_url="http://127.0.0.1:7860") as http:
            asked = http.post("/v1/verify-quote", json={"quote": "rocket"})
            assert (await asyncio.wait_for(asked, 50)).status_code == 503
        engine.released.set()
        await waiting

    asyncio.run(crowd())
