"""Money by name: which names of columns, fields and variables hold an amount of money."""

from __future__ import annotations

import re
from collections.abc import Iterable

MONEY = re.compile(r"price|amount|total|balance|cost|fee|salar|tax", re.IGNORECASE)
"""A cheap first look: what a name of money holds."""

_NOUNS = frozenset(
    {"price", "prices", "amount", "amounts", "balance", "cost", "costs", "fee", "fees", "salary", "salaries"}
    | {"tax", "taxes", "subtotal"}
)
# Words after the noun that leave it money: `price_usd`, `amount_due`, `total_paid`.
_AFTER = frozenset(
    {"usd", "eur", "gbp", "chf", "due", "paid", "net", "gross", "incl", "excl", "charged", "refunded", "owed"}
    | {"total", "value", "before", "after", "discount", "vat", "tax"}
)
# Words that make it a ratio, a measurement, a count, or whole cents.
_OTHER = frozenset(
    {
        "rate",
        "ratio",
        "percent",
        "pct",
        "percentage",
        "score",
        "weight",
        "factor",
        "multiplier",
        "cents",
        "cent",
    }
    | {"minor", "count", "num", "number", "index", "ms", "sec", "secs", "seconds", "minutes", "hours", "time"}
    | {
        "duration",
        "latency",
        "tokens",
        "token",
        "size",
        "bytes",
        "level",
        "share",
        "per",
        "id",
        "type",
        "kind",
    }
    | {"name", "code", "change", "delta", "sats", "sat", "msat", "msats", "satoshi", "units", "steps", "loss"}
    | {
        "score",
        "points",
        "items",
        "rows",
        "records",
        "cpu",
        "memory",
        "mem",
        "gb",
        "mb",
        "energy",
        "distance",
    }
    | {
        "scroll",
        "zoom",
        "blur",
        "noise",
        "threshold",
        "breakpoint",
        "offset",
        "load",
        "bandwidth",
        "volume",
        "quantity",
        "qty",
        "days",
        "calories",
        "rainfall",
        "water",
        "fuel",
        "dose",
        "page",
        "tuple",
        "run",
        "baseline",
    }
    # Costs of steps in a search, and the fees that exchanges and nodes tell as rates.
    | {"path", "edge", "node", "heuristic", "maker", "taker", "relay", "inventory"}
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_COUNTS = re.compile(r"Stat|Count|Metric|Usage|^mean$|^median$|^std$|_count$|^min$|^max$")
_TRADE = re.compile(
    r"order|invoice|cart|basket|bill|payment|receipt|purchase|checkout|sale|quote|transaction|line|item|product"
    r"|expense|refund|payout|subscription|charge|price|booking|account|wallet|ledger|payroll|tax|money|currency",
    re.IGNORECASE,
)


def is_money(name: str, around: Iterable[str] = ()) -> bool:
    """Whether a name says money. `around` is what stands with it (the class, its other fields): a
    plain `total` is money among orders and invoices only."""
    words = words_of(name)
    if not words or _OTHER & set(words) or (words[-1] == "amount" and "stock" in words):
        return False
    while len(words) > 1 and words[-1] in _AFTER and (set(words[:-1]) & _NOUNS or "total" in words[:-1]):
        words = words[:-1]
    if words[-1] in _NOUNS:
        return True
    if words[-1] != "total":
        return False
    if len(words) > 1:
        return bool(_TRADE.search(" ".join(words[:-1]))) or words[-2] in ("grand", "sub", "net", "gross")
    names = list(around)
    return any(_TRADE.search(other) for other in names) and not any(_COUNTS.search(other) for other in names)


def is_no_amount(name: str) -> bool:
    """Whether a name says a rate, a measurement, a count or whole cents."""
    return not _OTHER.isdisjoint(words_of(name))


def words_of(name: str) -> list[str]:
    """The words that a name is made of, in small letters."""
    return [word.lower() for word in _WORDS.findall(name)]


# What is money where it is a Decimal; of a float nobody could tell.
_SUMS = frozenset(
    {"net", "gross", "vat", "revenue", "profit", "payment", "charge", "refund", "payout", "deposit", "wage"}
    | {"discount", "credit", "debit", "subtotal", "money"}
)


def is_sum(name: str) -> bool:
    """Whether a name of a Decimal says money."""
    words = words_of(name)
    return bool(words) and words[-1] in _SUMS and not _OTHER & set(words)
