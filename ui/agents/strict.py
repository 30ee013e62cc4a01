"""An MCP server whose tools refuse arguments that they do not have, instead of ignoring them."""

from __future__ import annotations

from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, InputRequiredResult, Tool

_SHOWN = 50  # characters of a wrong name
_CLOSED = {"additionalProperties": False}


class StrictServer(MCPServer[None]):
    """A misspelt filter would else give an answer out of all documents, as if out of those that were meant."""

    async def list_tools(self) -> list[Tool]:
        """The tools; their schemas say that there are no other arguments."""
        tools = await super().list_tools()
        return [tool.model_copy(update={"input_schema": tool.input_schema | _CLOSED}) for tool in tools]

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[None, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool; raises ``ToolError`` for arguments that it does not have, too."""
        for tool in await super().list_tools():
            has = tool.input_schema.get("properties", {})
            if tool.name == name and (wrong := sorted(arguments.keys() - has.keys())):
                shown = wrong[0].encode("utf-8", "replace").decode()[:_SHOWN]
                takes = f"it has {', '.join(has)}" if has else "it has none"
                raise ToolError(f"{name} has no argument {shown!r}: {takes}")
        return await super().call_tool(name, arguments, context)
