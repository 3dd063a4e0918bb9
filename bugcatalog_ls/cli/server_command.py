"""`bugcatalog server`: the language server, for one client."""

from __future__ import annotations

import argparse

from bugcatalog_ls.cli.exits import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    transport = parser.add_mutually_exclusive_group()
    transport.add_argument(
        "--stdio", action="store_true", help="speak over standard input and output (this is the default)"
    )
    transport.add_argument("--tcp", metavar="HOST:PORT", help="wait for a client at a TCP address")
    transport.add_argument("--ws", metavar="HOST:PORT", help="wait for a client at a web socket")


def run(options: argparse.Namespace) -> int:
    # The only part of the command line that knows the server, and only to start it.
    from bugcatalog_ls.server.start import serve

    if options.tcp is not None:
        return serve("tcp", *_address(options.tcp))
    if options.ws is not None:
        return serve("ws", *_address(options.ws))
    return serve()


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdigit() or not 0 <= int(port) <= 65535:
        raise UsageError(f"expected HOST:PORT, such as 127.0.0.1:2087, not `{text}`")
    return host.strip("[]") or "127.0.0.1", int(port)
