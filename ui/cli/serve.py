"""``quoth chat``, ``quoth mcp``, ``quoth openapi`` and ``quoth settings``."""

from __future__ import annotations

import asyncio
import sys
from enum import StrEnum
from typing import Annotated

import typer

from ui.cli.options import Index, Json, Store, flags_of, settings_of
from ui.cli.output import emit

SHORTEST_PASSWORD = 8  # characters


class LogLevel(StrEnum):
    """What the server logs: every request and answer, or only what is wrong."""

    INFO = "info"
    WARNING = "warning"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(chat)
    app.command()(mcp)
    app.command()(openapi)
    app.command()(password)
    app.command(name="settings")(show_settings)


def chat(
    context: typer.Context,
    index: Index = None,
    store: Store = None,
    host: Annotated[str | None, typer.Option("--host", help="The address to listen on. [127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option("--port", help="The port to listen on. [7860]", min=0, max=65535)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the address of the server as JSON.")] = False,
    terminal: Annotated[bool, typer.Option("--terminal", help="Talk in this terminal instead of serving.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Take up changes in the folders by itself.")] = False,
    log_level: Annotated[
        LogLevel | None,
        typer.Option("--log-level", help="What is logged. [info; warning where the log is a terminal]"),
    ] = None,
) -> None:
    """Serve the chat page and the HTTP service until interrupted."""
    settings = settings_of(context, index=index, store=store, host=host, port=port)
    if terminal:
        from ui.cli.terminal import talk

        talk(settings)
        return
    from ui.server import serve

    def announce(url: str) -> None:
        emit({"url": url}, lambda: f"Quoth is serving on {url} (press Ctrl-C to stop)", as_json=as_json, indent=None)

    level = log_level or (LogLevel.WARNING if sys.stderr.isatty() else LogLevel.INFO)
    serve(settings, announce, level.upper(), watch=watch)


def mcp(
    context: typer.Context,
    index: Index = None,
    store: Store = None,
    writing: Annotated[bool, typer.Option("--allow-rebuild", help="Also let the client rebuild the index.")] = False,
) -> None:
    """Serve the Model Context Protocol over stdin and stdout, for language model clients."""
    settings = settings_of(context, index=index, store=store)
    from ui.agents.tools import create_server, serve_stdio
    from ui.service.service import Service

    service = Service.of(settings)
    try:
        asyncio.run(serve_stdio(create_server(service, writing=writing)))
    finally:
        service.close()


def password(
    user: Annotated[str, typer.Argument(help="The name to log in with.")],
    role: Annotated[
        str,
        typer.Option("--role", help="`ask` for questions and reading, `admin` for everything.", metavar="ask|admin"),
    ] = "ask",
) -> None:
    """Print a line for the password file, with a password's hash; asks for the password, or reads it from stdin."""
    from ui.http.credentials import password_line
    from ui.http.roles import Role

    if role not in tuple(Role):
        raise typer.BadParameter("the role is ask or admin", param_hint="--role")
    if sys.stdin.isatty():
        secret = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        secret = sys.stdin.readline().rstrip("\r\n")
    if len(secret) < SHORTEST_PASSWORD:
        raise typer.BadParameter(f"a password has at least {SHORTEST_PASSWORD} characters", param_hint="password")
    typer.echo(password_line(user, Role(role), secret))


def openapi(context: typer.Context) -> None:
    """Print the OpenAPI description of the HTTP service."""
    settings = settings_of(context)
    from ui.server import assemble
    from ui.service.service import Service

    description = assemble(Service.of(settings)).openapi()
    emit(description, lambda: "", as_json=True)


def show_settings(context: typer.Context, index: Index = None, store: Store = None, as_json: Json = False) -> None:
    """Print every setting with its value and origin."""
    settings = settings_of(context, index=index, store=store)
    from ui.cli.render import render_settings
    from ui.settings import describe_settings

    described = describe_settings(settings, flags_of(context, index=index, store=store))
    emit(described, lambda: render_settings(described), as_json=as_json)
