"""Serving one client: reading begins first, then comes the protocol's slow import."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from typing import TYPE_CHECKING, Any

from bugcatalog_ls.server import transport
from bugcatalog_ls.server.greeting import Doorman
from bugcatalog_ls.server.launch import Launched
from bugcatalog_ls.server.process import Analysis

if TYPE_CHECKING:
    from bugcatalog_ls.server.app import Server


def run(launched: Launched, transport_name: str, host: str, port: int, budget: float | None) -> int:
    """Serve one client to its end with the analysis process that was launched; the exit code."""
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    # It writes a traceback for each answer that is an error; `app` logs those that are defects.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    analysis = Analysis(launched, budget)
    analysis.start()
    try:
        if transport_name == "stdio":
            return _serve_stdio(analysis)
        serve_socket = _serve_tcp if transport_name == "tcp" else _serve_ws
        return asyncio.run(serve_socket(analysis, host, port))
    except KeyboardInterrupt:
        return 130
    finally:
        analysis.stop()


def _serve_stdio(analysis: Analysis) -> int:
    source, sink = transport.take_stdio()
    incoming, outgoing = transport.Incoming(), transport.Outgoing(sink)
    doorman = Doorman(analysis, outgoing.write)
    transport.read_stdio(source, incoming, doorman.peek)
    try:
        return asyncio.run(_converse(_create(analysis), incoming, outgoing))
    finally:
        outgoing.close()


async def _serve_tcp(analysis: Analysis, host: str, port: int) -> int:
    server = _create(analysis)
    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listener.close()
        incoming, frames = transport.Incoming(), transport.Frames()

        async def read() -> None:
            with contextlib.suppress(OSError):
                while data := await reader.read(1 << 16):
                    for body in frames.feed(data):
                        incoming.put(transport.decode(body))
            incoming.put(None)

        reading = asyncio.create_task(read())
        try:
            code = await _converse(server, incoming, writer)
            with contextlib.suppress(OSError):
                await writer.drain()
        finally:
            reading.cancel()
            writer.close()
        done.set_result(code)

    listener = await asyncio.start_server(connected, host, port)
    _announce("tcp", listener.sockets[0].getsockname())
    return await done


async def _serve_ws(analysis: Analysis, host: str, port: int) -> int:
    from pygls.io_ import WebSocketWriter
    from websockets.asyncio.server import ServerConnection
    from websockets.asyncio.server import serve as listen
    from websockets.exceptions import ConnectionClosed

    server = _create(analysis)
    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def connected(socket: ServerConnection) -> None:
        if server.session is not None:
            return
        incoming = transport.Incoming()

        async def read() -> None:
            with contextlib.suppress(ConnectionClosed):
                while True:
                    incoming.put(transport.decode(await socket.recv(decode=False)))
            incoming.put(None)

        reading = asyncio.create_task(read())
        try:
            code = await _converse(server, incoming, WebSocketWriter(socket), include_headers=False)
        finally:
            reading.cancel()
        await socket.close()
        if not done.done():
            done.set_result(code)

    async with listen(connected, host, port, max_size=None) as listener:
        _announce("ws", next(iter(listener.sockets)).getsockname())
        return await done


async def _converse(
    server: Server, incoming: transport.Incoming, writer: Any, include_headers: bool = True
) -> int:
    """Handle messages in order until the client says `exit` or is gone."""
    protocol = server.protocol
    protocol.set_writer(writer, include_headers)
    try:
        while (message := await incoming.get()) is not None:
            protocol.receive(message)
            if protocol.exit_code is not None:
                return protocol.exit_code
            # A request's handler begins before the next message changes the texts.
            await asyncio.sleep(0)
        return 0 if protocol.was_shut_down else 1
    finally:
        server.end()


def _create(analysis: Analysis) -> Server:
    # This import takes most of the start; the analysis and the reading are at work meanwhile.
    from bugcatalog_ls.server.app import Server

    return Server(analysis)


def _announce(scheme: str, address: Any) -> None:
    print(f"Serving on {scheme}://{address[0]}:{address[1]}", file=sys.stderr, flush=True)
