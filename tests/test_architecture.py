"""The house rules that a machine can check."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("index", "qa", "ui")  # each may import those before it


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("layer", LAYERS)
def test_nothing_imports_upward(layer: str):
    above = set(LAYERS[LAYERS.index(layer) + 1 :]) | {"tests"}
    upward = {str(file): found for file in (ROOT / layer).rglob("*.py") if (found := above & set(_imports(file)))}
    assert upward == {}


def _graph(layer: str) -> dict[str, set[str]]:
    """The modules of a package that each of its modules imports, also inside functions and for type checking."""
    files = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in (ROOT / layer).rglob("*.py")}
    files = {name.removesuffix(".__init__"): file for name, file in files.items()}
    graph: dict[str, set[str]] = {name: set() for name in files}
    for name, file in files.items():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                graph[name] |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found = (f"{node.module}.{alias.name}" for alias in node.names)
                graph[name] |= {one if one in files else node.module for one in found}
    return {name: imports & files.keys() for name, imports in graph.items()}


@pytest.mark.parametrize("layer", LAYERS)
def test_modules_import_each_other_in_no_circle(layer: str):
    graph = _graph(layer)
    while free := {name for name, imports in graph.items() if not imports & graph.keys()}:
        graph = {name: imports for name, imports in graph.items() if name not in free}
    assert {name: sorted(imports & graph.keys()) for name, imports in graph.items()} == {}


@pytest.mark.parametrize(
    "pure",
    [
        "qa/reader/spans.py",
        "qa/evaluation/metrics.py",
        "qa/answering/calibration.py",
        "index/ranking/bm25.py",
        "index/ranking/fusion.py",
        "index/ranking/proximity.py",
        "index/ranking/terms.py",
    ],
)
def test_mathematics_needs_no_models_and_no_storage(pure: str):
    assert set(_imports(ROOT / pure)).isdisjoint({"torch", "transformers", "sentence_transformers", "sqlite3", "faiss"})


EXECUTES = (
    r"import pickle|from pickle|trust_remote_code=True|allow_pickle=True|torch\.load\((?!.*weights_only=True)"
    r"|(?<![.\w])(eval|exec)\(|shell=True|gr\.load\(|FileExplorer\(|allowed_paths=|share=True"
)


def test_nothing_executes_what_it_reads_or_opens_a_way_around_the_guards():
    found = {
        f"{file}:{number}": line
        for layer in LAYERS
        for file in (ROOT / layer).rglob("*.py")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(EXECUTES, line)
    }
    assert found == {}


STARTS = (
    r"subprocess\.(Popen|run|call|check_\w+|getoutput|getstatusoutput)\(|multiprocessing|ProcessPoolExecutor"
    r"|create_subprocess|os\.(fork|forkpty|exec\w+|spawn\w+|posix_spawn\w*|system|popen)\("
)


def test_one_function_starts_all_processes():
    files = [file for layer in LAYERS for file in (ROOT / layer).rglob("*.py")]
    starting = {str(file.relative_to(ROOT)) for file in files if re.search(STARTS, file.read_text(encoding="utf-8"))}
    assert starting == {"index/children.py"}


def test_no_module_is_a_drawer_of_odds_and_ends():
    drawers = {"utils", "util", "helpers", "common", "misc"}
    assert [file for layer in LAYERS for file in (ROOT / layer).rglob("*.py") if file.stem in drawers] == []


def test_the_public_names_are_these():
    import index
    import qa

    assert set(qa.__all__) >= {
        "Answer",
        "Answerer",
        "Citation",
        "Reader",
        "ReaderSettings",
        "answer",
        "example_questions",
    }
    assert set(index.__all__) >= {
        "Chunk", "Document", "DocumentIndex", "DocumentRecord", "Embedder", "Filters", "Hit", "IndexSettings",
        "IndexStatus", "Progress", "QuothError", "build", "build_documents", "load",
    }  # fmt: skip
    for module in (index, qa):
        assert all(hasattr(module, name) for name in module.__all__)


@pytest.mark.parametrize("module", ["ui.cli", "ui.cli.render", "ui.settings"])
def test_the_command_line_starts_without_models_or_gradio(module: str):
    heavy = "{'torch', 'transformers', 'gradio', 'fastapi', 'sentence_transformers'}"
    script = f"import sys, {module}; print(*({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_every_package_says_that_it_is_typed():
    assert all((ROOT / layer / "py.typed").exists() for layer in LAYERS)


def test_the_lock_files_hold_exact_versions_and_no_address():
    for name in ("requirements.lock", "requirements-dev.lock"):
        lines = [line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
        assert all("==" in line and "://" not in line and "+" not in line for line in lines if line)
        assert "torch==2.13.0" in lines
