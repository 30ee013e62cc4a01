"""``quoth sheet``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index import QuestionError
from ui.cli.options import Collection, Index, Json, Store, settings_of
from ui.cli.output import Exit, emit, note, progress
from ui.text import chance

if TYPE_CHECKING:
    from rich.console import RenderableType

    from qa import Sheet, SheetFolder
    from ui.settings import Settings
    from ui.sheets.lines import Line

Documents = Annotated[
    list[str] | None, typer.Option("--documents", help="Only documents whose path matches; repeatable.", metavar="GLOB")
]
Again = Annotated[str | None, typer.Option("--again", help="Ask a kept sheet again; exits with 1 if it changed.")]
Show = Annotated[str | None, typer.Option("--show", help="Show or write a kept sheet without asking.")]
Remove = Annotated[str | None, typer.Option("--remove", help="Remove a kept sheet.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(name="sheet")(ask_questions)


def ask_questions(
    context: typer.Context,
    questions: Annotated[
        Path | None, typer.Argument(help="A text file with a question a line; - reads stdin.", metavar="QUESTIONS")
    ] = None,
    documents: Documents = None,
    collection: Collection = None,
    each: Annotated[bool, typer.Option("--each", help="A row for each document, not one for each question.")] = False,
    name: Annotated[str | None, typer.Option("--name", help="Keep it by this name. [that of the file]")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write it as .xlsx, .csv, .html or .json.", metavar="FILE")
    ] = None,
    again: Again = None,
    show: Show = None,
    listed: Annotated[bool, typer.Option("--list", help="List the kept sheets.")] = False,
    remove: Remove = None,
    index: Index = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Ask a sheet of questions, of every document or of the whole library, and keep the answers.

    The same questions go on where they were interrupted, or are asked again; what changed since is marked.
    """
    _check_choice(questions, again, show, remove, listed=listed, asking=bool(documents or collection or each or name))
    _check_out(out)
    settings = settings_of(context, index=index, store=store)
    from qa import SheetFolder

    kept = SheetFolder(settings.index)
    if listed:
        emit(kept.names(), lambda: _names(kept), as_json=as_json)
        return
    if remove is not None:
        kept.remove(remove)
        emit({"removed": remove}, lambda: f"Removed “{remove}”.", as_json=as_json)
        return
    if show is not None:
        sheet = kept.read(show)
    elif again is not None:
        last = kept.read(again)
        sheet = _asked(settings, kept, again, last.questions, last.documents, last.collection, each=last.each)
    else:
        own = "questions" if questions is None or str(questions) == "-" else questions.stem
        sheet = _asked(settings, kept, name or own, _lines(questions), documents or (), collection or "", each=each)
    if out is not None:
        _write(sheet, out, settings)
    emit(sheet.as_dict(), lambda: _render(sheet, out), as_json=as_json)
    raise typer.Exit(Exit.NOT_FOUND if again is not None and sheet.changed else Exit.DONE)


def _check_choice(
    questions: Path | None, again: str | None, show: str | None, remove: str | None, *, listed: bool, asking: bool
) -> None:
    """Raise ``BadParameter`` unless one thing is wanted; ``asking`` is whether an option of asking a file is given."""
    if sum((questions is not None, again is not None, show is not None, listed, remove is not None)) != 1:
        raise typer.BadParameter("give a file of questions, or one of --again, --show, --list and --remove")
    if questions is None and asking:
        raise typer.BadParameter("--documents, --collection, --each and --name go with a file of questions")


def _check_out(out: Path | None) -> None:
    """Raise ``BadParameter`` before any question is asked if the result could not be written."""
    if out is None:
        return
    from ui.sheets.export import KINDS

    if out.suffix.lower() not in KINDS:
        raise typer.BadParameter(f"{out} must end in {', '.join(KINDS)}", param_hint="--out")
    if not out.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {out.parent} to write to", param_hint="--out")


def _lines(file: Path | None) -> list[str]:
    """The lines of the file of questions, or of stdin. Raises ``BadParameter`` and ``QuestionError``."""
    if file is None or str(file) == "-":
        return sys.stdin.read().splitlines()
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise QuestionError(f"{file} is not a text file in UTF-8: save it as plain text") from None
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror or error}") from None


def _asked(
    settings: Settings,
    kept: SheetFolder,
    name: str,
    questions: list[str] | tuple[str, ...],
    documents: list[str] | tuple[str, ...],
    collection: str,
    *,
    each: bool,
) -> Sheet:
    from qa import Answerer, ask_sheet

    with kept.opened(name) as opened, Answerer.open(settings=settings) as answerer, progress() as report:
        try:
            return ask_sheet(
                opened, answerer, name, questions, documents, collection=collection, each=each, progress=report
            )
        except KeyboardInterrupt:
            if opened.exists:
                note(f"{opened.sheet.done:,} of {opened.sheet.total:,} answers are kept: the same command goes on.")
            raise


def _write(sheet: Sheet, out: Path, settings: Settings) -> None:
    """Write the sheet to a file in place of an earlier one. Raises ``DiskError``."""
    from index import DiskError, DocumentIndex
    from ui.sheets.export import exported, file_links

    with DocumentIndex.open(settings=settings) as opened:
        link = file_links(opened.documents())
    content = exported(sheet, out.suffix.lower(), link)
    partial = out.with_name(f".{out.name}.part")
    try:
        partial.write_bytes(content)
        partial.replace(out)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise DiskError(
            f"{out} cannot be written: {error.strerror or error}. The answers are kept: write them elsewhere by "
            f"`quoth sheet --show {sheet.name} --out FILE`"
        ) from error


def _names(kept: SheetFolder) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    names = kept.names()
    return Group(*(Text(name) for name in names)) if names else Text("No sheet is kept yet.", style="dim")


def _render(sheet: Sheet, out: Path | None) -> RenderableType:
    """The answers, unless they were written to a file, then the changes and a summary."""
    from rich.console import Group
    from rich.text import Text

    from ui.sheets.lines import cell_lines
    from ui.text import counted

    shown = list(cell_lines(sheet, lambda _: ""))
    said = sum(line.said for line in shown)
    changes = [line for line in shown if line.change]
    parts = [f"{said:,} answered", f"{sheet.done - said:,} not said"]
    parts += [f"{sheet.total - sheet.done:,} not asked yet"] if sheet.done < sheet.total else []
    parts += [f"{len(changes):,} changed"] if changes else []
    rows = f"{counted(len(sheet.rows), 'document')}, " if sheet.each else ""
    summary = f"{rows}{counted(len(sheet.questions), 'question')}: {', '.join(parts)}"
    written = f"; written to {out}" if out else ""
    body = (_change(line) for line in changes) if out else (text for line in shown for text in _answer(line))
    new = [Text(f"{row.change} document: {row.document}", style="yellow") for row in sheet.rows if row.change]
    return Group(*body, *new, Text(summary + written, style="bold"))


def _answer(line: Line) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text.assemble((line.document, "bold"), "  " if line.document else "", line.question)
    page = f" · page {line.page}" if line.page else ""
    sure = f"  {line.certainty.lower()} ({chance(line.probability or 0.0)}){page}" if line.said else ""
    yield Text.assemble("  ", (line.answer, "" if line.said else "dim"), (sure, "dim"))
    if line.change:
        yield Text(f"  {line.change}, was: {line.before}", style="yellow")


def _change(line: Line) -> RenderableType:
    from rich.text import Text

    where = f"{line.document}: " if line.document else ""
    return Text(f"{where}{line.question} {line.answer} ({line.change}, was: {line.before})", style="yellow")
