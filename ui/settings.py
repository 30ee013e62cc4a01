"""All settings. Flags win over the environment (``QUOTH_*``), that over ``quoth.toml``, and that over the defaults.

The threshold chosen on the page is saved beside the index; it overrides only the default.

A setting has one name: ``chunk_tokens`` in the file is ``QUOTH_CHUNK_TOKENS`` in the environment and
``--set chunk_tokens=150`` on the command line.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, ClassVar, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index import IndexSettings, write_whole
from qa import ReaderSettings
from ui.errors import SettingsError, ThresholdFileError

CONFIG_FILE = Path("quoth.toml")
# A quoth.toml that lies in the current folder may be a stranger's: what decides where documents and questions go, which
# models are loaded and who is served is taken from a file only if it is named.
SERVED = frozenset({"host", "token", "ask_token", "password_file", "trusted_hosts", "trusted_proxies"})
NAMED_ONLY = frozenset({"store", "store_token", "engine", "reader", "embedder"}) | SERVED
THRESHOLD_FILE = "chosen.json"
PREFIX = "QUOTH_"
SHORTEST_TOKEN = 16  # characters


def _words(value: object) -> object:
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def _networks(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        ipaddress.ip_network(name, strict=False)
    return names


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret) < SHORTEST_TOKEN:
        raise ValueError(f"a token has at least {SHORTEST_TOKEN} characters, this one has {len(secret)}")
    return secret


Token = Annotated[SecretStr, AfterValidator(_long_enough)]


class ServerSettings(BaseModel):
    """Settings of the server: where it listens, whom it admits, and its limits."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(
        "127.0.0.1",
        description="The address to listen on. Any but a loopback address needs a token or a password file.",
    )
    port: int = Field(7860, ge=0, le=65535, description="The port to listen on; 0 chooses a free one.")
    token: Token | None = Field(
        None, description="The bearer token that HTTP requests must carry: a random text of at least 16 characters."
    )
    ask_token: Token | None = Field(None, description="A second bearer token, which admits to asking and reading only.")
    password_file: Path | None = Field(
        None, description="A file with user:role:hash lines made by `quoth password`, for logging in to the page."
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words), AfterValidator(_networks)] = Field(
        ("127.0.0.0/8", "::1"),
        description="Addresses or networks of reverse proxies whose X-Forwarded headers are believed.",
    )
    trusted_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)] = Field(
        (), description="Host names to serve besides localhost, separated by commas."
    )
    waiting: int = Field(
        64, ge=0, le=10_000, description="The most questions that may wait; further ones are rejected (503)."
    )
    upload_megabytes: int = Field(50, ge=1, le=2000, description="The largest file that may be uploaded, in megabytes.")
    drop_megabytes: int = Field(
        2000, ge=1, description="The most that uploads may take together while they wait to be indexed, in megabytes."
    )
    body_seconds: float = Field(60.0, gt=0, description="The longest that a request may take to arrive, in seconds.")
    log_text: bool = Field(False, description="Whether questions and answers are logged.")


class Settings(IndexSettings, ReaderSettings, ServerSettings, BaseSettings):
    """All settings, read from their sources. An instance serves as the settings of index, reader and server."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)
    config_file: ClassVar[Path] = CONFIG_FILE

    def reachable(self) -> tuple[str, ...]:
        """The addresses of other machines that these settings name: of the store and of the engine."""
        return tuple(address for address in (self.store, self.engine) if "://" in address or ":" in address)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, then environment, then the file, then the threshold chosen on the page."""
        file = settings_cls.config_file if issubclass(settings_cls, Settings) else CONFIG_FILE
        from_file = TomlConfigSettingsSource(settings_cls, toml_file=file)
        return init_settings, env_settings, from_file, SavedThreshold(settings_cls)


def _settings_from(file: Path) -> type[Settings]:
    """The settings that read this file."""

    class FromFile(Settings):
        config_file = file

    return FromFile


class SavedThreshold(PydanticBaseSettingsSource):
    """The threshold saved beside the index, whose place the earlier sources give."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """None, because all values come from ``__call__``."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """``{"threshold": ...}`` if one is saved. Raises ``ThresholdFileError``."""
        saved = load_threshold(Path(self.current_state.get("index") or Settings.model_fields["index"].default))
        return saved.model_dump() if saved else {}


class ChosenThreshold(BaseModel):
    """The threshold chosen on the page: the lowest probability at which an answer is given."""

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
    """Replace the saved threshold atomically. Raises ``ThresholdFileError``."""
    try:
        write_whole(location / THRESHOLD_FILE, f"{chosen.model_dump_json()}\n".encode())
    except OSError as error:
        raise ThresholdFileError(f"the threshold cannot be saved in {location}: {error.strerror}") from error


SECRETS = frozenset(name for name, field in Settings.model_fields.items() if "Secret" in str(field.annotation))


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting and its value, for display; the value of a secret is masked."""

    name: str
    value: str
    origin: str  # "flag", "environment", "quoth.toml", "page" or "default"
    description: str


def load_settings(flags: Mapping[str, object] | None = None, config: Path | None = None) -> Settings:
    """The settings from all sources. A flag that is None counts as not given.

    ``config`` is a file to read instead of the current folder's quoth.toml. Raises ``SettingsError``, and
    ``ThresholdFileError`` if the saved threshold cannot be read.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    file = config or CONFIG_FILE
    if config is not None and not config.is_file():
        raise SettingsError(f"there is no file {config}")
    for name, origin in _named(given, file):
        if name not in Settings.model_fields:
            raise SettingsError(_unknown(name, origin))
    if config is None and (forbidden := sorted(NAMED_ONLY & _values(file).keys())):
        raise SettingsError(
            f"{file.resolve()} sets {', '.join(forbidden)}, which is taken from a file only if you name it, because "
            f"the folder may be a stranger's: add `--config {file}` before the command, if it is yours"
        )
    try:
        return _settings_from(file)(**cast("dict[str, Any]", given))
    except ValidationError as error:
        raise SettingsError(_explain(error, given, file)) from None


def describe_settings(settings: Settings, flags: Mapping[str, object] | None = None) -> list[Setting]:
    """Every setting of ``settings``, with its value and origin."""
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    on_the_page = {"threshold": "page"} if load_threshold(settings.index) else {}
    origins = on_the_page | dict(reversed(list(_named(given, settings.config_file))))
    return [
        Setting(name, str(getattr(settings, name)), origins.get(name, "default"), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def parse_assignments(assignments: Iterable[str]) -> dict[str, str]:
    """Parses ``["threshold=0.4"]``. Raises ``SettingsError`` for a malformed item, and for a secret."""
    pairs = [assignment.partition("=") for assignment in assignments]
    for name, sign, _ in pairs:
        if not (name and sign):
            raise SettingsError(f"--set needs NAME=VALUE, not {name!r}")
    given = {name.replace("-", "_"): value for name, _, value in pairs}
    for name in given.keys() & SECRETS:
        raise SettingsError(
            f"other users can see {name} on the command line: set {PREFIX}{name.upper()}, or {name} in a file that "
            "`--config` names"
        )
    return given


def _named(flags: Mapping[str, object], file: Path) -> Iterator[tuple[str, str]]:
    """The names that have a value, each with its origin, in order of precedence."""
    yield from ((name, "flag") for name in flags)
    names = (key[len(PREFIX) :] for key in os.environ if key.upper().startswith(PREFIX))
    yield from ((name.lower(), "environment") for name in names)
    yield from ((name, file.name) for name in _values(file))


def _values(file: Path) -> dict[str, object]:
    """The settings in a file; none if there is no such file. Raises ``SettingsError``."""
    if not file.is_file():
        return {}
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
        readable_by_others = file.stat().st_mode & 0o077
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{file.resolve()} cannot be read: {error}") from error
    if readable_by_others and values.keys() & SECRETS:
        raise SettingsError(f"{file.resolve()} holds a secret and other users can read it: run `chmod 600 {file}`")
    return values


def _unknown(name: str, origin: str) -> str:
    names = (name, *get_close_matches(name, Settings.model_fields, n=1, cutoff=0.5))
    given, *nearest = (f"{PREFIX}{one.upper()}" if origin == "environment" else one for one in names)
    remedy = f"did you mean {nearest[0]!r}?" if nearest else "run `quoth settings` to list all"
    return f"there is no setting {given!r} (from the {origin}): {remedy}"


def _explain(error: ValidationError, flags: Mapping[str, object], file: Path) -> str:
    origins = dict(reversed(list(_named(flags, file))))
    lines = []
    for detail in error.errors(include_url=False, include_context=False):
        name = str(detail["loc"][0]) if detail["loc"] else "settings"
        value = "" if name in SECRETS else f", not {detail['input']!r}"
        reason = detail["msg"].removeprefix("Value error, ")
        lines.append(f"{name} (from the {origins.get(name, 'default')}): {reason}{value}")
    return "; ".join(lines)
