"""Logs for machines: one JSON object a line on stderr, with the id of the request in which it was written."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
import uuid
from contextvars import ContextVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa import Answer

HEADER = "x-request-id"
LONGEST_PATH = 200  # characters; longer paths are truncated in the log
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

answers = logging.getLogger("quoth.answers")
requests = logging.getLogger("quoth.requests")


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON; ``extra={"fields": ...}`` adds keys beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, without line breaks inside."""
        line: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := _request_id.get():
            line["request_id"] = request_id
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)


def configure(level: str) -> None:
    """Send every log of this process to stderr as JSON lines; of Quoth's own those from ``level`` on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("quoth").setLevel(level)
    logging.captureWarnings(True)
    threading.excepthook = _log_thread_failure


def _log_thread_failure(ended: threading.ExceptHookArgs) -> None:
    """Log the exception that ended a thread."""
    if ended.exc_value is not None:
        failure = (ended.exc_type, ended.exc_value, ended.exc_traceback)
        logging.getLogger("quoth").error("a thread failed", exc_info=failure)


def log_answer(answer: Answer, *, with_text: bool) -> None:
    """Log the outcome and the times of an answer, and with ``with_text`` its question and text."""
    fields: dict[str, object] = {
        "found": answer.found,
        "probability": round(answer.probability, 4),
        "passages": len(answer.passages),
        "revision": answer.revision,
        "search_ms": round(answer.timings.search, 1),
        "read_ms": round(answer.timings.read, 1),
        "total_ms": round(answer.timings.total, 1),
    }
    if with_text:
        fields |= {"question": answer.question, "answer": answer.text}
    answers.info("answered", extra={"fields": fields})


class RequestLog:
    """ASGI middleware: gives every request an id, returns it in a header, and logs the request when it is done."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        token = _request_id.set(given if _ACCEPTABLE.fullmatch(given) else uuid.uuid4().hex)
        status, began = 500, time.perf_counter()

        async def tagged(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = _request_id.get() or ""
            await send(message)

        try:
            await self.app(scope, receive, tagged)
        finally:
            fields = {"method": scope["method"], "path": scope["path"][:LONGEST_PATH], "status": status}
            fields["ms"] = round(1e3 * (time.perf_counter() - began), 1)
            requests.info("request", extra={"fields": fields})
            _request_id.reset(token)
