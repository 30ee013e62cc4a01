"""Commands that make and show an index: ``quoth index``, ``quoth status``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from index.errors import SourceNotFoundError
from ui.cli.console import emit, progress
from ui.cli.options import Index, Json, settings_of

SEEDS = Path("seeds")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(name="index")(build_index)
    app.command()(status)


def build_index(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Folders and files; those of last time when none are given, or ./seeds.")
    ] = None,
    index: Index = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Stop after the plan.")] = False,
    as_json: Json = False,
) -> None:
    """Index documents, or bring the index up to date: only what changed is read again."""
    settings = settings_of(context, index=index)
    from index import build
    from ui.terminal import render_report

    sources = _sources(paths or [], settings.index)
    with progress() as report:
        built = build(sources, settings.index, settings=settings, progress=report, dry_run=dry_run)
    emit(built, lambda: render_report(built, dry_run=dry_run), as_json=as_json)


def _sources(paths: list[Path], location: Path) -> list[Path]:
    """The paths given, or none for those that the index remembers, or ./seeds. Raises ``SourceNotFoundError``."""
    if paths or (location / "catalog.sqlite").exists():
        return paths
    if SEEDS.is_dir():
        return [SEEDS]
    raise SourceNotFoundError(f"no index at {location} and nothing to make one from: run `quoth index FOLDER`")


def status(context: typer.Context, index: Index = None, as_json: Json = False) -> None:
    """Show what is indexed."""
    settings = settings_of(context, index=index)
    from index import DocumentIndex
    from ui.terminal import render_status

    with DocumentIndex.open(settings.index, settings=settings) as opened:
        found = opened.status()
    emit(found, lambda: render_status(found), as_json=as_json)
