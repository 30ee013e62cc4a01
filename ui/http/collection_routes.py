"""Collections over HTTP: ``/v1/collections``. Who may ask may read them; changing them is for ``admin``."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from index import DocumentRecord, IndexNotFoundError
from ui.http.problems import EVERYWHERE, responses
from ui.service.naming import addresses_of, members_named, names_by_address
from ui.service.service import Served

MOST_NAMES = 10_000  # in one request

Name = Annotated[str, Path(max_length=80, description="The name of a collection.", examples=["Contracts"])]
DocumentNames = Annotated[list[Annotated[str, Field(max_length=4096)]], Field(max_length=MOST_NAMES)]

router = APIRouter(
    prefix="/v1/collections",
    tags=["collections"],
    responses=responses(
        *EVERYWHERE,
        HTTPStatus.CONFLICT,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.INSUFFICIENT_STORAGE,
    ),
)
MISSING = responses(HTTPStatus.NOT_FOUND)
LARGE = responses(HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


class CollectionSize(BaseModel):
    """A collection, and how many documents it has."""

    name: str
    documents: int = Field(description="How many of its documents are in the index.")


class CollectionContent(BaseModel):
    """A collection and its documents."""

    name: str
    documents: list[str] = Field(
        description="The paths of its documents; absolute where several documents of the index share a relative one."
    )
    missing: list[str] = Field(description="The absolute paths of its documents that are not in the index at present.")


class CollectionDocuments(BaseModel):
    """All documents of a collection."""

    model_config = ConfigDict(extra="forbid")

    documents: DocumentNames = Field(
        description="Paths or glob patterns of the documents.", examples=[["contracts/*.pdf"]]
    )


class CollectionChange(BaseModel):
    """A change of a collection."""

    model_config = ConfigDict(extra="forbid")

    add: DocumentNames = Field(default_factory=list, description="Paths or glob patterns of documents to add.")
    remove: DocumentNames = Field(default_factory=list, description="Paths or glob patterns of documents to take out.")
    name: str | None = Field(None, min_length=1, max_length=80, description="The new name, if it gets one.")


@router.get("")
def list_collections(service: Served) -> list[CollectionSize]:
    """List the collections, the named sets of documents to which a question can be limited."""
    present = {record.address for record in _records(service)}
    kept = service.collections
    return [CollectionSize(name=name, documents=len(kept.documents(name) & present)) for name in kept.names()]


@router.get("/{name}", responses=MISSING)
def get_collection(name: Name, service: Served) -> CollectionContent:
    """Return the documents of a collection."""
    names = names_by_address(_records(service))
    members = service.collections.documents(name)
    return CollectionContent(
        name=name,
        documents=sorted(names[member] for member in members if member in names),
        missing=sorted(member for member in members if member not in names),
    )


@router.put("/{name}", responses=LARGE)
def put_collection(name: Name, wanted: CollectionDocuments, service: Served) -> CollectionContent:
    """Make a collection of these documents, in place of one of this name."""
    service.collections.replace(name, addresses_of(_records(service), wanted.documents))
    return get_collection(name, service)


@router.patch("/{name}", responses=MISSING | LARGE)
def change_collection(name: Name, change: CollectionChange, service: Served) -> CollectionContent:
    """Add documents to a collection, take others out, or give it another name."""
    records, kept = _records(service), service.collections
    members = kept.documents(name)
    out = members_named(members, records, change.remove)
    added = addresses_of(records, change.add)
    if out:
        kept.discard(name, out)
    if added:
        kept.add(name, added)
    if change.name is not None:
        kept.rename(name, change.name)
    return get_collection(change.name or name, service)


@router.delete("/{name}", status_code=HTTPStatus.NO_CONTENT, responses=MISSING)
def remove_collection(name: Name, service: Served) -> None:
    """Delete a collection; its documents stay in the index."""
    service.collections.remove(name)


def _records(service: Served) -> list[DocumentRecord]:
    try:
        return service.engine.answerer().index.documents()
    except IndexNotFoundError:
        return []
