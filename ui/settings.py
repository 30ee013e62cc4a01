"""Every setting in one place: flags over environment (``QUOTH_*``) over ``quoth.toml`` over defaults.

The threshold chosen on the page is saved beside the index; it overrides the default and nothing else.

A setting has one name: ``chunk_tokens`` in the file is ``QUOTH_CHUNK_TOKENS`` in the environment and
``--set chunk_tokens=150`` on the command line.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index import IndexSettings
from qa import ReaderSettings
from ui.errors import SettingsError, ThresholdFileError

CONFIG_FILE = Path("quoth.toml")
THRESHOLD_FILE = "chosen.json"
PREFIX = "QUOTH_"


def _words(value: object) -> object:
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


class ServerSettings(BaseModel):
    """How the chat and the HTTP service are served, and to whom."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field("127.0.0.1", description="The address to listen on; any but this machine's own needs a secret.")
    port: int = Field(7860, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    token: SecretStr | None = Field(
        None, min_length=16, description="The bearer token that HTTP requests must carry; a long random text."
    )
    password_file: Path | None = Field(None, description="A file of user:password lines for the page's login.")
    trusted_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)] = Field(
        (), description="Names, separated by commas, under which requests may arrive beside this machine's own."
    )
    waiting: int = Field(64, ge=0, le=10_000, description="How many questions may wait; more are refused (503).")
    upload_megabytes: int = Field(50, ge=1, le=2000, description="The largest file that may be uploaded.")
    body_seconds: float = Field(60.0, gt=0, description="How long a request may take to arrive.")
    log_text: bool = Field(False, description="Whether the log holds questions and answers.")


class Settings(IndexSettings, ReaderSettings, ServerSettings, BaseSettings):
    """All settings, read from their sources; usable wherever those of index, reader or server are expected."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, toml_file=CONFIG_FILE, extra="forbid", frozen=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, then environment, then quoth.toml of the current folder, then the threshold chosen on the page."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls), SavedThreshold(settings_cls)


class SavedThreshold(PydanticBaseSettingsSource):
    """The threshold saved beside the index that the sources before this one name."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Nothing: all values come from ``__call__``."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """``threshold``, if one was chosen. Raises ``ThresholdFileError``."""
        saved = load_threshold(Path(self.current_state.get("index") or Settings.model_fields["index"].default))
        return saved.model_dump() if saved else {}


class ChosenThreshold(BaseModel):
    """The probability from which answers are given, as chosen on the page."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    threshold: Annotated[float, Field(ge=0, le=1)]


def load_threshold(location: Path) -> ChosenThreshold | None:
    """The threshold saved beside the index at ``location``, if any. Raises ``ThresholdFileError``."""
    file = location / THRESHOLD_FILE
    try:
        return ChosenThreshold.model_validate_json(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValidationError, OSError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error.strerror
        raise ThresholdFileError(f"{file} cannot be read ({reason}): delete it and choose a threshold again") from error


def save_threshold(location: Path, chosen: ChosenThreshold) -> None:
    """Replace the saved threshold, whole or not at all. Raises ``ThresholdFileError``."""
    partial = location / f".{THRESHOLD_FILE}.{secrets.token_hex(4)}"
    try:
        location.mkdir(parents=True, exist_ok=True)  # an index in another store has no folder of its own
        with partial.open("x", encoding="utf-8") as file:
            file.write(chosen.model_dump_json() + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(location / THRESHOLD_FILE)
    except OSError as error:
        raise ThresholdFileError(f"the threshold cannot be saved in {location}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


SECRETS = frozenset(name for name, field in Settings.model_fields.items() if "Secret" in str(field.annotation))


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as it is in force, for display; the value of a secret stays hidden."""

    name: str
    value: str
    origin: str  # "flag", "environment", "quoth.toml", "page" or "default"
    description: str


def load_settings(flags: Mapping[str, object] | None = None) -> Settings:
    """The settings in force. A flag that is None is not set.

    Raises ``SettingsError``, and ``ThresholdFileError`` when the saved threshold is damaged.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    for name, origin in _named(given):
        if name not in Settings.model_fields:
            raise SettingsError(_unknown(name, origin))
    try:
        return Settings(**cast("dict[str, Any]", given))
    except ValidationError as error:
        raise SettingsError(_explain(error, given)) from None


def describe_settings(settings: Settings, flags: Mapping[str, object] | None = None) -> list[Setting]:
    """Every setting of ``settings``, with where its value came from."""
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    on_the_page = {"threshold": "page"} if load_threshold(settings.index) else {}
    origins = on_the_page | dict(reversed(list(_named(given))))
    return [
        Setting(name, str(getattr(settings, name)), origins.get(name, "default"), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def parse_assignments(assignments: Iterable[str]) -> dict[str, str]:
    """``["threshold=0.4"]`` as a mapping. Raises ``SettingsError`` for one without a name and a value."""
    pairs = [assignment.partition("=") for assignment in assignments]
    for name, sign, _ in pairs:
        if not (name and sign):
            raise SettingsError(f"a setting is given as NAME=VALUE, not as {name!r}")
    given = {name.replace("-", "_"): value for name, _, value in pairs}
    for name in given.keys() & SECRETS:
        raise SettingsError(
            f"anyone on this machine can read the command line: set {PREFIX}{name.upper()}, or {name} in {CONFIG_FILE}"
        )
    return given


def _named(flags: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Every name that has a value and its origin, in order of precedence."""
    yield from ((name, "flag") for name in flags)
    names = (key[len(PREFIX) :] for key in os.environ if key.upper().startswith(PREFIX))
    yield from ((name.lower(), "environment") for name in names)
    yield from ((name, CONFIG_FILE.name) for name in _config())


def _config() -> dict[str, object]:
    if not CONFIG_FILE.is_file():
        return {}
    try:
        values = tomllib.loads(CONFIG_FILE.read_text(encoding="utf-8"))
        open_to_others = CONFIG_FILE.stat().st_mode & 0o077
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{CONFIG_FILE.resolve()} cannot be read: {error}") from error
    if open_to_others and values.keys() & SECRETS:
        raise SettingsError(f"{CONFIG_FILE.resolve()} holds a secret and others can read it: run `chmod 600` on it")
    return values


def _unknown(name: str, origin: str) -> str:
    names = (name, *get_close_matches(name, Settings.model_fields, n=1, cutoff=0.5))
    given, *nearest = (f"{PREFIX}{one.upper()}" if origin == "environment" else one for one in names)
    remedy = f"did you mean {nearest[0]!r}?" if nearest else "`quoth settings` lists those there are"
    return f"there is no setting {given!r} (from the {origin}): {remedy}"


def _explain(error: ValidationError, flags: Mapping[str, object]) -> str:
    origins = dict(reversed(list(_named(flags))))
    lines = []
    for detail in error.errors(include_url=False, include_context=False):
        name = str(detail["loc"][0]) if detail["loc"] else "settings"
        value = "" if name in SECRETS else f", not {detail['input']!r}"
        lines.append(f"{name} (from the {origins.get(name, 'default')}): {detail['msg']}{value}")
    return "; ".join(lines)
