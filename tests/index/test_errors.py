"""Every error is in one of four groups, and the tree in the module's docstring is the one that the classes form."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from index import errors
from index.errors import InputError, QuothError, SetupError, StateError, StorageError

ROOT = Path(__file__).parent.parent.parent
GROUPS = (StateError, StorageError, InputError, SetupError)
ERRORS = [error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, QuothError)]


def test_every_error_is_in_exactly_one_group() -> None:
    singles = [error for error in ERRORS if error not in (QuothError, *GROUPS)]
    assert {error: sum(issubclass(error, group) for group in GROUPS) for error in singles} == dict.fromkeys(singles, 1)


def test_the_tree_in_the_docstring_names_every_error_under_its_group() -> None:
    expected = ["QuothError"]
    for group in GROUPS:
        expected += [group.__name__, *(error.__name__ for error in ERRORS if group in error.__bases__)]
    assert re.findall(r"^[│├└─ ]*(\w+Error)\b", errors.__doc__ or "", re.MULTILINE) == expected


def test_no_module_defines_an_error_outside_of_the_groups() -> None:
    outside = [
        f"{file}: {node.name}"
        for package in ("index", "qa", "ui")
        for file in (ROOT / package).rglob("*.py")
        if file != ROOT / "index" / "errors.py"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith("QuothError") for base in node.bases)
    ]
    assert outside == []
