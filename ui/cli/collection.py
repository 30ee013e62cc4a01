"""``quoth collection``: named sets of documents, to which ``--collection`` limits other commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.options import Index, Json, Store, settings_of
from ui.cli.output import emit
from ui.text import counted

if TYPE_CHECKING:
    from rich.console import RenderableType

Name = Annotated[str, typer.Argument(help="The name of the collection.")]

commands = typer.Typer(
    no_args_is_help=True,
    help="Named sets of documents, kept beside the index: `--collection NAME` limits other commands to one.",
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(commands, name="collection")


@commands.command()
def add(
    context: typer.Context,
    name: Name,
    documents: Annotated[list[str], typer.Argument(help="Listed paths, or patterns as in 'contracts/*'.")],
    index: Index = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Add documents to a collection; it is made if there is none of this name."""
    settings = settings_of(context, index=index, store=store)
    from index import DocumentIndex
    from ui.service.naming import addresses_of

    with DocumentIndex.open(settings=settings) as opened:
        addresses = addresses_of(opened.documents(), documents)
        members = opened.collections.add(name, addresses)
    emit({"name": name, "documents": sorted(members)}, lambda: _size(name, len(members)), as_json=as_json)


@commands.command()
def remove(
    context: typer.Context,
    name: Name,
    documents: Annotated[
        list[str] | None, typer.Argument(help="Documents to take out of it. [none: the whole collection]")
    ] = None,
    index: Index = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Take documents out of a collection, or remove it; the documents stay in the index."""
    settings = settings_of(context, index=index, store=store)
    from index import DocumentIndex
    from ui.service.naming import members_named

    with DocumentIndex.open(settings=settings) as opened:
        kept = opened.collections
        if not documents:
            kept.remove(name)
            emit({"removed": name}, lambda: f"Removed the collection “{name}”; its documents stay.", as_json=as_json)
            return
        gone = members_named(kept.documents(name), opened.documents(), documents)
        members = kept.discard(name, gone)
    emit({"name": name, "documents": sorted(members)}, lambda: _size(name, len(members)), as_json=as_json)


@commands.command("list")
def list_collections(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="The collection whose documents are listed. [none: all]")] = None,
    index: Index = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """List the collections, or the documents of one."""
    settings = settings_of(context, index=index, store=store)
    from index import DocumentIndex
    from ui.service.naming import names_by_address

    with DocumentIndex.open(settings=settings) as opened:
        kept, names = opened.collections, names_by_address(opened.documents())
        if name is None:
            sizes = {one: len(kept.documents(one)) for one in kept.names()}
            listed = [{"name": one, "documents": size} for one, size in sizes.items()]
            emit({"collections": listed}, lambda: _sizes(sizes), as_json=as_json)
            return
        members = sorted(kept.documents(name))
    there = [names[member] for member in members if member in names]
    missing = [member for member in members if member not in names]
    content = {"name": name, "documents": there, "missing": missing}
    emit(content, lambda: _members(there, missing), as_json=as_json)


def _size(name: str, members: int) -> str:
    return f"“{name}” has {counted(members, 'document')}."


def _sizes(sizes: dict[str, int]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    if not sizes:
        return Text("There is no collection yet: `quoth collection add NAME DOCUMENTS` makes one.", style="dim")
    table = Table("Collection", box=None, pad_edge=False)
    table.add_column("Documents", justify="right")
    for name, size in sizes.items():
        table.add_row(Text(name), f"{size:,}")
    return table


def _members(there: list[str], missing: list[str]) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    lines = [Text(name) for name in there]
    lines += [Text.assemble(name, ("  not in the index at present", "yellow")) for name in missing]
    return Group(*(lines or [Text("This collection is empty.", style="dim")]))
