"""Options that several commands share, and the settings that result from them."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from index import Filters
    from ui.settings import Settings

CONFIG = "quoth.config"  # where the context keeps the file that --config names

Index = Annotated[
    Path | None, typer.Option("--index", help="The folder with the index. [QUOTH_INDEX, or .quoth]", metavar="DIR")
]
Store = Annotated[
    str | None,
    typer.Option(
        "--store", help="Keep the index in this Milvus instead: an address or a file. [QUOTH_STORE]", metavar="URI"
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
PathGlob = Annotated[str | None, typer.Option("--path", help="Only documents whose path matches, as in 'reports/*'.")]
After = Annotated[str | None, typer.Option("--after", help="Only documents dated from this day on.", metavar="DATE")]
Before = Annotated[str | None, typer.Option("--before", help="Only documents dated up to this day.", metavar="DATE")]
MediaType = Annotated[str | None, typer.Option("--type", help="Only documents of this type: pdf, or application/pdf.")]
Metadata = Annotated[
    list[str] | None,
    typer.Option(
        "--meta", help="Only documents with this value in their front matter; repeatable.", metavar="KEY=VALUE"
    ),
]
Collection = Annotated[
    str | None, typer.Option("--collection", help="Only documents of this collection.", metavar="NAME")
]
Wait = Annotated[
    float, typer.Option("--wait", help="The longest to wait for another writer to finish.", min=0, metavar="SECONDS")
]


def settings_of(context: typer.Context, **flags: object) -> Settings:
    """A command's settings: its own flags, then ``--set``, environment, file, defaults."""
    from ui.settings import load_settings

    settings = load_settings(flags_of(context, **flags), context.meta.get(CONFIG))
    from index import stay_local

    stay_local(settings.reachable())
    return settings


def flags_of(context: typer.Context, **flags: object) -> dict[str, object]:
    """Values given on the command line, by ``--set`` or by the command's own options."""
    own = {name: value for name, value in flags.items() if value is not None}
    folder = {"store": ""} if "index" in own and "store" not in own else {}  # --index overrides a configured store
    return {**(context.obj or {}), **folder, **own}


def filters_of(
    path: str | None,
    after: str | None,
    before: str | None,
    media_type: str | None,
    metadata: list[str] | None,
    collection: str | None = None,
) -> Filters | None:
    """The given filters; None if there are none. Raises ``BadParameter`` for a date or metadata of another form."""
    from index import Filters

    for flag, date in (("--after", after), ("--before", before)):
        if date is not None and not _is_date(date):
            raise typer.BadParameter(f"{date} is no date: write 2024-05-06, 2024-05 or 2024", param_hint=flag)
    pairs = [pair.partition("=") for pair in metadata or ()]
    for key, sign, value in pairs:
        if not key or not sign:
            raise typer.BadParameter(f"{key}{value} is not KEY=VALUE, as in author=Ada", param_hint="--meta")
    expected = {key: value for key, _, value in pairs}
    filters = Filters(path, after, before, media_type, expected, collection=collection)
    return None if filters == Filters() else filters


def _is_date(words: str) -> bool:
    """Whether these words are a date as documents have it: YYYY, YYYY-MM or YYYY-MM-DD."""
    if not re.fullmatch(r"\d{4}(?:-\d\d){0,2}", words):
        return False
    try:
        datetime.date.fromisoformat(f"{words}-01-01"[:10])
    except ValueError:
        return False
    return True
