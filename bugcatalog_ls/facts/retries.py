"""Retries: the places that run something again, how, and around which calls."""

from __future__ import annotations

from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.facts.retried_calls import RetriedCall


class Retry(Fact, frozen=True):
    """A place that retries, by one of the libraries, `urllib3`, `celery`, or a `loop`: its `kind`.

    `on_everything`: any exception is retried, and the source says so; `on_anything`: because it names
    none. `lacks`: `wait`, `stop`. `methods`: the adapter retries POST. `recognised`: what is retried
    knows what it did already. `policy`: the decorator, by its symbol, where another file makes it.
    """

    path: str
    anchor: str
    kind: str
    on_everything: bool = False
    on_anything: bool = False
    lacks: tuple[str, ...] = ()
    methods: bool = False
    recognised: bool = False
    calls: tuple[RetriedCall, ...] = ()
    policy: str = ""

    @property
    def key(self) -> str:
        return self.path


class RetryDecorator(Fact, frozen=True):
    """A function of the workspace that makes another one run again where it fails, put on it by `@`."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol
