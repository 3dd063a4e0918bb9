"""Addresses of databases and stores, which may hold a password and never show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A URL, or `env:NAME` for one that the environment holds. Printing it shows no more than its kind."""

    text: str

    def reveal(self, environment: Mapping[str, str]) -> str | None:
        """The URL itself, or None where the environment does not hold it."""
        if self.text.startswith("env:"):
            return environment.get(self.text[4:].strip())
        return self.text

    def masked(self) -> str:
        if self.text.startswith("env:"):
            return self.text
        scheme, separator, _ = self.text.partition("://")
        return f"{scheme}://***" if separator else "***"

    def __repr__(self) -> str:
        return f"Secret({self.masked()!r})"

    def __str__(self) -> str:
        return self.masked()


class Database(msgspec.Struct, frozen=True):
    """A database that the code must run on; with `url`, one whose live schema may be read."""

    dialect: str
    url: Secret | None = None
    version: str = ""
