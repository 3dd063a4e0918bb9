"""What stands around a name of money: whether it surely is an amount that has to be exact to the cent."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bugcatalog_ls.facts.money import words_of

# `amount` may be of anything, and so may a total and a cost: what stands around them tells.
_WEAK = frozenset({"amount", "amounts", "cost", "costs", "total"})
_TRADE = frozenset(
    {"invoice", "invoices", "cart", "carts", "basket", "bill", "bills", "billing", "billed", "payment"}
    | {"payments", "payroll", "payslip", "payslips", "salary", "salaries", "wage", "wages", "receipt"}
    | {"receipts", "purchase", "purchases", "checkout", "sale", "sales", "goods", "sku", "shop", "expense"}
    | {"expenses", "refund", "refunds", "payout", "payouts", "subscription", "subscriptions", "price"}
    | {"prices", "pricing", "booking", "bookings", "wallet", "wallets", "ledger", "ledgers", "loan", "loans"}
    | {"deposit", "deposits", "withdrawal", "withdrawals", "donation", "donations", "donor", "budget"}
    | {"budgets", "tax", "taxes", "vat", "money", "currency", "currencies", "usd", "eur", "gbp", "dollar"}
    | {
        "dollars",
        "euro",
        "euros",
        "vendor",
        "supplier",
        "suppliers",
        "merchant",
        "merchants",
        "debt",
        "debts",
    }
    | {"discount", "discounts", "coupon", "coupons", "commission", "rent", "fees", "fee", "revenue"}
    | {"revenues", "income", "profit", "bank", "finance", "finances", "financial", "shipping", "stripe"}
    | {"paypal", "paid", "unpaid", "fines", "deduction", "deductions", "allowance", "allowances"}
)
# These mean money in the name of the field or its class, or as whose key a field stands beside it.
_OF_TRADE = _TRADE | frozenset(
    {"order", "orders", "account", "accounts", "ticket", "tickets", "room", "rooms", "charge", "charges"}
    | {"product", "products", "customer", "customers", "transaction", "transactions", "transfer", "unit"}
    | {"transfers", "credit", "debit", "penalty", "fine", "pay", "fund", "funds", "capital", "contract"}
    | {"quote", "estimate", "offering", "repair", "delivery", "reward", "grant", "insurance", "item", "items"}
    | {"service", "services", "treatment", "store", "line", "trip", "travel", "rental", "course", "plan"}
)
_OF_THINGS = frozenset(
    {"leave", "vacation", "holiday", "pto", "white", "color", "colour", "energy", "carbon", "emission"}
    | {"emissions", "nutrition", "nutrient", "ingredient", "ingredients", "recipe", "dosage", "medication"}
    | {"sensor", "measurement", "weather", "rain", "material", "chemical", "sample", "audio"}
)
# Quotes of markets, and what is reckoned from them to decide: floats are the custom there.
_MARKET = frozenset(
    {"ticker", "tickers", "candle", "candles", "ohlc", "ohlcv", "kline", "klines", "backtest", "backtests"}
    | {"backtesting", "backtester", "leverage", "pnl", "drawdown", "coin", "coins", "crypto", "btc", "eth"}
    | {"sats", "satoshi", "satoshis", "trades", "trading", "trader", "shares", "portfolio", "futures"}
    | {"market", "markets", "bet", "bets", "odds", "orderbook", "mempool", "slippage", "strike"}
    | {"arbitrage", "hedge", "stoploss"}
)
# Fields by which a class is a quote or a position, whatever it is called.
_QUOTED_WITH = frozenset(
    {"symbol", "stock_code", "stock_symbol", "market_cap", "pre_close", "prev_close", "pct_chg", "close"}
    | {"take_profit", "stop_loss", "entry_price", "exit_price"}
)
_MARKET_PRICE = re.compile(r"(?:limit|stop|entry|exit|mark|strike|close|bid|ask)_?price", re.IGNORECASE)
_MARKET_TEXT = re.compile(r"backtest|trader|crypto|kline|ohlc|binance", re.IGNORECASE)
_OF_QUOTES = frozenset({"price", "prices", "fee", "fees"})
# What a model says or uses up, and what is only reckoned together or ahead to be shown.
_ESTIMATES = frozenset(
    {"token", "tokens", "prompt", "completion", "llm", "embedding", "ml", "ocr", "agent", "agents"}
)
_STATISTICS = frozenset(
    {"stat", "stats", "statistic", "statistics", "metric", "metrics", "analytics", "forecast", "forecasts"}
    | {
        "prediction",
        "predictions",
        "predicted",
        "chart",
        "simulation",
        "scenario",
        "benchmark",
        "optimization",
    }
)
_A_PART = re.compile(
    r"quantity|\bstock\b|/\s?k?v?b\b|/\s?byte|\(\s?%\s?\)|\bin %|\bpercent"
    r"|\bfraction\b|\bratio\b|\bmultiplier\b",
    re.IGNORECASE,
)


def is_exact_amount(
    name: str, owner: str, fields: Iterable[str], further: Iterable[str], *, is_stored: bool
) -> bool:
    """Whether a field called like money is surely an amount that must be exact, by its own name, its
    class, the fields beside it, and `further`: its module and the file's other classes."""
    words = words_of(name)
    own, said, beside = set(words) | set(words_of(owner)), set[str](), set[str]()
    others = list(further)
    is_quote = any(_MARKET_TEXT.search(other) is not None for other in (name, owner, *others))
    for other in fields:
        is_quote = is_quote or other in _QUOTED_WITH
        parts = words_of(other)
        said.update(parts)
        beside.update(parts[:1] if len(parts) > 1 else ())
    far = {word for other in others for word in words_of(other)}
    noun = next((word for word in reversed(words) if word in _WEAK | _OF_QUOTES), "")
    if _MARKET_PRICE.search(name) is not None:
        return False
    if (is_quote or _MARKET & (own | said | far)) and (noun in _OF_QUOTES or not is_stored):
        return False
    is_reckoned = _STATISTICS & (own | {word for other in others[:1] for word in words_of(other)})
    if (_ESTIMATES & (own | said | far) or is_reckoned) and not is_stored:
        return False
    if noun not in _OF_QUOTES and _OF_THINGS & own and not _TRADE & own:
        return False
    return noun not in _WEAK or bool(_OF_TRADE & (own | beside) or _TRADE & (said | far))


def is_part_of_amount(said: str) -> bool:
    """Whether what is said of a field makes it a share, or a price for each of many small things."""
    return _A_PART.search(said) is not None


_SALE = re.compile(
    r"tax(?!on|i\b)|\bvat\b|discount|invoice|checkout|subtotal|refund|payment|salar|payroll|coupon|shipping"
    r"|stripe|paypal|\bcart|surcharge|deposit|\bpay\b|_pay\b|pay_|penalt|interest|tip\b|commission|usd(?![tc])"
    r"|dollar",
    re.IGNORECASE,
)
_QUOTES = re.compile(
    r"ticker|candle|ohlc|kline|backtest|leverage|\bpnl\b|_pnl\b|drawdown|\bcoin|crypto|btc|satoshi|\bsats\b"
    r"|orderbook|order_book|slippage|portfolio|binance|ccxt|blockchain|utxo|trading|\bfilled\b|avg_price"
    r"|limit_price|stop_price|\bbroker|gwei|ethereum|usd[ct](?![a-z])|gas_price|gas_used|erc20|trader"
    r"|exchange_account|estimated_shares",
    re.IGNORECASE,
)


def is_reckoned_exactly(function: str, file: str, path: str) -> bool:
    """Whether a function's text tells that what it reckons with is paid by somebody, and the file's text
    and its path no quotes of a market."""
    return _SALE.search(function) is not None and not (_QUOTES.search(file) or _QUOTES.search(path))


def is_of_market(value: str, function: str, path: str) -> bool:
    """Whether a value is a quote of a market, or its function deals with those and with nothing sold."""
    if _MARKET_PRICE.search(value) or _QUOTES.search(value) or _QUOTES.search(path):
        return True
    return _QUOTES.search(function) is not None and _SALE.search(function) is None
