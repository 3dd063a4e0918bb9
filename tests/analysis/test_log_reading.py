"""Logs read in bytes say what they say line by line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bugcatalog_ls.analysis.explaining import Explainer
from bugcatalog_ls.analysis.log_reading import LogReading
from bugcatalog_ls.catalog.builtin import builtin_folder
from bugcatalog_ls.catalog.certain_words import certain_words
from bugcatalog_ls.catalog.error_blocks import blocks
from bugcatalog_ls.catalog.loader import Layer, load_catalog

EXPLAINER = Explainer(load_catalog([Layer("built-in", builtin_folder())]).entries.values())
COLLECTION = Path(__file__).parents[1] / "catalog" / "error_messages.jsonl"
MESSAGES = [json.loads(line)["text"] for line in COLLECTION.read_text("utf-8").splitlines()]


def line_by_line(log: str) -> list[tuple[int, str, float]]:
    return [
        (block.line, each.entry.code, each.score)
        for block in blocks(log.split("\n"))
        for each in EXPLAINER.explain(block)
    ]


def in_bytes(log: str, size: int) -> list[tuple[int, str, float]]:
    reading = LogReading(EXPLAINER)
    lines = log.encode().splitlines(keepends=True)
    pieces = [b"".join(lines[at : at + size]) for at in range(0, len(lines), size)]
    found = [each for piece in pieces for each in reading.feed(piece)]
    found += reading.finish()
    return [(block.line, each.entry.code, each.score) for block, own in found for each in own]


ORDINARY = 'INFO:     10.0.0.1:1 - "GET /health HTTP/1.1" 200 OK\n{"level": "info", "message": "ok"}\n'


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_real_messages_among_ordinary_lines(size: int) -> None:
    log = "".join(f"{ORDINARY}{message}\n" for message in MESSAGES)
    assert in_bytes(log, size) == line_by_line(log)


@pytest.mark.parametrize(
    "write",
    [
        lambda text: json.dumps({"level": "ERROR", "message": "failed", "exc_info": text}),
        lambda text: json.dumps({"log": f"\x1b[31m{text}\x1b[0m\n", "stream": "stderr"}),
        lambda text: json.dumps({"log": json.dumps({"level": "error", "msg": text}), "stream": "stdout"}),
        lambda text: "\n".join(f"web-1  | {line}" for line in text.split("\n")),
        lambda text: f"\x1b[31mERROR\x1b[0m: {text}",
    ],
    ids=["json", "docker", "json in docker", "compose", "colours"],
)
def test_real_messages_as_servers_write_them(write: object) -> None:
    assert callable(write)
    log = "".join(f"{write(message)}\n" for message in MESSAGES)
    assert in_bytes(log, 100) == line_by_line(log)
    assert len(in_bytes(log, 100)) > len(MESSAGES) / 2


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (r"Multiple heads are present", ["Multiple heads are present"]),
        (r"has (?:already )?more than 'max_user", ["more than ", "has ", "max_user"]),
        (r"(?i)\bunknown flag \W?(?P<name>[\w.-]+)", ["unknown flag "]),
        (r"^(?:a+bcd|efg\d{2,})x?$", ["bcd|efg"]),
        (r"\d+(?:abc)?", []),
        (r"a\pLbc\x{41}d[]x]ef\x41gh", ["bc", "ef", "gh", "a", "d"]),
    ],
)
def test_certain_words(expression: str, words: list[str]) -> None:
    found = ["|".join(sorted(word.text for word in choice)) for choice in certain_words(expression)]
    assert sorted(found) == sorted(words)


def test_signatures_have_telling_words() -> None:
    short = [
        expression
        for expression in EXPLAINER.expressions
        if not (choices := certain_words(expression))
        or min(len(re.sub(r"\W", "", word.text)) for word in choices[0]) < 3
    ]
    assert short == []
