"""Diagrams ("SmartArt") in Word and PowerPoint."""

from __future__ import annotations

from collections.abc import Iterator

from index.loaders.formats.open_xml.package import Element, Package, qualified


def diagram_lines(package: Package, part: str, diagram: Element) -> Iterator[str]:
    """The paragraphs in the shapes of a diagram, to which a ``dgm:relIds`` element of a part refers."""
    relation = package.relations(part).get(diagram.get(qualified("r:dm"), ""))
    if relation is None:
        return
    for point in package.root(relation.target).iter(qualified("dgm:pt")):
        for paragraph in point.iter(qualified("a:p")):
            yield "".join(text.text or "" for text in paragraph.iter(qualified("a:t")))
