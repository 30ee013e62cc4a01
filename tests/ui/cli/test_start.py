"""Commands start without the libraries that take seconds to load and that they do not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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
opened = []
sys.addaudithook(lambda event, about: opened.append(str(about[0])) if event == "open" else None)
import ui.server
assert "gradio" in sys.modules
print("before the page:", {"torch", "transformers", "sentence_transformers"} & set(sys.modules))
print("stubs:", [path for path in opened if path.endswith(".pyi")])
"""


@pytest.fixture(scope="module")
def started(seed_index: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SCRIPT, str(seed_index)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_help_and_status_load_neither_models_nor_gradio(started: subprocess.CompletedProcess[str]):
    assert "Usage: " in started.stdout, started.stderr
    assert "all-MiniLM-L6-v2" in started.stdout, started.stderr


def test_the_page_loads_no_models(started: subprocess.CompletedProcess[str]):
    assert "before the page: set()" in started.stdout, started.stderr


def test_the_page_leaves_the_type_stubs_of_gradio_alone(started: subprocess.CompletedProcess[str]):
    assert "stubs: []" in started.stdout, started.stderr
