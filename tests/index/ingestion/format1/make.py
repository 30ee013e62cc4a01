"""Made ``index.zip`` beside it: an index of format 1, with the code at commit 80fcd4a.

    cd CHECKOUT_OF_80fcd4a && PYTHONPATH=. python PATH/TO/make.py

It holds a folder with a table and a text, an upload, a document without a file, a verdict and a chosen threshold.
``/format1`` stands for the folder that holds ``documents`` and ``index``.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path

from index import Document, add, build, build_documents
from tests.support.hash_embedder import HashEmbedder
from ui.settings import ChosenThreshold, save_threshold

PRICES = "Article,Price\nOak shelf,12.50\nPine bench,149.90\n"
POLICY = "# Travel policy\n\nReceipts are kept for two years.\n"
UPLOAD = "The harbour office opens at nine.\n"


def main() -> None:
    """Make the index in a temporary folder and pack it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        index = root / "index"
        for name, text in {"documents/prices.csv": PRICES, "documents/policy.md": POLICY}.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(text)
        embedder = HashEmbedder()
        build([root / "documents"], index, embedder=embedder)
        (index / "uploads").mkdir()
        (index / "uploads" / "harbour.txt").write_text(UPLOAD)
        add([index / "uploads"], index, embedder=embedder)
        bees = Document("bees", "Bees", "A hive holds fifty thousand bees in June.", "text/plain")
        build_documents([bees], index, embedder=embedder)
        save_threshold(index, ChosenThreshold(threshold=0.61))
        verdict = {"turn": "0" * 32, "verdict": "up", "question": "When does it open?", "found": True, "text": "nine",
                   "probability": 0.9, "revision": 3, "citations": []}  # fmt: skip
        (index / "verdicts.jsonl").write_text(json.dumps(verdict) + "\n")
        with closing(sqlite3.connect(index / "catalog.sqlite")) as connection:
            for table, column in (("sources", "path"), ("documents", "source")):
                connection.execute(f"UPDATE {table} SET {column} = replace({column}, ?, '/format1')", (str(root),))
            connection.commit()
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("VACUUM")
        (index / "writer.lock").unlink(missing_ok=True)
        with zipfile.ZipFile(Path(__file__).with_name("index.zip"), "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
            for path in sorted(root.rglob("*")):
                if path.is_file():
                    file.write(path, path.relative_to(root))


if __name__ == "__main__":
    main()
