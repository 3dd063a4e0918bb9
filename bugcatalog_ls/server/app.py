"""The server: pygls with our session, handlers and capabilities."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from bugcatalog_ls.server import convert
from bugcatalog_ls.server.client import read_client
from bugcatalog_ls.server.commands import COMMANDS, execute_command
from bugcatalog_ls.server.notifications import NOTIFICATIONS
from bugcatalog_ls.server.process import Analysis, Unanswered
from bugcatalog_ls.server.protocol import Protocol
from bugcatalog_ls.server.requests import OPTIONS, PULL_REQUESTS, REQUESTS
from bugcatalog_ls.server.session import Session

logger = logging.getLogger(__name__)

_NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithNotebook(
            notebook="jupyter-notebook", cells=[types.NotebookCellLanguage("python")]
        )
    ]
)


class Server(LanguageServer):
    """One server for one client."""

    protocol: Protocol
    session: Session

    def __init__(self, version: str, analysis: Analysis) -> None:
        super().__init__(
            name="bugcatalog",
            version=version,
            notebook_document_sync=_NOTEBOOKS,
            protocol_cls=Protocol,
            converter_factory=default_converter,
        )
        self._analysis = analysis
        self.feature(types.INITIALIZE)(lambda params: self._begin())

    def end(self) -> None:
        if hasattr(self, "session"):
            self.session.end()

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Errors of our own go to the log, not before the user's eyes."""
        logger.error("%s", error)

    def _begin(self) -> None:
        """Begin the session, and offer what this client can use."""
        client = read_client(self.protocol.raw_initialize)
        self.session = Session(self, client, self._analysis)
        for method, tell in NOTIFICATIONS.items():
            self.feature(method)(_notification(self.session, tell))
        requests = {**REQUESTS, **PULL_REQUESTS} if client.pulls_diagnostics else REQUESTS
        for method, answer in requests.items():
            self.feature(method, OPTIONS.get(method))(_request(self.session, method, answer))
        for name in COMMANDS:
            self.command(name)(_request(self.session, name, execute_command))


def _notification(session: Session, tell: Callable[[Session, Any], None]) -> Callable[[Any], None]:
    def handle(params: Any) -> None:
        tell(session, params)

    return handle


def _request(
    session: Session, method: str, answer: Callable[[Session, Any], Awaitable[Any]]
) -> Callable[[Any], Awaitable[Any]]:
    """The handler of a request, with our failures as the protocol's errors."""

    async def handle(params: Any) -> Any:
        try:
            return await answer(session, params)
        except convert.CannotApply as error:
            raise JsonRpcException(str(error), types.LSPErrorCodes.RequestFailed) from None
        except Unanswered as unanswered:
            code = _ERROR_CODES.get(unanswered.kind, types.LSPErrorCodes.RequestFailed)
            session.trace(f"{method}: {unanswered.kind}: {unanswered}")
            raise JsonRpcException(str(unanswered), code) from None

    return handle


_ERROR_CODES: dict[str, int] = {
    "cancelled": types.LSPErrorCodes.RequestCancelled,
    "superseded": types.LSPErrorCodes.ContentModified,
    "error": types.ErrorCodes.InternalError,
}
