"""The web application: wires the chat, the source viewer and the library into one FastAPI app."""

from __future__ import annotations

import os

# Before gradio and its hub client are imported: they look hosts up otherwise.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.update(dict.fromkeys(("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "TRANSFORMERS_OFFLINE"), "1"))

from collections.abc import Sequence
from pathlib import Path

import gradio as gr
from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

from qa import ReaderSettings
from ui import chat, viewer
from ui.desk import Desk
from ui.page import STATIC, Page
from ui.welcome import Welcome

UPLOAD_LIMIT = "50mb"


def create_app(
    location: Path,
    *,
    settings: ReaderSettings | None = None,
    desk: Desk | None = None,
    routers: Sequence[APIRouter] = (),
) -> FastAPI:
    """The whole application over the index at ``location``, ready for uvicorn.

    ``desk`` shares an open answerer with other parts of the process. ``routers`` come before the page, which takes
    every path that is left.
    """
    desk = desk or Desk(location, settings=settings)
    app = FastAPI(title="Quoth", docs_url=None, redoc_url=None)  # those pages load scripts from elsewhere
    for router in (*routers, Welcome(desk).router, viewer.router(desk)):
        app.include_router(router)
    app.mount("/static/quoth", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(Page)
    return gr.mount_gradio_app(
        app,
        chat.build(desk),
        path="/",
        theme=gr.themes.Base(font=["system-ui"], font_mono=["ui-monospace", "monospace"]),
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=UPLOAD_LIMIT,
        pwa=False,
        mcp_server=False,
        ssr_mode=False,
    )
