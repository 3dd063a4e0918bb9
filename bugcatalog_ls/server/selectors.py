"""Which documents the editor brings: those of the languages that the loaded catalog is about.

An editor that says which languages it brings by itself (`languages` among its initialization
options) is told of all others: by registrations where it takes them, and by a notification.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from bugcatalog_ls.server.client import Client
from bugcatalog_ls.server.greeting import initialize_result
from bugcatalog_ls.server.registrations import register_all, unregister

if TYPE_CHECKING:
    from bugcatalog_ls.server.app import Server

LANGUAGES_NOTIFICATION = "bugcatalog/languages"


class DocumentSelectors:
    """The languages that the editor was told of, and what is registered for them."""

    def __init__(self, server: Server, client: Client) -> None:
        self._server = server
        self._client = client
        self._told: tuple[str, ...] | None = None
        self._registered: list[tuple[str, str]] = []

    async def follow(self, languages: tuple[str, ...]) -> None:
        """Have the editor bring the documents of these languages, and of no others."""
        if self._client.languages is None or languages == self._told:
            return
        self._told = languages
        self._server.protocol.send_plain(LANGUAGES_NOTIFICATION, {"languages": list(languages)})
        wanted = [language for language in languages if language not in self._client.languages]
        features = _features(self._client, wanted) if wanted and self._client.registers_documents else []
        before = self._registered
        self._registered = [(str(uuid.uuid4()), method) for method, _ in features]
        if before:
            await unregister(self._server, before)
        if features:
            named = zip(self._registered, features, strict=True)
            await register_all(
                self._server, [(identity, method, options) for (identity, method), (_, options) in named]
            )


def _features(client: Client, languages: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """What is registered: the texts, and each feature that this client takes so."""
    selector = [{"language": language} for language in languages]
    ours = initialize_result(client)["capabilities"]
    features: list[tuple[str, dict[str, Any]]] = [
        (types.TEXT_DOCUMENT_DID_OPEN, {}),
        (types.TEXT_DOCUMENT_DID_CHANGE, {"syncKind": 2}),
        (types.TEXT_DOCUMENT_DID_CLOSE, {}),
        (types.TEXT_DOCUMENT_DID_SAVE, {"includeText": False}),
    ]
    for feature, method in _METHODS.items():
        options = ours.get(f"{feature}Provider")
        if feature in client.registers_features and options is not None:
            features.append((method, options if isinstance(options, dict) else {}))
    return [(method, {**options, "documentSelector": selector}) for method, options in features]


_METHODS = {
    "hover": types.TEXT_DOCUMENT_HOVER,
    "completion": types.TEXT_DOCUMENT_COMPLETION,
    "codeAction": types.TEXT_DOCUMENT_CODE_ACTION,
    "codeLens": types.TEXT_DOCUMENT_CODE_LENS,
    "documentLink": types.TEXT_DOCUMENT_DOCUMENT_LINK,
    "diagnostic": types.TEXT_DOCUMENT_DIAGNOSTIC,
}
