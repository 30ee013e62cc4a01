"""The library reads no environment; the function ``qa.answer``, which people call without settings, does."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import IndexSettings, SetupError
from qa import ReaderSettings, answer


def test_settings_do_not_read_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_CHUNK_TOKENS", "150")
    monkeypatch.setenv("QUOTH_THRESHOLD", "0.9")
    assert IndexSettings().chunk_tokens == 200
    assert ReaderSettings().threshold is None


def test_the_function_reads_the_environment(seed_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_INDEX", str(seed_index))
    assert answer("What rocket was used?").found
    monkeypatch.setenv("QUOTH_THRESHOLD", "1.0")
    assert not answer("What rocket was used?").found


def test_an_invalid_value_is_reported_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_PASSAGES", "many")
    with pytest.raises(SetupError, match=r"QUOTH_PASSAGES.*integer"):
        answer("What rocket was used?")
