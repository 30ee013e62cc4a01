"""The interfaces: the chat page, the command line, HTTP and MCP."""
