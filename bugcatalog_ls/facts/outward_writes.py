"""Calls that change something outside for good: requests, payments, mails, rows."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.db_sessions import database_kind, is_session
from bugcatalog_ls.facts.function_effects import Effect, FunctionEffects
from bugcatalog_ls.facts.http_clients import http_call
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.resolve import function_at, resolve

_MAILS = re.compile(
    r"^smtplib\.SMTP(?:_SSL)?\(\)\.(?:sendmail|send_message)$|^aiosmtplib\.(?:send|SMTP\(\)\.send\w+)$"
    r"|^django\.core\.mail\.(?:send_mail|send_mass_mail|EmailMessage\(\)\.send|EmailMultiAlternatives\(\)\.send)$"
    r"|^flask_mail\.Mail\(\)\.send$|^fastapi_mail\.FastMail\(\)\.send_message$"
    r"|^sendgrid\.SendGridAPIClient\(\)\.send$|^boto3\.client\(\)\.(?:send_email|send_raw_email|publish)$"
    r"|^twilio\.rest\.Client\(\)\.messages\.create$|^resend\.Emails\.send$"
)
_PAYMENTS = re.compile(
    r"^stripe\.(?:\w+\.)*(?:Charge|PaymentIntent|Refund|Transfer|Payout|Invoice|Subscription|Customer"
    r"|Order|SetupIntent|InvoiceItem|checkout\.Session)\.(?:create|create_async|capture|pay|confirm)$"
    r"|^stripe\.StripeClient\(\)\.\w+(?:\.\w+)*\.create$|^braintree\.\w+\.(?:sale|refund)$"
    r"|^paypalrestsdk\.\w+\(\)\.(?:create|execute)$|^razorpay\.Client\(\)\.\w+\.create$"
)
_ASKS = re.compile(
    r"search|query|token|oauth|\bauth(?!or)|log_?in\b|embed|completion|generat|graphql|valid|predict|infer(?!e)"
    r"|rerank|lookup|translat|chat(?!\.post|_?message)|rpc|classif|detect|scrape|crawl|brows|render|convert"
    r"|parse|ocr|transcri|llm|genai|(?:^|[._ ])_?(?:get|fetch|load|read|list|find|is|has|check)_",
    re.IGNORECASE,
)
"""Words about a POST that asks and changes nothing: in its URL, or in the name of its function."""


def only_asks(about: str) -> bool:
    """Whether what is said of a request tells that it asks for something, by whichever verb."""
    return _ASKS.search(about) is not None


def is_mail_or_payment(symbol: str) -> bool:
    return _MAILS.match(symbol) is not None or _PAYMENTS.match(symbol) is not None


def sends_write(symbol: str, *, has_key: bool, about: str) -> bool:
    """Whether a call (of a resolved symbol) sends a request that must not be sent twice."""
    sent = http_call(symbol)
    if sent is None:
        return False
    if sent.verb in ("post", "patch"):
        return not only_asks(about)
    return sent.verb in ("put", "delete") and not has_key and about[:1] in "\"'frFR"


@derived
def function_writes(index: FactIndex, symbol: str) -> str:
    """What a function does in its own body that must not be done twice; empty for nothing."""
    found = index.one(FunctionEffects, symbol)
    if found is None:
        return ""
    path, fact = found
    for effect in fact.effects:
        if effect.action == "request" and effect.verb in ("post", "patch"):
            return effect.verb.upper()
    commits = {effect.on for effect in fact.effects if effect.action == "commit"}
    for effect in fact.effects:
        if effect.action != "write" or effect.verb in ("merge", "delete"):
            continue
        if effect.verb.startswith(("add", "bulk")) and effect.on not in commits:
            continue
        if _is_database(index, path, symbol, effect, commits):
            return "an INSERT" if effect.verb.startswith(("add", "bulk")) else "a write"
    return ""


def _is_database(index: FactIndex, path: str, function: str, effect: Effect, commits: set[str]) -> bool:
    """Whether what is written to is a session or connection: by its class, or because it commits."""
    if effect.on in commits and effect.verb.startswith(("add", "bulk")):
        return True
    symbol: str | None = effect.on
    if "." not in effect.on and "(" not in effect.on:
        known = function_at(index, function)
        parameters = known[1].parameters if known is not None else ()
        symbol = next((each.annotation for each in parameters if each.name == effect.on), None)
    if symbol is None:
        return effect.on in commits
    resolved = resolve(index, symbol, path)
    return database_kind(resolved) is not None or is_session(resolved)
