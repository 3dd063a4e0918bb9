"""The protocol's rules that hold for every message: order of life, errors, the end.

pygls' own copies of texts and notebooks are left unused: they split lines where the protocol does
not (form feeds, U+2028), and `documents` keeps bytes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol

from bugcatalog_ls.server.transport import Answered, Broken

if TYPE_CHECKING:
    from cattrs import Converter
    from pygls.lsp.server import LanguageServer

logger = logging.getLogger(__name__)

_OURS = (
    types.INITIALIZED,
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS,
    types.WORKSPACE_EXECUTE_COMMAND,
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL,
)


class Protocol(LanguageServerProtocol):
    """pygls' protocol, held to the order initialize, work, shutdown, exit."""

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        for method in _OURS:
            self.fm.builtin_features.pop(method, None)
        self.fm.add_builtin_feature(types.EXIT, self._exit)
        self.on_initialize: Callable[[dict[str, Any]], dict[str, Any]] = lambda params: {}
        self.exit_code: int | None = None
        self._is_initialized = False

    def receive(self, message: Any) -> None:
        """Handle one decoded message, whatever it is. Never raises."""
        is_answered = isinstance(message, Answered)
        if isinstance(message, Answered):
            message = message.message
        if isinstance(message, Broken):
            self._refuse(None, types.ErrorCodes.ParseError, "This is no JSON.")
            return
        if not isinstance(message, dict) or message.get("jsonrpc") != self.VERSION:
            self._refuse(None, types.ErrorCodes.InvalidRequest, "This is no JSON-RPC 2.0 message.")
            return
        method, id = message.get("method"), message.get("id")
        is_request = method is not None and id is not None
        complaint = self._complaint(method)
        if self._shutdown and method is None:
            return  # A late answer to a question of ours.
        if complaint is not None:
            if is_request:
                self._refuse(id, *complaint)
        elif method == types.INITIALIZE:
            self._initialize(id, message.get("params"), is_answered)
        else:
            self._dispatch(message, is_request)

    def send_plain(self, method: str, params: dict[str, Any]) -> None:
        """Send a notification that is JSON already."""
        self._send_data({"jsonrpc": self.VERSION, "method": method, "params": params})

    @property
    def was_shut_down(self) -> bool:
        return self._shutdown

    def _initialize(self, id: Any, params: Any, is_answered: bool) -> None:
        try:
            result = self.on_initialize(params)
        except (AttributeError, KeyError, TypeError, ValueError):
            logger.exception("`initialize` can't be read.")
            self._refuse(id, types.ErrorCodes.InvalidParams, "The parameters of initialize can't be read.")
            return
        self._is_initialized = True
        if not is_answered:
            self._send_data({"jsonrpc": self.VERSION, "id": id, "result": result})

    def _dispatch(self, message: dict[str, Any], is_request: bool) -> None:
        method = message.get("method")
        is_known = method is None or method in self.fm.features or method in self.fm.builtin_features
        if not is_known and method != types.CANCEL_REQUEST:
            if is_request:
                self._refuse(message["id"], types.ErrorCodes.MethodNotFound, f"There is no {method} here.")
            return
        try:
            self.handle_message(self.structure_message(message))
        except JsonRpcException as error:
            logger.warning("A message can't be read: %s: %s", method, error)
            if is_request:
                text = f"The parameters of {method} can't be read."
                self._refuse(message["id"], types.ErrorCodes.InvalidParams, text)
        except Exception:
            logger.exception("A message could not be handled: %s", method)

    def _complaint(self, method: str | None) -> tuple[types.ErrorCodes, str] | None:
        if method is None or method == types.EXIT:
            return None
        if self._shutdown:
            return types.ErrorCodes.InvalidRequest, "The server has been shut down."
        if not self._is_initialized and method != types.INITIALIZE:
            return types.ErrorCodes.ServerNotInitialized, "`initialize` comes first."
        if self._is_initialized and method == types.INITIALIZE:
            return types.ErrorCodes.InvalidRequest, "`initialize` comes once."
        return None

    def _exit(self, params: Any) -> None:
        # Whether the end was announced decides the exit code.
        self.exit_code = 0 if self._shutdown else 1

    def _refuse(self, id: Any, code: types.ErrorCodes, message: str) -> None:
        self._send_data({"jsonrpc": self.VERSION, "id": id, "error": {"code": int(code), "message": message}})
