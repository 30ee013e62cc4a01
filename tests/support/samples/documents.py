"""A folder of three documents."""

from __future__ import annotations

from pathlib import Path


def write_documents(parent: Path) -> Path:
    """Write a text, a Markdown file with front matter and an HTML page; returns their folder."""
    root = parent / "documents"
    (root / "deep").mkdir(parents=True)
    (root / "tea.txt").write_text(
        "Green tea is made from leaves that are not oxidised. It is steeped at eighty degrees."
    )
    (root / "deep" / "coffee.md").write_text(
        "---\nauthor: Ada\ndate: 2024-03-05\n---\n# Coffee\n\nEspresso takes 25 seconds."
    )
    (root / "iron.html").write_text("<title>Iron</title><p>Iron melts at 1538 degrees Celsius.</p>")
    return root
