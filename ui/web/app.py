"""The web application: wires the chat, the source viewer and the library into one FastAPI app."""

from __future__ import annotations

import os

# Before gradio and its hub client are imported: they look hosts up otherwise.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.update(dict.fromkeys(("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "TRANSFORMERS_OFFLINE"), "1"))

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import gradio as gr
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from index import open_store
from qa import ReaderSettings
from ui.http import presence
from ui.service.engine import AnswerEngine
from ui.web import feedback, library, viewer
from ui.web.chat import Ask, Chat
from ui.web.evaluation import Quality
from ui.web.shell import STATIC, Page
from ui.web.start_page import Welcome

GRADIO_UPLOADS = 1  # byte: files come in by the library alone, and Gradio's own way is shut


def create_app(
    location: Path,
    *,
    settings: ReaderSettings | None = None,
    engine: AnswerEngine | None = None,
    ask: Ask | None = None,
    routers: Sequence[APIRouter] = (),
) -> FastAPI:
    """The whole application over the index at ``location``, ready for uvicorn.

    ``engine`` shares an open answerer with other parts of the process; ``ask`` reaches it through the question queue.
    ``routers`` come before the page, which takes every path that is left.
    """
    engine = engine or AnswerEngine(location, settings=settings)
    chat, welcome, quality = Chat(engine, ask), Welcome(engine), Quality(engine, location)
    # FastAPI's own documentation pages are left out: they load scripts from elsewhere.
    app = FastAPI(
        title="Quoth",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(welcome, quality),
        generate_unique_id_function=_name,
    )
    verdicts = feedback.router(location, made=open_store(engine.location).name != str(location))
    pages = (welcome.router, viewer.router(engine), library.router, quality.router, verdicts, presence.router())
    for router in (*routers, chat.router, *pages):
        app.include_router(router)
    app.mount("/static/quoth", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(Page)
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        chat.blocks(),
        path="/",
        theme=gr.themes.Base(font=["system-ui"], font_mono=["ui-monospace", "monospace"]),
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=GRADIO_UPLOADS,
        pwa=False,
        mcp_server=False,
        ssr_mode=False,
    )
    return mounted


def _name(route: APIRoute) -> str:
    """The operation's name in OpenAPI, by which clients that are made from it call it."""
    return route.name


def _lifespan(welcome: Welcome, quality: Quality) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Load the models while the first person opens the page; end what is in the background when the service does."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        welcome.make()
        yield
        welcome.stop()
        quality.stop()

    return lifespan
