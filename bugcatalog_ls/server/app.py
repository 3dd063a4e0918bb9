"""The server: pygls with our session and handlers."""

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
from bugcatalog_ls.server.greeting import initialize_result, own_version
from bugcatalog_ls.server.notifications import NOTIFICATIONS
from bugcatalog_ls.server.process import Analysis, Unanswered
from bugcatalog_ls.server.protocol import Protocol
from bugcatalog_ls.server.requests import REQUESTS
from bugcatalog_ls.server.session import Session

logger = logging.getLogger(__name__)


class Server(LanguageServer):
    """One server for one client."""

    protocol: Protocol

    def __init__(self, analysis: Analysis) -> None:
        super().__init__(
            name="bugcatalog",
            version=own_version(),
            protocol_cls=Protocol,
            converter_factory=default_converter,
        )
        self._analysis = analysis
        self.session: Session | None = None
        self.protocol.on_initialize = self._begin

    def end(self) -> None:
        if self.session is not None:
            self.session.end()

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Errors of our own go to the log, not before the user's eyes."""
        logger.error("%s", error)

    def _begin(self, params: dict[str, Any]) -> dict[str, Any]:
        """Begin the session; what `initialize` is answered."""
        client = read_client(params)
        session = self.session = Session(self, client, self._analysis)
        for method, tell in NOTIFICATIONS.items():
            self.feature(method)(_notification(session, method, tell))
        for method, answer in REQUESTS.items():
            self.feature(method)(_request(session, method, answer))
        return initialize_result(client)


def _notification(
    session: Session, method: str, tell: Callable[[Session, Any], None]
) -> Callable[[Any], None]:
    def handle(params: Any) -> None:
        try:
            tell(session, params)
        except Exception as error:
            logger.exception("%s failed", method)
            session.write_log("error", f"{method} failed: {type(error).__name__}: {error}")

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
        except Exception as error:
            logger.exception("%s failed", method)
            session.write_log("error", f"{method} failed: {type(error).__name__}: {error}")
            raise JsonRpcException(f"{method} failed.", types.ErrorCodes.InternalError) from None

    return handle


_ERROR_CODES: dict[str, int] = {
    "cancelled": types.LSPErrorCodes.RequestCancelled,
    "superseded": types.LSPErrorCodes.ContentModified,
    "error": types.ErrorCodes.InternalError,
}
