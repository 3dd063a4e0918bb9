"""Real error messages lead to their entries, and what no entry is about leads nowhere.

The collection holds messages as people met them, each with the page it was read on. One half of it
(by a hash of the text) was looked at while signatures were written, the other half only counted.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import pytest

from bugcatalog_ls.analysis.explaining import Explainer
from bugcatalog_ls.catalog.builtin import builtin_folder
from bugcatalog_ls.catalog.loader import Layer, load_catalog
from bugcatalog_ls.facts.error_keys import _CLASSES, error_keys

EXPLAINER = Explainer(load_catalog([Layer("built-in", builtin_folder())]).entries.values())


class Message(NamedTuple):
    text: str
    code: str | None
    source: str


MESSAGES = [
    Message(**json.loads(line))
    for line in Path(__file__).with_name("error_messages.jsonl").read_text("utf-8").splitlines()
]


def half(number: int) -> list[Message]:
    return [message for message in MESSAGES if crc32(message.text.encode("utf-8")) % 2 == number]


def codes_for(text: str) -> list[str]:
    return [found.entry.code for found in EXPLAINER.explain_text(text)]


@pytest.mark.parametrize("number", [0, 1], ids=["looked at", "set aside"])
def test_messages_lead_to_their_entries(number: int) -> None:
    of_entries = [message for message in half(number) if message.code is not None]
    of_none = [message for message in half(number) if message.code is None]
    first = [message for message in of_entries if codes_for(message.text)[:1] == [message.code]]
    third = [message for message in of_entries if message.code in codes_for(message.text)[:3]]
    wrong = [message for message in of_none if codes_for(message.text)]
    print(
        f"top-1 {len(first)} and top-3 {len(third)} of {len(of_entries)}, "
        f"false {len(wrong)} of {len(of_none)}"
    )
    assert len(first) >= 0.85 * len(of_entries)
    assert len(third) >= 0.95 * len(of_entries)
    assert len(wrong) <= 0.03 * len(of_none)


def test_every_message_says_where_it_was_read() -> None:
    assert all(message.source.startswith("https://") for message in MESSAGES)
    assert len({message.text for message in MESSAGES}) == len(MESSAGES) >= 300


@pytest.mark.parametrize("name", sorted(_CLASSES))
def test_names_of_exceptions_lead_to_entries(name: str) -> None:
    assert [code for key in error_keys(f"library.errors.{name}: told") for code in key.codes] == [
        *_CLASSES[name]
    ]
