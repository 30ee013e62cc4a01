"""The web application: chat, source viewer, library and evaluation in one FastAPI app."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from ui.http.gradio_gate import GradioGate
from ui.service.engine import AnswerEngine
from ui.service.refusals import Refusals
from ui.web.chat import Ask, Chat, Converse
from ui.web.gradio_import import gr
from ui.web.library import page as library
from ui.web.quality import feedback
from ui.web.quality.evaluation import EvaluationPage
from ui.web.reading import viewer
from ui.web.shell import STATIC, PageShell
from ui.web.start_page import StartPage

GRADIO_UPLOAD_BYTES = 1  # files are added in the library only, so Gradio's own uploads are refused


class _Static(StaticFiles):
    """Files whose place does not depend on the path under which a proxy shows the page."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the file that the path names below the mount, whatever prefix a proxy cut off before it."""
        own = scope.get("root_path", "").removeprefix(scope.get("app_root_path", ""))
        await super().__call__({**scope, "root_path": own}, receive, send)


def create_app(
    location: Path,
    *,
    engine: AnswerEngine,
    refusals: Refusals,
    ask: Ask,
    converse: Converse,
    routers: Sequence[APIRouter],
) -> FastAPI:
    """The whole application over the index at ``location``, ready for uvicorn.

    ``engine`` is the one that ``routers`` use too; ``ask`` and ``converse`` answer through the question queue, and
    ``refusals`` keeps what no document answered. ``routers`` are matched before the page, which takes all remaining
    paths.
    """
    chat, start_page = Chat(engine, ask, converse), StartPage(engine)
    evaluation = EvaluationPage(engine, location, refusals)
    # No documentation pages, because FastAPI's load scripts from other servers.
    app = FastAPI(
        title="Quoth",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(start_page, evaluation),
        generate_unique_id_function=lambda route: route.name,  # generated clients name their methods by it
    )
    verdicts = feedback.router(location, engine)
    pages = (start_page.router, viewer.router(engine), library.router, evaluation.router, verdicts)
    for router in (*routers, chat.router, *pages):
        app.include_router(router)
    app.mount("/static/quoth", _Static(directory=STATIC), name="static")
    app.add_middleware(PageShell)
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        chat.blocks(),
        path="/",
        theme=gr.themes.Base(font=["system-ui"], font_mono=["ui-monospace", "monospace"]),
        footer_links=[],
        favicon_path=str(STATIC / "favicon.svg"),
        run_history=False,
        show_error=False,
        max_file_size=GRADIO_UPLOAD_BYTES,
        pwa=False,
        mcp_server=False,
        ssr_mode=False,
    )
    (gradio,) = [r.app for r in mounted.routes if isinstance(r, Mount) and isinstance(r.app, gr.routes.App)]
    gradio.add_middleware(GradioGate)  # in Gradio's own application, so that every path to it goes through the gate
    return mounted


def _lifespan(
    start_page: StartPage, evaluation: EvaluationPage
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Load the models when the service starts, and stop background work when it ends."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        start_page.make_examples()
        yield
        start_page.stop()
        evaluation.stop()

    return lifespan
