"""Starting the server: the analysis process before anything else is imported."""

from __future__ import annotations

from typing import Literal

from bugcatalog_ls.server.launch import launch


def serve(
    transport: Literal["stdio", "tcp", "ws"] = "stdio",
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    service: str | None = None,
    budget: float | None = None,
) -> int:
    """Serve one client to its end; the exit code.

    `service` is `module:factory` of what answers in the analysis process, and `budget` the
    seconds that a job may take: both are for tests.
    """
    launched = launch(service)
    # Imported now, so that both processes import at the same time.
    from bugcatalog_ls.server.serving import run

    return run(launched, transport, host, port, budget)
