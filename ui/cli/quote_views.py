"""Checked quotes as a terminal shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from ui.cli.render import one_line, source
from ui.text import counted

if TYPE_CHECKING:
    from qa import CitationCheck, Difference, QuoteCheck, SavedAnswersCheck

_STYLES = {"there": "green", "moved": "yellow", "changed": "red", "gone": "red"}


def render_quote(check: QuoteCheck) -> RenderableType:
    """Where a quote stands, or what comes nearest with the differing words marked."""
    if check.verbatim:
        return Group(Text("Verbatim:", style="bold green"), *(Text(f"  {source(place)}") for place in check.places))
    if check.nearest is None:
        return Text("Not in the documents: no passage is like it.", style="bold")
    near = check.nearest
    return Group(
        Text(f"Not verbatim. The nearest is {check.likeness:.0%} alike:", style="bold"),
        Text("  ").append_text(marked(near.text, check.differences)),
        Text(f"  {source(near)}", style="dim"),
    )


def marked(found: str, differences: Sequence[Difference]) -> Text:
    """A document's words, each difference as [-what was quoted-]{+what stands there+}."""
    text, place = Text(), 0
    for difference in differences:
        before = found[place : difference.found_start]
        text.append(_spaced(before, one_line(before)))
        if difference.quoted:
            text.append(f"[-{one_line(difference.quoted)}-]", style="red")
        if difference.found:
            text.append(f"{{+{one_line(difference.found)}+}}", style="bold green")
        elif difference.found_start < len(found):
            text.append(" ")
        place = difference.found_end
    return text.append(_spaced(found[place:], one_line(found[place:])))


def _spaced(text: str, line: str) -> str:
    """A line with a space at each end at which its text has white space."""
    return f"{' ' if text[:1].isspace() else ''}{line}{' ' if text[-1:].isspace() and line else ''}"


def render_saved(check: SavedAnswersCheck) -> RenderableType:
    """What became of each citation, and how many there are of each kind."""
    lines = [line for citation in check.citations for line in _citation(citation)]
    counts = {state: sum(one.state == state for one in check.citations) for state in _STYLES}
    found = ", ".join(f"{count:,} {state}" for state, count in counts.items() if count) or "no citations"
    total = f"{counted(check.answers, 'answer')} at revision {check.revision}: {found}"
    return Group(*lines, Text(total, style="bold"))


def _citation(citation: CitationCheck) -> Iterator[Text]:
    quote = Text.assemble((f"{citation.state:8}", _STYLES[citation.state]), f"{one_line(citation.quote)}")
    proof = citation.proof
    made = f" · revision {proof.revision}, reader {proof.weights_sha256[:12]}, version {proof.version}" if proof else ""
    changed = " · the file has changed" if citation.file_changed and citation.state != "gone" else ""
    yield quote.append(f"  {one_line(citation.path)}{made}{changed}", style="dim")
    if citation.place is not None and citation.state != "there":
        if citation.differences:
            yield Text("        ").append_text(marked(citation.place.text, citation.differences))
        yield Text(f"        now {source(citation.place)}", style="dim")
