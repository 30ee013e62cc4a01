"""The reader's own tests, which compute every window anew: some compare what two ways of reading it give."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def windows_read_once() -> None:
    """In place of the suite's fixture of this name: nothing is remembered."""
