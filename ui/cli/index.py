"""``quoth index``, ``add``, ``remove``, ``copy`` and ``watch``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index import DeletionsError, SourceNotFoundError
from ui.cli.options import Index, Json, Store, Wait, settings_of
from ui.cli.output import emit, note, progress
from ui.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from index import BuildReport, Plan
    from index import Store as IndexStore
    from ui.settings import Settings

SEEDS = Path("seeds")

Include = Annotated[
    list[str] | None,
    typer.Option(
        "--include",
        help="Read only files that match, as in .gitignore; repeatable and remembered, '' for all.",
        metavar="PATTERN",
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        help="Leave out files that match, as in .gitignore; repeatable and remembered, '' for none.",
        metavar="PATTERN",
    ),
]
Engine = Annotated[
    str | None,
    typer.Option(
        "--engine",
        help="Parse and embed with Ray: 'ray' for this machine, or a cluster's address.",
        metavar="ray|ADDRESS",
    ),
]
Paths = Annotated[list[Path], typer.Argument(help="Folders and files.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(name="index")(build_index)
    for command in (add, remove, copy, watch):
        app.command()(command)


def build_index(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Folders and files. [those of the last build, or ./seeds]")
    ] = None,
    index: Index = None,
    store: Store = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Stop after the plan.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Read and embed everything again.")] = False,
    allow_deletions: Annotated[
        bool, typer.Option("--allow-deletions", help="Remove documents even if most files of a folder are gone.")
    ] = False,
    include: Include = None,
    exclude: Exclude = None,
    engine: Engine = None,
    wait: Wait = 0.0,
    as_json: Json = False,
) -> None:
    """Index documents, or update the index: prints the plan, then reads only what changed."""
    chosen = {"include": tuple(include) if include else None, "exclude": tuple(exclude) if exclude else None}
    settings = settings_of(context, index=index, store=store, engine=engine, **chosen)
    from index import build, open_engine, open_store, plan
    from index import rebuild as build_anew
    from ui.cli.render import render_plan, render_report

    index_store = open_store(settings=settings)
    _restore_uploads(settings, index_store, dry_run=dry_run)
    sources = _sources(paths or [], index_store)
    with progress() as report:
        planned = plan(sources, index_store, settings=settings, progress=report)
    if dry_run:
        emit({"plan": planned}, lambda: render_plan(planned, dry_run=True), as_json=as_json)
        return
    if not as_json:
        note(render_plan(planned))
    allow_deletions = allow_deletions or _may_delete(planned)
    run = build_anew if rebuild else build
    with progress() as report:
        built = run(
            sources,
            index_store,
            settings=settings,
            progress=report,
            wait_seconds=wait,
            engine=open_engine(settings),
            allow_deletions=allow_deletions,
        )
    emit(built, lambda: render_report(built), as_json=as_json)


def _restore_uploads(settings: Settings, index_store: IndexStore, *, dry_run: bool) -> None:
    """Restore the uploads that a killed service was replacing, before they are taken for deleted ones."""
    if dry_run:
        return
    from ui.service.uploads import Uploads

    uploads = Uploads(settings.index, most_bytes=0)
    with index_store.reader() as reader:
        uploads.recover(lambda: uploads.among(reader.records()))


def _may_delete(planned: Plan) -> bool:
    """Whether a person at a terminal says that missing files were deleted; False without a terminal."""
    if not (planned.mass_deletions and sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    gone = " and ".join(visible(str(deletion)) for deletion in planned.mass_deletions)
    return typer.confirm(f"The files of {gone} are gone. Remove these documents from the index?", err=True)


def copy(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="The index to copy: a folder, or a Milvus.", metavar="FROM")],
    target: Annotated[str, typer.Argument(help="Where to: a folder, or a Milvus.", metavar="TO")],
    wait: Wait = 0.0,
    as_json: Json = False,
) -> None:
    """Copy an index between a folder and a Milvus without embedding anything again."""
    settings = settings_of(context)
    from index import copy as copy_index
    from index import open_store

    with progress() as report:
        copied = copy_index(
            open_store(source, settings), open_store(target, settings), progress=report, wait_seconds=wait
        )
    _emit_report(copied, as_json=as_json)


def _sources(paths: list[Path], index_store: IndexStore) -> list[Path]:
    """The given paths; none for those of the last build; ./seeds for a new index. Raises ``SourceNotFoundError``."""
    if paths or index_store.exists():
        return paths
    if SEEDS.is_dir():
        return [SEEDS]
    raise SourceNotFoundError(
        f"no index at {index_store.name} and no folder ./seeds to make one from: run `quoth index FOLDER`"
    )


def add(
    context: typer.Context,
    paths: Paths,
    index: Index = None,
    store: Store = None,
    wait: Wait = 0.0,
    as_json: Json = False,
) -> None:
    """Add folders or files to the index; later builds include them."""
    settings = settings_of(context, index=index, store=store)
    from index import add as add_paths

    _change(add_paths, paths, settings, wait, as_json=as_json)


def remove(
    context: typer.Context,
    paths: Paths,
    index: Index = None,
    store: Store = None,
    wait: Wait = 0.0,
    as_json: Json = False,
) -> None:
    """Remove documents from the index, by folder, file or listed path; the files themselves stay."""
    settings = settings_of(context, index=index, store=store)
    from index import remove as remove_paths

    _change(remove_paths, paths, settings, wait, as_json=as_json)


def _change(
    act: Callable[..., BuildReport], paths: list[Path], settings: Settings, wait: float, *, as_json: bool
) -> None:
    """Add or remove paths with a progress bar, and print the report."""
    from index import open_store

    with progress() as report:
        changed = act(paths, open_store(settings=settings), settings=settings, progress=report, wait_seconds=wait)
    _emit_report(changed, as_json=as_json)


def watch(
    context: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(help="Folders. [those of the last build]")] = None,
    index: Index = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Keep the index up to date with its folders until interrupted; with --json, one report a line."""
    settings = settings_of(context, index=index, store=store)
    from watchfiles import watch as changes

    from index import build, open_store

    index_store = open_store(settings=settings)
    sources = _sources(paths or [], index_store)

    def update(places: list[Path]) -> BuildReport:
        with progress() as report:
            return build(places, index_store, settings=settings, progress=report, wait_seconds=60.0)

    _emit_report(update(sources), as_json=as_json, indent=None)
    behind = True  # the first tick finds what changed before the watch started
    for found in changes(*_watched(index_store, settings), debounce=500, rust_timeout=1000, yield_on_timeout=True):
        if found or behind:
            try:
                updated = update([])
            except DeletionsError as refused:  # never done here: nobody is asked, and the disk may come back
                note(f"quoth: {visible(str(refused))}")
            else:
                if not updated.plan.empty:
                    _emit_report(updated, as_json=as_json, indent=None)
        behind = False


def _watched(index_store: IndexStore, settings: Settings) -> set[str]:
    """The source folders of the index's documents."""
    from index import DocumentIndex, on_disk

    with DocumentIndex.open(index_store, settings=settings) as opened:
        sources = {record.source for record in opened.documents()} | {failure.source for failure in opened.failures()}
    return {str(on_disk(source)) for source in sources - {""}}


def _emit_report(report: BuildReport, *, as_json: bool, indent: int | None = 2) -> None:
    from rich.console import Group

    from ui.cli.render import render_plan, render_report

    emit(report, lambda: Group(render_plan(report.plan), render_report(report)), as_json=as_json, indent=indent)
