"""Settings: flags win over the environment, that over quoth.toml, and that over the defaults."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from index import IndexSettings
from qa import ReaderSettings
from tests.conftest import Done
from ui.errors import SettingsError, ThresholdFileError
from ui.settings import (
    THRESHOLD_FILE,
    ChosenThreshold,
    ServerSettings,
    Settings,
    describe_settings,
    load_settings,
    parse_assignments,
    save_threshold,
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_flags_win_over_environment_over_file_over_defaults(folder: Path, monkeypatch: pytest.MonkeyPatch):
    assert load_settings().chunk_tokens == IndexSettings().chunk_tokens
    (folder / "quoth.toml").write_text("chunk_tokens = 111\n")
    assert load_settings().chunk_tokens == 111
    monkeypatch.setenv("QUOTH_CHUNK_TOKENS", "122")
    assert load_settings().chunk_tokens == 122
    assert load_settings({"chunk_tokens": 133}).chunk_tokens == 133


def test_every_setting_shows_the_origin_of_its_value(folder: Path, monkeypatch: pytest.MonkeyPatch):
    (folder / "quoth.toml").write_text("port = 8001\nchunk_tokens = 111\n")
    monkeypatch.setenv("QUOTH_CHUNK_TOKENS", "122")
    flags = {"index": Path("elsewhere")}
    origins = {setting.name: setting.origin for setting in describe_settings(load_settings(flags), flags)}
    wanted = {"index": "flag", "chunk_tokens": "environment", "port": "quoth.toml", "host": "default"}
    assert {name: origins[name] for name in wanted} == wanted


def test_a_threshold_chosen_on_the_page_is_overridden_by_every_other(folder: Path, monkeypatch: pytest.MonkeyPatch):
    location = folder / "library"
    location.mkdir()
    save_threshold(location, ChosenThreshold(threshold=0.37))
    assert (location / THRESHOLD_FILE).stat().st_mode & 0o777 == 0o600
    flags: dict[str, object] = {"index": location}

    def in_force() -> tuple[float | None, str]:
        settings = load_settings(flags)
        (origin,) = [one.origin for one in describe_settings(settings, flags) if one.name == "threshold"]
        return settings.threshold, origin

    assert in_force() == (0.37, "page")
    assert load_settings().threshold is None  # it does not apply to another index
    (folder / "quoth.toml").write_text("threshold = 0.5\n")
    assert in_force() == (0.5, "quoth.toml")
    monkeypatch.setenv("QUOTH_THRESHOLD", "0.6")
    assert in_force() == (0.6, "environment")
    flags["threshold"] = 0.7
    assert in_force() == (0.7, "flag")


def test_a_damaged_threshold_file_is_an_error_that_names_it(folder: Path):
    (folder / ".quoth").mkdir()
    (folder / ".quoth" / THRESHOLD_FILE).write_text('{"threshold": 7}')
    with pytest.raises(ThresholdFileError, match=r"chosen\.json cannot be read \(.*less than or equal to 1.*delete it"):
        load_settings()


@pytest.mark.parametrize("place", ["flag", "environment", "quoth.toml"])
def test_an_unknown_key_is_refused_with_the_nearest_name(place: str, folder: Path, monkeypatch: pytest.MonkeyPatch):
    flags: dict[str, object] = {}
    if place == "flag":
        flags = {"chunk_token": 3}
    elif place == "environment":
        monkeypatch.setenv("QUOTH_CHUNK_TOKEN", "3")
    else:
        (folder / "quoth.toml").write_text("chunk_token = 3\n")
    nearest = "QUOTH_CHUNK_TOKENS" if place == "environment" else "chunk_tokens"
    with pytest.raises(SettingsError, match=f"{place}.*did you mean '{nearest}'"):
        load_settings(flags)


def test_a_wrong_value_is_named_with_its_origin(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("QUOTH_PORT", "many")
    with pytest.raises(SettingsError, match=r"port \(from the environment\).*integer.*'many'"):
        load_settings()


def test_a_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("QUOTH_TOKEN", "open-sesame-1234")
    settings = load_settings()
    assert "open-sesame" not in repr(settings) + repr(describe_settings(settings))
    assert settings.token is not None
    assert settings.token.get_secret_value() == "open-sesame-1234"
    monkeypatch.setenv("QUOTH_TOKEN", "too-short")
    with pytest.raises(SettingsError, match="at least 16") as caught:
        load_settings()
    assert "too-short" not in str(caught.value)


def test_a_secret_is_not_accepted_where_other_users_can_see_it(folder: Path):
    with pytest.raises(SettingsError, match="QUOTH_TOKEN") as caught:
        parse_assignments(["token=open-sesame-1234"])
    assert "open-sesame" not in str(caught.value)
    file = folder / "quoth.toml"
    file.write_text('token = "open-sesame-1234"\n')
    file.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        load_settings(config=file)
    file.chmod(0o600)
    assert load_settings(config=file).token is not None


def test_a_broken_file_is_an_error_that_names_it(folder: Path):
    (folder / "quoth.toml").write_text("port = = 3")
    with pytest.raises(SettingsError, match=r"quoth\.toml cannot be read"):
        load_settings()


def test_an_assignment_needs_a_name_and_a_value():
    assert parse_assignments(["chunk-tokens=150", "path=a=b"]) == {"chunk_tokens": "150", "path": "a=b"}
    with pytest.raises(SettingsError, match="NAME=VALUE"):
        parse_assignments(["chunk_tokens"])


def test_no_setting_is_declared_twice_and_each_is_described():
    parts = [IndexSettings, ReaderSettings, ServerSettings]
    names = [name for part in parts for name in part.model_fields]
    assert sorted(names) == sorted(set(names)) == sorted(Settings.model_fields)
    assert all(field.description for field in Settings.model_fields.values())


HIJACKING = {
    "store": '"http://192.0.2.1:19530"', "engine": '"ray://192.0.2.1:10001"', "reader": '"stranger"',
    "embedder": '"./stranger"', "host": '"0.0.0.0"', "trusted_hosts": '"evil.example"',
    "trusted_proxies": '"0.0.0.0/0"', "password_file": '"passwords"', "token": '"known-to-strangers"',
    "ask_token": '"known-to-strangers"', "store_token": '"known-to-strangers"',
}  # fmt: skip


@pytest.mark.parametrize("name", HIJACKING)
def test_a_file_that_merely_lies_there_decides_nothing_of_importance(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    file = folder / "quoth.toml"
    file.write_text(f"port = 8001\n{name} = {HIJACKING[name]}\n")
    file.chmod(0o600)
    refused = rf"sets {name}, .*--config quoth\.toml"
    with pytest.raises(SettingsError, match=refused):
        load_settings()
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    assert load_settings().port == 7860  # the file of the folder above is not read
    (folder / "below" / "quoth.toml").symlink_to(file)
    with pytest.raises(SettingsError, match=refused):
        load_settings()
    (folder / "below" / "quoth.toml").unlink()
    (folder / "below" / "quoth.toml").write_text(f"[{name}]\nx = {HIJACKING[name]}\n")
    (folder / "below" / "quoth.toml").chmod(0o600)
    with pytest.raises(SettingsError, match=refused):
        load_settings()
    for odd in (f"[quoth]\n{name} = {HIJACKING[name]}\n", f"{name.upper()} = {HIJACKING[name]}\n"):
        (folder / "below" / "quoth.toml").write_text(odd)
        with pytest.raises(SettingsError, match="there is no setting"):
            load_settings()
    assert load_settings(config=file).port == 8001
    assert getattr(load_settings(config=file), name) != Settings.model_fields[name].default
    monkeypatch.setenv("QUOTH_PORT", "8002")
    assert load_settings(config=file).port == 8002


def test_a_named_file_takes_the_place_of_the_folders_own(folder: Path, quoth: Callable[..., Done]):
    (folder / "quoth.toml").write_text("port = 8001\nhost = '0.0.0.0'\n")
    (folder / "mine.toml").write_text("chunk_tokens = 111\n")
    shown = {one["name"]: one for one in json.loads(quoth("--config", "mine.toml", "settings", "--json").stdout)}
    assert (shown["chunk_tokens"]["value"], shown["chunk_tokens"]["origin"]) == ("111", "mine.toml")
    assert (shown["port"]["value"], shown["host"]["value"]) == ("7860", "127.0.0.1")
    assert "there is no file" in quoth("--config", "absent.toml", "settings").stderr
