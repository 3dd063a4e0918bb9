"""Results as bytes: whatever a text holds, it comes back the same."""

from __future__ import annotations

import logging

import msgspec
import pytest

from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.analysis.driver import analyse, plan_for
from bugcatalog_ls.analysis.finding import Finding
from bugcatalog_ls.analysis.result import FileResult, pack, unpack
from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.testing.checks import builtin_catalog, check_packed
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span

ODD_VALUES = (
    "2 ** 70",
    "9" * 30,
    "-" + "9" * 30,
    "1e999",
    "1j",
    "b'\\xff'",
    "'\\ud800'",
    "'\\N{DIGIT ONE}'",
    "...",
)


@pytest.mark.parametrize("value", ODD_VALUES)
def test_odd_values_in_facts(value: str, caplog: pytest.LogCaptureFixture) -> None:
    text = f"""\
import enum
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base
from alembic import op

Base = declarative_base()
LIMIT = {value}
NAMES = [{value}, {value}]


class Kind(enum.Enum):
    odd = {value}


class Game(Base):
    __tablename__ = {value}
    id = Column(Integer, primary_key=True, default={value}, server_default={value})
    name = Column(String({value}), {value}, name={value})


revision = {value}
down_revision = {value}


def upgrade(x={value}):
    op.create_table({value}, Column({value}, String({value})))
    op.execute({value})


@app.get({value}, status_code={value})
def get():
    requests.get({value}, timeout={value})
    return {{{value}: {value}}}, {value}
"""
    plan, errors = plan_for(builtin_catalog().entries.values())
    assert not errors
    result = analyse(plan, "migrations/versions/a.py", Source(text), Options())
    assert not result.failures
    assert result.facts
    check_packed(result)
    assert not caplog.records


def test_what_cannot_be_packed_costs_only_itself(caplog: pytest.LogCaptureFixture) -> None:
    good = ModuleExports("a", {"x": None}, (), False, False)
    bad = ModuleExports("\ud800", {}, (), False, False)
    finding = Finding("BC201", "said", "a.py", Span(1, 2))
    anchors = {"a": Span(0, 1), "b": Span(1, 2)}
    result = FileResult((finding,), (bad, good, good), anchors)
    with caplog.at_level(logging.ERROR):
        again = unpack(pack(result))
    assert (again.findings, again.facts, again.anchors) == ((finding,), (good, good), anchors)
    assert len(caplog.records) == 1


def test_a_kind_of_fact_that_is_not_loaded_is_said() -> None:
    good = ModuleExports("a", {"x": None}, (), False, False)
    data = pack(FileResult(facts=(good,))).replace(b"ModuleExports", b"ModuleXxports")
    with pytest.raises(msgspec.DecodeError, match="not loaded"):
        unpack(data)
