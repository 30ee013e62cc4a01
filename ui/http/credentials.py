"""The secrets that admit people and programs, and the role that each gives.

Tokens are compared in constant time. Passwords are kept as Argon2 hashes, one ``user:role:hash`` a line of the password
file. Checking one takes about 50 ms, so a password that was right once is remembered, as a keyed digest, until the end.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ui.errors import AccessError
from ui.http.roles import Role
from ui.settings import ServerSettings

MOST_REMEMBERED = 1000  # passwords
ADVICE = "make each line with `quoth password`: user:role:hash, with the role ask or admin"
_HASHER = PasswordHasher()


@dataclass(frozen=True, slots=True)
class User:
    """Someone in the password file."""

    role: Role
    hash: str  # by Argon2


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def password_line(user: str, role: Role, password: str) -> str:
    """The line of a password file that admits a user. Raises ``AccessError`` for a name that it cannot hold."""
    if not user or ":" in user or not user.isprintable() or user != user.strip():
        raise AccessError("a user's name is not empty and has no colon, no control character and no space at its ends")
    return f"{user}:{role}:{_HASHER.hash(password)}"


class Credentials:
    """The tokens and the passwords; with neither, every request is admitted as ``admin``."""

    def __init__(self, tokens: Mapping[Role, str], users: Mapping[str, User]) -> None:
        self._tokens = {role: _digest(token) for role, token in tokens.items()}
        self._users = users
        self._nobody = _HASHER.hash(secrets.token_hex()) if users else ""
        self._key = secrets.token_bytes(32)
        self._remembered: dict[bytes, Role] = {}  # the keyed digests of right passwords

    @classmethod
    def of(cls, settings: ServerSettings) -> Credentials:
        """The secrets in the settings. Raises ``AccessError`` if there are none but other machines can connect."""
        given = {Role.ADMIN: settings.token, Role.ASK: settings.ask_token}
        tokens = {role: token.get_secret_value().strip() for role, token in given.items() if token}
        users = read_users(settings.password_file) if settings.password_file else {}
        if not (tokens or users or is_loopback(settings.host)):
            raise AccessError(
                f"{settings.host} can be reached from other machines: set QUOTH_TOKEN to a long random text, "
                "or QUOTH_PASSWORD_FILE to a file of lines that `quoth password` makes"
            )
        return cls(tokens, users)

    def role(self, authorization: str) -> Role | None:
        """The role of an Authorization header; None for a wrong one. Takes about 50 ms for a new password."""
        return self.quick_role(authorization) or self._role_of_password(*user_and_password(authorization))

    def admit(self, authorization: str) -> bool:
        """Whether an Authorization header holds a valid secret."""
        return self.role(authorization) is not None

    def quick_role(self, authorization: str) -> Role | None:
        """The role of a token or of a password that was right before, and of everyone where there are no secrets."""
        if not self._tokens and not self._users:
            return Role.ADMIN
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() == "bearer":
            return self._role_of_token(value.strip())
        user, password = user_and_password(authorization)
        if scheme.lower() == "basic" and user not in self._users:
            return self._role_of_token(password)
        return self._remembered.get(self._keyed(user, password))

    def _role_of_token(self, token: str) -> Role | None:
        """Every token is compared, so that the time tells nothing."""
        digest = _digest(token)
        right = [role for role, known in self._tokens.items() if secrets.compare_digest(digest, known)]
        return right[0] if right else None

    def _role_of_password(self, user: str, password: str) -> Role | None:
        """An unknown user's password is compared with nobody's, so that the time tells nothing."""
        known = self._users.get(user)
        if not self._users or not password:
            return None
        try:
            _HASHER.verify(known.hash if known else self._nobody, password)
        except (VerificationError, InvalidHashError):
            return None
        if known is None:
            return None
        if len(self._remembered) < MOST_REMEMBERED:
            self._remembered[self._keyed(user, password)] = known.role
        return known.role

    def _keyed(self, user: str, password: str) -> bytes:
        return hashlib.blake2b(f"{user}\0{password}".encode("utf-8", "surrogatepass"), key=self._key).digest()


def read_users(file: Path) -> dict[str, User]:
    """The users in a file of user:role:hash lines. Raises ``AccessError``."""
    try:
        if file.stat().st_mode & 0o077:
            raise AccessError(f"other users of this machine can read {file}: run `chmod 600 {file}`")
        lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise AccessError(f"the password file {file} cannot be read: {error}") from error
    users = dict(_user(file, number, line) for number, line in enumerate(lines, start=1))
    if not users:
        raise AccessError(f"{file} has no users: {ADVICE}")
    return users


def _user(file: Path, number: int, line: str) -> tuple[str, User]:
    user, _, rest = line.partition(":")
    role, _, hashed = rest.partition(":")
    if not user or role not in tuple(Role) or not hashed.startswith("$argon2"):
        raise AccessError(f"line {number} of {file} is no user:role:hash (passwords as they are are refused): {ADVICE}")
    return user, User(Role(role), hashed)


def user_and_password(authorization: str) -> tuple[str, str]:
    """The user and the password of a Basic header; empty for any other."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "", ""
    return user, password


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
