"""Commands start without the libraries that take seconds to load and that they do not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.paths import ROOT

SCRIPT = """
import sys
from ui.cli.app import main
HEAVY = {"torch", "transformers", "sentence_transformers", "gradio", "pandas"}
for arguments in (["--help"], ["status", "--index", sys.argv[1]]):
    sys.argv[1:] = arguments
    try:
        main()
    except SystemExit as end:
        assert not end.code, end.code
    assert not HEAVY & set(sys.modules), (arguments, HEAVY & set(sys.modules))
import ui.server
assert "gradio" in sys.modules
print("before the page:", {"torch", "transformers", "sentence_transformers"} & set(sys.modules))
"""


def test_help_and_status_load_neither_models_nor_gradio_and_the_page_no_models(seed_index: Path):
    command = [sys.executable, "-c", SCRIPT, str(seed_index)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert "Usage: " in done.stdout, done.stderr
    assert "all-MiniLM-L6-v2" in done.stdout, done.stderr
    assert "before the page: set()" in done.stdout, done.stderr
