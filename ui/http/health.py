"""Whether the service works, for supervisors, load balancers, monitoring and the page."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from index import QuothError
from ui.errors import NotReadyError
from ui.http.openapi import UNGUARDED
from ui.http.problems import EVERYWHERE, responses
from ui.service.service import Served

log = logging.getLogger("quoth.health")

router = APIRouter(tags=["operation"])


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """The index is open and the models are loaded."""

    status: Literal["ready"] = "ready"
    revision: int


@router.get("/healthz", responses=responses(HTTPStatus.BAD_REQUEST), openapi_extra=UNGUARDED)
async def healthz() -> Health:
    """Say that the process runs, without opening anything."""
    return Health()


@router.get(
    "/readyz", responses=responses(HTTPStatus.BAD_REQUEST, HTTPStatus.SERVICE_UNAVAILABLE), openapi_extra=UNGUARDED
)
def readyz(service: Served) -> Readiness:
    """Say at once whether questions can be answered. If not, the index and the models are now being opened."""
    try:
        return Readiness(revision=service.engine.ready().index.revision)
    except QuothError as error:  # its message may name a path, and nobody was asked for a secret
        log.info("not ready: %s", error)
        raise NotReadyError("the index and the models are not open yet; the server's log says why") from error


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {CONTENT_TYPE_LATEST: {"schema": {"type": "string"}}}}, **responses(*EVERYWHERE)},
)
def metrics(service: Served) -> Response:
    """Return the metrics in Prometheus' text format."""
    return Response(service.metrics.text(), media_type=CONTENT_TYPE_LATEST)


@router.get("/ui/process", response_class=PlainTextResponse, include_in_schema=False)
async def process(service: Served) -> str:
    """Return this service's random id; a page that waits for an answer sees by it that the server has restarted."""
    return service.id
