"""The protocol's rules that hold for every message: order of life, errors, the end.

pygls' own copies of texts and notebooks are left unused: they split lines where the protocol does
not (form feeds, U+2028), and `documents` keeps bytes.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol

if TYPE_CHECKING:
    from cattrs import Converter
    from pygls.lsp.server import LanguageServer

logger = logging.getLogger(__name__)

_OURS = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS,
    types.WORKSPACE_EXECUTE_COMMAND,
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL,
    types.INITIALIZED,
)


class Protocol(LanguageServerProtocol):
    """pygls' protocol, held to the order initialize, work, shutdown, exit."""

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        for method in _OURS:
            self.fm.builtin_features.pop(method, None)
        self.fm.add_builtin_feature(types.EXIT, self._exit)
        self.raw_initialize: dict[str, Any] = {}
        self.exit_code: int | None = None
        self._is_initialized = False

    def receive(self, message: Any) -> None:
        """Handle one decoded message, whatever it is. Never raises."""
        if not isinstance(message, dict) or message.get("jsonrpc") != self.VERSION:
            self._refuse(None, types.ErrorCodes.InvalidRequest, "This is no JSON-RPC 2.0 message.")
            return
        method, id = message.get("method"), message.get("id")
        is_request = method is not None and id is not None
        if method == types.INITIALIZE and not self._is_initialized:
            params = message.get("params")
            self.raw_initialize = params if isinstance(params, dict) else {}
        complaint = self._complaint(method)
        if complaint is not None:
            if is_request:
                self._refuse(id, *complaint)
            return
        try:
            structured = self.structure_message(message)
        except JsonRpcException as error:
            if is_request:
                text = f"The parameters of {method} can't be read."
                self._refuse(id, types.ErrorCodes.InvalidParams, text)
            logger.warning("A message can't be read: %s: %s", method, error)
            return
        try:
            self.handle_message(structured)
        except Exception:
            logger.exception("A message could not be handled: %s", method)
        if method == types.INITIALIZE:
            self._is_initialized = True

    @property
    def was_shut_down(self) -> bool:
        return self._shutdown

    def _exit(self, params: Any) -> None:
        # Whether the end was announced decides the exit code.
        self.exit_code = 0 if self._shutdown else 1

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

    def _refuse(self, id: Any, code: types.ErrorCodes, message: str) -> None:
        self._send_data({"jsonrpc": self.VERSION, "id": id, "error": {"code": int(code), "message": message}})
