"""The rules of the code's layout that a machine can check."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import index
import qa
from tests.support.paths import ROOT, tracked_files

LAYERS = ("index", "qa", "ui")  # each may import those before it
PURE = (
    "index/ranking/bm25.py",
    "index/ranking/fusion.py",
    "index/ranking/proximity.py",
    "index/ranking/terms.py",
    "qa/answering/calibration.py",
    "qa/evaluation/metrics.py",
    "qa/reader/spans.py",
)
MOST_ENTRIES = 15  # of a folder of code or of other folders
ASSETS = {"static", "templates"}  # folders of files that no module imports
NOT_COUNTED = {"__init__.py", "py.typed", "README.md", *ASSETS}
LONGEST_NAME = 80  # characters of a test's name
EXECUTES = (
    r"import pickle|from pickle|trust_remote_code=True|allow_pickle=True|torch\.load\((?!.*weights_only=True)"
    r"|(?<![.\w])(eval|exec)\(|shell=True|gr\.load\(|FileExplorer\(|allowed_paths=|share=True"
)
STARTS_PROCESSES = (
    r"subprocess\.(Popen|run|call|check_\w+|getoutput|getstatusoutput)\b|from subprocess|multiprocessing"
    r"|ProcessPoolExecutor"
    r"|create_subprocess|os\.(fork|forkpty|exec\w+|spawn\w+|posix_spawn\w*|system|popen)\("
)


@functools.cache
def parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def files_of(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def shown(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def imports(file: Path) -> Iterator[tuple[str, str]]:
    """(module, name) of all imports of a file, also those in functions and under ``TYPE_CHECKING``."""
    for node in ast.walk(parse(file)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, f"{shown(file)} imports relatively"
            yield from ((node.module, alias.name) for alias in node.names)


def imported_packages(file: Path) -> set[str]:
    return {module.partition(".")[0] for module, _ in imports(file)}


def module_name(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def import_graph(layer: str) -> dict[str, set[str]]:
    """The modules of a package, each with those of the same package that it imports."""
    files = {module_name(file): file for file in files_of(layer)}
    graph: dict[str, set[str]] = {}
    for name, file in files.items():
        found = {
            f"{module}.{imported}" if f"{module}.{imported}" in files else module for module, imported in imports(file)
        }
        graph[name] = found & set(files)
    return graph


def statements_at_import(statements: list[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes of all that runs when a module is imported, not as a script."""
    pending: list[ast.AST] = [*statements]
    while pending:
        node = pending.pop()
        script = isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"
        if not script and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node
            pending.extend(ast.iter_child_nodes(node))


def patches(node: ast.AST) -> bool:
    """Whether a node changes an attribute or an item of an object that exists."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in ("setattr", "delattr")
    return isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del)


@pytest.mark.parametrize("layer", LAYERS)
def test_nothing_imports_upward(layer: str):
    above = set(LAYERS[LAYERS.index(layer) + 1 :]) | {"tests"}
    assert {shown(file): found for file in files_of(layer) if (found := above & imported_packages(file))} == {}


@pytest.mark.parametrize("layer", LAYERS)
def test_no_modules_import_each_other_in_a_circle(layer: str):
    try:
        TopologicalSorter(import_graph(layer)).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_the_ways_in_import_only_the_public_names_of_the_packages_below():
    public = {"index": set(index.__all__), "qa": set(qa.__all__)}
    private = defaultdict(set)
    for file in files_of("ui"):
        for module, name in imports(file):
            package = module.partition(".")[0]
            if package in public and (module != package or name not in public[package]):
                private[shown(file)].add(f"{module}.{name}")
    assert dict(private) == {}


@pytest.mark.parametrize("pure", PURE)
def test_mathematics_needs_no_models_and_no_storage(pure: str):
    heavy = {"torch", "transformers", "sentence_transformers", "sqlite3", "faiss"}
    assert imported_packages(ROOT / pure).isdisjoint(heavy)


def test_nothing_executes_what_it_reads_or_opens_a_way_around_the_guards():
    found = {
        f"{shown(file)}:{number}": line
        for file in files_of(*LAYERS)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(EXECUTES, line)
    }
    assert found == {}


def test_one_module_starts_all_processes():
    starting = {
        shown(file) for file in files_of(*LAYERS) if re.search(STARTS_PROCESSES, file.read_text(encoding="utf-8"))
    }
    assert starting == {"index/isolation/children.py"}


def test_no_folder_has_more_than_fifteen_entries():
    entries = defaultdict(set)
    for file in tracked_files():
        for path in (file, *file.parents[:-1]):
            if ASSETS.isdisjoint(path.parent.parts):
                entries[path.parent.as_posix()].add(path.name)
    counted = {
        folder: len({name for name in names if name not in NOT_COUNTED and not name.startswith(".")})
        for folder, names in entries.items()
    }
    assert {folder: count for folder, count in counted.items() if count > MOST_ENTRIES} == {}


def test_no_module_is_a_drawer_of_odds_and_ends():
    drawers = {"utils", "util", "helpers", "common", "misc"}
    assert [shown(file) for file in files_of(*LAYERS) if file.stem in drawers] == []


def test_no_function_bears_the_name_of_its_module():
    namesakes = [
        shown(file)
        for file in files_of(*LAYERS, "tests")
        for node in parse(file).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == file.stem
    ]
    assert namesakes == []


def test_the_init_files_of_sub_folders_are_empty():
    own = {ROOT / layer / "__init__.py" for layer in LAYERS}
    inits = {file for file in files_of(*LAYERS, "tests") if file.name == "__init__.py"}
    assert [shown(file) for file in inits - own if file.read_text(encoding="utf-8").strip()] == []


def test_no_name_of_a_test_is_longer_than_eighty_characters():
    names = [
        node.name
        for file in files_of("tests")
        for node in ast.walk(parse(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]
    assert [name for name in names if len(name) > LONGEST_NAME] == []


def test_no_test_imports_another_test():
    importing = {shown(file): module for file in files_of("tests") for module, _ in imports(file) if ".test_" in module}
    assert importing == {}


def test_no_test_changes_the_path_of_imports():
    changes = re.compile(r"sys\.path\.(insert|append|extend)|sys\.path(\[.*\])? \+?=")
    sources = {file: ast.unparse(parse(file)) for file in files_of("tests") if file != Path(__file__)}
    assert [shown(file) for file, source in sources.items() if changes.search(source)] == []


def test_no_test_patches_anything_when_it_is_imported():
    patching = {
        f"{shown(file)}:{node.lineno}"
        for file in files_of("tests")
        for node in statements_at_import(parse(file).body)
        if patches(node)
    }
    assert patching == set()


@pytest.mark.parametrize(
    ("package", "names"),
    [
        (qa, "Answer Answerer Citation Reader ReaderSettings answer example_questions"),
        (
            index,
            "Chunk Document DocumentIndex DocumentRecord Embedder Filters Hit IndexSettings IndexStatus Progress "
            "QuothError build build_documents load",
        ),
    ],
    ids=["qa", "index"],
)
def test_the_public_names_are_at_least_these(package: object, names: str):
    assert set(names.split()) <= set(package.__all__)


@pytest.mark.parametrize("package", [qa, index], ids=["qa", "index"])
def test_all_public_names_exist(package: object):
    assert [name for name in package.__all__ if not hasattr(package, name)] == []


@pytest.mark.parametrize("module", ["ui.cli.app", "ui.cli.render", "ui.settings"])
def test_the_command_line_starts_without_models_or_gradio(module: str):
    heavy = "{'torch', 'transformers', 'gradio', 'fastapi', 'sentence_transformers'}"
    script = f"import sys, {module}; print(*({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("layer", LAYERS)
def test_every_package_says_that_it_is_typed(layer: str):
    assert (ROOT / layer / "py.typed").exists()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-cuda.lock", "requirements-dev.lock"])
def test_the_lock_files_hold_exact_versions_with_hashes_and_no_address(name: str):
    text = (ROOT / name).read_text()
    assert "://" not in text
    pins = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    form = re.compile(r"[\w.-]+==[\w.]+( ; [^\n]+)? \\\n( {4}--hash=sha256:[0-9a-f]{64}( \\)?\n)+    #[^\n]*\n")
    assert [pin.partition(" ")[0] for pin in pins if not form.fullmatch(pin)] == []
    assert len(pins) > 10


def test_torch_is_locked_with_the_hashes_of_both_its_builds():
    hashes = re.search(r"^torch==2\.13\.0 [^#]*", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert hashes is not None
    of_pypi = "60fcdcb2f3876e21146cb4524ef06397d727ca9ad5f020818547e25075fe3cb7"
    of_its_own_index = "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b"
    assert of_pypi in hashes[0] and of_its_own_index in hashes[0]


@pytest.mark.parametrize("file", ["Makefile", "Dockerfile"])
def test_what_is_installed_is_checked_by_hash_and_nothing_is_fetched_to_build_it(file: str):
    installs = re.findall(r"(?:(?:RUN|&&) pip install|\$\(INSTALL\)) (.*)", (ROOT / file).read_text())
    assert len(installs) > 1
    assert all("--require-hashes" in one or "--no-build-isolation" in one for one in installs), installs
