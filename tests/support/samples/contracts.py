"""Contracts, and the questions that people ask of contracts."""

from __future__ import annotations

from pathlib import Path

NOTICE, FEE = "What is the notice period?", "How much is the monthly fee?"
HOSTING = (
    "# Hosting agreement\n\nThis agreement starts on 1 January 2024. The Customer pays a monthly fee of EUR {fee} "
    "for the hosting.\n\nEither party may end this agreement. The notice period is {notice}.\n"
)
CLEANING = "# Cleaning contract\n\nThe offices are cleaned every evening. The monthly fee is GBP 2,075.\n"
GUARDS = "# Guarding services\n\nGuards stand at the door at night. The notice period is three months.\n"


def write_contracts(folder: Path, *, fee: str = "1,090", notice: str = "sixty days") -> Path:
    """Three contracts, of which one names both fee and notice period."""
    folder.mkdir(exist_ok=True)
    (folder / "cleaning.md").write_text(CLEANING)
    (folder / "guards.md").write_text(GUARDS)
    (folder / "hosting.md").write_text(HOSTING.format(fee=fee, notice=notice))
    return folder
