"""Loggers by their usual names, for where nothing else is known of them."""

from __future__ import annotations

import re

_NAME = re.compile(r"(?:\w*_)?log(?:ger|ging|s)?|\w*(?:logger|Logger|LOGGER|LOG)|getLogger|get_logger")


def is_log_owner(written: str) -> bool:
    """Whether what a method is called on is named like a logger (`self.logger`, `logging`, `log`)."""
    plain = re.sub(r"\(.*\)$", "", written, flags=re.DOTALL)
    return _NAME.fullmatch(plain.rpartition(".")[2]) is not None
