"""The engine opens the index that its settings name, as they say."""

from __future__ import annotations

import pytest

from index import StoreUnreachableError
from ui.service.engine import AnswerEngine
from ui.settings import Settings


def test_an_address_is_asked_with_the_token_and_the_time_limit_of_the_settings(monkeypatch: pytest.MonkeyPatch):
    client = pytest.importorskip("index.stores.milvus.client")
    asked: list[tuple[str, str, float]] = []

    def connect(self: object, uri: str, token: str = "", seconds: float = 30.0) -> None:
        asked.append((uri, token, seconds))
        raise StoreUnreachableError("nobody is there")

    monkeypatch.setattr(client.MilvusConnection, "__init__", connect)
    settings = Settings(store_token="reader:secret", store_seconds=0.25)
    with pytest.raises(StoreUnreachableError):
        AnswerEngine("http://127.0.0.1:1", settings=settings).answerer()
    assert set(asked) == {("http://127.0.0.1:1", "reader:secret", 0.25)}
