"""Embedding models and the sizes of their vectors, as the page of BC801 keeps them."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec

from bugcatalog_ls.catalog.builtin import builtin_folder
from bugcatalog_ls.catalog.yaml_text import parse_mapping


class EmbeddingModel(msgspec.Struct, frozen=True):
    """A model: the size of its vectors by default, and the option that sets another (empty: none)."""

    name: str
    size: int
    settable: str = ""


@cache
def embedding_models() -> dict[str, EmbeddingModel]:
    """The known models by their lower-case names without the owner's."""
    page = next((builtin_folder() / "8-llm").glob("BC801-*.md"), None)
    if page is None:
        return {}
    head = page.read_text(encoding="utf-8").split("\n---\n", 1)[0].removeprefix("---\n")
    rows: list[dict[str, Any]] = parse_mapping(head).get("data", {}).get("embedding_models", [])
    return {
        name.lower(): EmbeddingModel(name, row["size"], row.get("settable", ""))
        for row in rows
        for name in row["models"]
    }


@cache
def model_names() -> re.Pattern[bytes]:
    """Finds the names of known models in quotes, with or without an owner in front."""
    names = sorted((re.escape(name) for name in embedding_models()), key=len, reverse=True)
    return re.compile(rf"[\"'](?:[\w.-]+/)*({'|'.join(names)})(?::latest)?[\"']".encode(), re.IGNORECASE)


def model_named(text: str) -> EmbeddingModel | None:
    """The model that a text names (`openai/text-embedding-3-small`, `models/text-embedding-004`)."""
    return embedding_models().get(text.rpartition("/")[2].removesuffix(":latest").lower())
