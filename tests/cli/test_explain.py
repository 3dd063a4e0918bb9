"""`bugcatalog explain` of messages, tracebacks, logs and standard input, in a small workspace."""

from __future__ import annotations

import gzip
import json
import subprocess
import threading
import time
from collections.abc import Callable
from typing import IO

import pytest
from trees import Tree

FILES = """
#- app/models.py
import enum; from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Chat(Base):
    __tablename__ = "chats"
    id = Column(Integer, primary_key=True)
    meta_data = Column(String(20))


class ChatState(enum.Enum):
    OPEN = "open"

#- app/client.py
import requests


def load(url):
    return requests.get(url)

#- app/service.py
class Cache:
    def drop(self, key):
        return key

#- migrations/env.py
from app.models import Base

target_metadata = Base.metadata

#- migrations/versions/0001_chats.py
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("chats", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.drop_table("chats")
"""
UNKNOWN_COLUMN = (
    """pymysql.err.OperationalError: (1054, "Unknown column 'chats.meta_data' in 'field list'")"""
)
TRACEBACK = """\
Traceback (most recent call last):
  File "/srv/releases/7/app/client.py", line 9, in load
    return requests.get(url)
           ^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.12/site-packages/requests/api.py", line 73, in get
    return request("get", url, params=params, **kwargs)
sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out
"""


@pytest.fixture
def project(bare_tree: Tree) -> Tree:
    bare_tree.put("pyproject.toml", "[project]\nname = 'x'\n")
    bare_tree.write(FILES)
    return bare_tree


def places(answer: dict[str, object]) -> list[tuple[str, int]]:
    locations = answer["locations"]
    assert isinstance(locations, list)
    return [(place["filename"], place["location"]["row"]) for place in locations]


def test_a_message_ends_at_the_line_of_the_model(project: Tree) -> None:
    result = project.run("explain", UNKNOWN_COLUMN, "--output-format", "json")
    assert result.code == 0
    best = result.json[0]
    assert set(best) == {"code", "name", "score", "reason", "locations"}
    assert (best["code"], best["name"]) == ("BC703", "column-without-migration")
    assert 0 < best["score"] <= 1
    assert places(best)[-1] == ("app/models.py", 10)
    assert set(best["locations"][-1]) == {"filename", "location", "message"}


def test_the_text_names_the_fix(project: Tree) -> None:
    out = project.run("explain", UNKNOWN_COLUMN).out
    assert out.startswith("BC703 column-without-migration: ")
    assert "at app/models.py:10:5: the migrations leave the table chats without the column meta_data" in out
    assert "fix " in out


def test_frames_are_mapped_by_their_longest_suffix_and_their_code(project: Tree) -> None:
    answers = project.run("explain", TRACEBACK, "--output-format", "json").json
    assert {answer["code"] for answer in answers} == {"BC201", "BC402"}
    assert all(places(answer) == [("app/client.py", 5)] for answer in answers)


def test_a_class_that_lacks_an_attribute(project: Tree) -> None:
    text = "AttributeError: type object 'Cache' has no attribute 'invalidate'"
    (answer,) = project.run("explain", text, "--output-format", "json").json
    assert (answer["code"], places(answer)) == ("BC901", [("app/service.py", 1)])


def test_an_enum_by_the_name_of_its_database_type(project: Tree) -> None:
    text = "LookupError: 'open' is not among the defined enum values. Enum name: chatstate"
    (answer,) = project.run("explain", text, "--output-format", "json").json
    assert (answer["code"], places(answer)) == ("BC701", [("app/models.py", 13)])


def test_a_constraint_names_its_table(project: Tree) -> None:
    text = 'insert or update on table "chats" violates foreign key constraint "chats_meta_data_fkey"'
    (answer,) = project.run("explain", text, "--output-format", "json").json
    assert (answer["code"], places(answer)) == ("BC702", [("app/models.py", 10)])


def test_codes_and_names_as_json(project: Tree) -> None:
    for word in ("BC201", "missing-timeout"):
        (answer,) = project.run("explain", word, "--output-format", "json").json
        assert (answer["code"], answer["score"], answer["locations"]) == ("BC201", 1.0, [])


def test_words_of_people(project: Tree) -> None:
    (answer,) = project.run(
        "explain", "api", "key", "cannot", "be", "decrypted", "--output-format", "json"
    ).json
    assert answer["code"] == "BC802"


def test_nothing_fits(project: Tree) -> None:
    text = "ZeroDivisionError: division by zero"
    assert project.run("explain", text, "--output-format", "json").json == []
    result = project.run("explain", text)
    assert (result.code, result.out) == (0, "Nothing in the catalog fits this.\n")


PREFIXES = {
    "compose": "web-1  | {}",
    "docker": "2024-05-01T10:00:00.000000000Z {}",
    "cri": "2024-05-01T10:00:00.000000000Z stderr F {}",
    "syslog": "May  1 10:00:00 host gunicorn[77]: {}",
    "plain": "{}",
}
HEADS = (
    "[2024-05-01 10:00:00,000: ERROR/ForkPoolWorker-1] Task app.load raised unexpected",
    "[2024-05-01 10:00:00 +0000] [7] [ERROR] Error handling request /",
    "ERROR:    Exception in ASGI application",
)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("head", HEADS, ids=["celery", "gunicorn", "uvicorn"])
def test_tracebacks_of_servers(project: Tree, prefix: str, head: str) -> None:
    after = "INFO:     127.0.0.1 - GET / 200"
    lines = [PREFIXES[prefix].format(line) for line in (head, *TRACEBACK.splitlines(), after, "done")]
    project.put("app.log", "\n".join(lines) + "\n")
    answers = project.run("explain", "app.log", "--output-format", "json").json
    assert {answer["code"] for answer in answers} == {"BC201", "BC402"}
    assert all(places(answer) == [("app/client.py", 5)] for answer in answers)


def test_json_logs_are_counted(project: Tree) -> None:
    record = {"level": "error", "timestamp": "2024-05-01T10:00:00Z", "message": "boom", "exc_info": TRACEBACK}
    docker = {"log": "all is well\n", "stream": "stdout", "time": "2024-05-01T10:00:00Z"}
    lines = [json.dumps(record), json.dumps(docker), json.dumps(record), "not {json"]
    project.put("app.log", "\n".join(lines))
    answers = project.run("explain", "app.log", "--output-format", "json").json
    assert {answer["code"] for answer in answers} == {"BC201", "BC402"}
    assert all("2 times, lines 1 to 3" in answer["reason"] for answer in answers)


def test_exception_groups_and_chains(project: Tree) -> None:
    text = f"""\
  + Exception Group Traceback (most recent call last):
  |   File "/srv/app/client.py", line 5, in load
  |     return requests.get(url)
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/srv/app/models.py", line 10, in Chat
    |     meta_data = Column(String(20))
    | {UNKNOWN_COLUMN}
    |
    | During handling of the above exception, another exception occurred:
    |
    | Traceback (most recent call last):
    |   File "/srv/app/service.py", line 3, in drop
    |     return key
    | ValueError: no
    +------------------------------------
"""
    best = project.run("explain", text, "--output-format", "json").json[0]
    assert best["code"] == "BC703"
    assert places(best) == [("app/client.py", 5), ("app/service.py", 3), ("app/models.py", 10)]


def test_standard_input(project: Tree) -> None:
    result = project.run("explain", "-", "--output-format", "json", stdin=TRACEBACK.encode())
    assert {answer["code"] for answer in result.json} == {"BC201", "BC402"}
    assert project.run("explain", "-", "--output-format", "json", stdin=b"").json == []


def test_input_that_keeps_coming_is_answered_at_once(project: Tree) -> None:
    running = project.start("explain", "-", stdin=subprocess.PIPE)
    assert running.stdin is not None
    assert running.stdout is not None
    running.stdin.write(UNKNOWN_COLUMN.encode() + b"\n")
    running.stdin.flush()
    first = running.stdout.readline().decode()
    assert first.startswith("BC703 ")
    time.sleep(0.1)
    running.stdin.write(UNKNOWN_COLUMN.encode() + b"\n")
    running.stdin.close()
    rest = running.stdout.read().decode()
    assert running.wait(timeout=60) == 0
    assert "2 times, lines 1 to 2" in rest


def test_a_log_that_never_rests_is_answered_too(project: Tree) -> None:
    running = project.start("explain", "-", stdin=subprocess.PIPE)
    assert running.stdin is not None
    assert running.stdout is not None
    running.stdin.write(UNKNOWN_COLUMN.encode() + b"\n")
    is_over = threading.Event()

    def write(stdin: IO[bytes]) -> None:
        while not is_over.wait(0.05):
            stdin.write(b"INFO: nothing to see\n")
            stdin.flush()

    writer = threading.Thread(target=write, args=(running.stdin,), daemon=True)
    writer.start()
    assert running.stdout.readline().decode().startswith("BC703 ")
    is_over.set()
    writer.join()
    running.stdin.close()
    assert running.wait(timeout=60) == 0


@pytest.mark.parametrize(
    "packed",
    [lambda text: gzip.compress(text.encode()), lambda text: text.encode("utf-16")],
    ids=["gzip", "PowerShell"],
)
def test_logs_that_are_packed_or_in_utf_16(project: Tree, packed: Callable[[str], bytes]) -> None:
    project.put("app.log", packed(f"one\n{UNKNOWN_COLUMN}\n"))
    assert project.run("explain", "app.log", "--output-format", "json").json[0]["code"] == "BC703"


def test_counts_over_time_are_drawn(project: Tree) -> None:
    lines = [
        f"2024-05-01 1{hour}:{minute:02}:00,000 ERROR {UNKNOWN_COLUMN}"
        for hour, n_errors in enumerate((1, 8, 0, 3))
        for minute in range(n_errors)
    ]
    project.put("app.log", "\n".join(lines) + "\n")
    out = project.run("explain", "app.log").out
    drawn = next(line for line in out.splitlines() if "over time" in line)
    bars, _, told = drawn.partition("over time ")[2].partition(" 2024-")
    assert told.startswith("05-01 10:00:00 to 2024-05-01 13:0")
    assert bars[0] in "▁▂"
    assert "█" in bars
    assert len(bars) <= 48
