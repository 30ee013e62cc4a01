"""``quoth status``, ``documents``, ``verify`` and ``repair``."""

from __future__ import annotations

import typer

from ui.cli.options import (
    After,
    Before,
    Collection,
    Index,
    Json,
    MediaType,
    Metadata,
    PathGlob,
    Store,
    Wait,
    filters_of,
    settings_of,
)
from ui.cli.output import Exit, emit, progress


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (status, documents, verify, repair):
        app.command()(command)


def status(context: typer.Context, index: Index = None, store: Store = None, as_json: Json = False) -> None:
    """Show what is indexed."""
    settings = settings_of(context, index=index, store=store)
    from index import DocumentIndex
    from ui.cli.render import render_status

    with DocumentIndex.open(settings=settings) as opened:
        found = opened.status()
    emit(found, lambda: render_status(found), as_json=as_json)


def documents(
    context: typer.Context,
    index: Index = None,
    store: Store = None,
    path: PathGlob = None,
    after: After = None,
    before: Before = None,
    media_type: MediaType = None,
    metadata: Metadata = None,
    collection: Collection = None,
    as_json: Json = False,
) -> None:
    """List the documents with warnings from loading them, and the files that could not be read."""
    settings = settings_of(context, index=index, store=store)
    from index import DocumentIndex
    from ui.cli.render import render_documents

    filters = filters_of(path, after, before, media_type, metadata, collection)
    with DocumentIndex.open(settings=settings) as opened:
        records = opened.documents(filters)
        failures = opened.failures()
    listed = {"documents": records, "failures": failures}
    emit(listed, lambda: render_documents(records, failures), as_json=as_json)


def verify(context: typer.Context, index: Index = None, store: Store = None, as_json: Json = False) -> None:
    """Check the index for damage. Exits with 1 when it finds any."""
    settings = settings_of(context, index=index, store=store)
    from index import open_store
    from index import verify as check
    from ui.cli.render import render_check

    found = check(open_store(settings=settings))
    emit(found, lambda: render_check(found), as_json=as_json)
    raise typer.Exit(Exit.DONE if found.sound else Exit.NOT_FOUND)


def repair(
    context: typer.Context, index: Index = None, store: Store = None, wait: Wait = 0.0, as_json: Json = False
) -> None:
    """Repair what `quoth verify` finds, embedding again only what is lost. Exits with 1 when damage remains."""
    settings = settings_of(context, index=index, store=store)
    from index import open_store
    from index import repair as mend
    from ui.cli.render import render_repair

    with progress() as report:
        found = mend(open_store(settings=settings), settings=settings, progress=report, wait_seconds=wait)
    emit(found, lambda: render_repair(found), as_json=as_json)
    raise typer.Exit(Exit.NOT_FOUND if found.left else Exit.DONE)
