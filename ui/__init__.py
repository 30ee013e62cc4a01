"""Every way in: the chat page, the command line, HTTP and MCP."""
