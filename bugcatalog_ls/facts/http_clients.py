"""HTTP clients: which symbols are calls that answer with a response, and how each library tells its status.

Symbols are those of `syntax.names`, followed across files by `facts.resolve` where they must be.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Library = Literal["requests", "httpx", "aiohttp", "urllib3", "urllib"]

VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})


class HttpCall(NamedTuple):
    """A call that sends a request: whose, and by which verb (empty where an argument names it)."""

    library: Library
    verb: str


CLIENTS: dict[str, Library] = {
    "requests.Session": "requests",
    "requests.session": "requests",
    "requests.sessions.Session": "requests",
    "requests.sessions.session": "requests",
    "requests_oauthlib.OAuth1Session": "requests",
    "requests_oauthlib.OAuth2Session": "requests",
    "requests_toolbelt.sessions.BaseUrlSession": "requests",
    "requests_cache.CachedSession": "requests",
    "google.auth.transport.requests.AuthorizedSession": "requests",
    "cloudscraper.create_scraper": "requests",
    "httpx.Client": "httpx",
    "httpx.AsyncClient": "httpx",
    "httpx._client.Client": "httpx",
    "httpx._client.AsyncClient": "httpx",
    "authlib.integrations.httpx_client.AsyncOAuth2Client": "httpx",
    "authlib.integrations.httpx_client.OAuth2Client": "httpx",
    "authlib.integrations.requests_client.OAuth2Session": "requests",
    "aiohttp.ClientSession": "aiohttp",
    "aiohttp.client.ClientSession": "aiohttp",
    "aiohttp_retry.RetryClient": "aiohttp",
    "urllib3.PoolManager": "urllib3",
    "urllib3.ProxyManager": "urllib3",
    "urllib3.HTTPConnectionPool": "urllib3",
    "urllib3.HTTPSConnectionPool": "urllib3",
    "urllib3.poolmanager.PoolManager": "urllib3",
    "urllib3.connectionpool.HTTPConnectionPool": "urllib3",
    "urllib3.connectionpool.HTTPSConnectionPool": "urllib3",
}
"""What makes a client, by library."""

_MODULES: dict[str, Library] = {
    "requests": "requests",
    "requests.api": "requests",
    "httpx": "httpx",
    "httpx._api": "httpx",
    "aiohttp": "aiohttp",
    "urllib3": "urllib3",
}
_SENDING = frozenset({*VERBS, "request", "stream", "send", "urlopen"})
_OF_MODULE = frozenset({*VERBS, "request", "stream"})

RESPONSES: dict[str, Library] = {
    "requests.Response()": "requests",
    "requests.models.Response()": "requests",
    "httpx.Response()": "httpx",
    "httpx._models.Response()": "httpx",
    "aiohttp.ClientResponse()": "aiohttp",
    "aiohttp.client_reqrep.ClientResponse()": "aiohttp",
    "urllib3.HTTPResponse()": "urllib3",
    "urllib3.BaseHTTPResponse()": "urllib3",
    "urllib3.response.HTTPResponse()": "urllib3",
    "urllib3.response.BaseHTTPResponse()": "urllib3",
}
"""Responses that an annotation names."""

CALL_NAMES = tuple(sorted({*_SENDING}))
"""The last names of all calls that `http_call` knows, for `PyFile.calls_named`."""

LITERALS = (b"requests", b"httpx", b"aiohttp", b"urllib")
"""One of these stands in a file that names a library of HTTP by itself."""

STATUS_NAMES: dict[Library, tuple[str, ...]] = {
    "requests": ("raise_for_status", "status_code", "ok", "reason"),
    "httpx": (
        *("raise_for_status", "status_code", "is_success", "is_error", "is_client_error"),
        *("is_server_error", "is_redirect", "reason_phrase", "has_redirect_location"),
    ),
    "aiohttp": ("raise_for_status", "status", "ok", "reason"),
    "urllib3": ("status", "reason"),
    "urllib": ("status", "getcode", "code", "reason"),
}
"""What of a response tells how the request went."""


def http_call(symbol: str | None) -> HttpCall | None:
    """The request that a call of `symbol` sends, or None where it sends none or is not known.

    `symbol` is that of the callee (`requests.get`, `httpx.AsyncClient().post`).
    """
    if symbol is None:
        return None
    if symbol == "urllib.request.urlopen":
        return HttpCall("urllib", "")
    owner, _, name = symbol.rpartition(".")
    if name not in _SENDING:
        return None
    verb = name if name in VERBS else ""
    if owner.endswith("()"):
        library = client_library(owner)
        return HttpCall(library, verb) if library is not None else None
    library = _MODULES.get(owner)
    return HttpCall(library, verb) if library is not None and name in _OF_MODULE else None


def client_library(symbol: str | None) -> Library | None:
    """The library of a client (`httpx.Client()`), or None."""
    if symbol is None:
        return None
    # What `with client as entered:` binds, and what a client's own context manager gives.
    made = symbol.removesuffix(".__enter__()").removesuffix(".__aenter__()")
    return CLIENTS.get(made.removesuffix("()")) if made.endswith("()") else None


def response_library(symbol: str | None) -> Library | None:
    """The library of a response: one that an annotation names, or what a call of `http_call` gives."""
    if symbol is None:
        return None
    if (named := RESPONSES.get(symbol)) is not None:
        return named
    if not symbol.endswith("()"):
        return None
    called = http_call(symbol.removesuffix("()"))
    return called.library if called is not None else None
