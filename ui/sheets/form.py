"""The form of a question sheet: its questions, and the documents that are asked."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote

from index import CollectionDamagedError, CollectionNotFoundError, DocumentRecord, IndexEmptyError, IndexNotFoundError
from qa import Sheet, chosen_documents
from ui.service.naming import addressed, page_names
from ui.service.service import Service
from ui.web.html import render

MOST_LISTED = 1000  # documents in the form


@dataclass(frozen=True, slots=True)
class Choice:
    """A collection in the form."""

    name: str
    documents: int  # of the index
    listed: tuple[int, ...]  # positions of its documents in the list


def render_form(service: Service, sheet: Sheet | None) -> str:
    """The form of a new sheet, or of one that is there."""
    records = _records(service)
    names = page_names(records)
    listed = records[:MOST_LISTED]
    asked = addressed(sheet.documents, records) if sheet else frozenset()
    chosen = {names[one.address] for one in listed if not asked.isdisjoint((one.path, one.address))}
    known = {name for record in listed for name in (record.path, record.address)}
    return render(
        "sheet/form.html",
        sheet=sheet,
        names=[(name, quote(name, safe="")) for name in service.sheets.names()],
        records=[(names[record.address], record.title) for record in listed],
        total=len(records),
        left_out=len(records) - len(listed),
        chosen=chosen,
        patterns=[pattern for pattern in sheet.documents if pattern not in known] if sheet else [],
        collections=_choices(service, records, sheet.collection if sheet else ""),
    )


def named(service: Service, names: Sequence[str]) -> list[str]:
    """The documents of a form as sheets take them, sorted; a name that stands for one address becomes that."""
    return sorted(addressed(names, _records(service))) if names else []


def _records(service: Service) -> list[DocumentRecord]:
    """The documents that can be asked, in order; none while the index is empty."""
    try:
        with service.engine.answerer().index.snapshot() as view:
            return list(chosen_documents(view, ()).values())
    except (IndexNotFoundError, IndexEmptyError):
        return []


def _choices(service: Service, records: Sequence[DocumentRecord], own: str) -> list[Choice]:
    """The collections that have documents, and the sheet's ``own``."""
    choices = []
    for name in dict.fromkeys([*service.collections.names(), *([own] if own else [])]):
        members: frozenset[str] = frozenset()
        with suppress(CollectionNotFoundError, CollectionDamagedError):
            members = service.collections.documents(name)
        found = [number for number, record in enumerate(records) if record.address in members]
        if found or name == own:
            choices.append(Choice(name, len(found), tuple(number for number in found if number < MOST_LISTED)))
    return choices
