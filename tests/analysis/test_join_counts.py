"""Keystrokes in function bodies: which joins of the behaviour entries run again, by the index's counters."""

from __future__ import annotations

import pytest

from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.analysis.driver import plan_for
from bugcatalog_ls.analysis.project import Project
from bugcatalog_ls.testing.checks import builtin_catalog, split_fixture
from bugcatalog_ls.text.source import Source

CODES = (
    *("BC101", "BC102", "BC103", "BC104", "BC105", "BC201", "BC202", "BC203", "BC301", "BC302"),
    *("BC401", "BC402", "BC403"),
)
APP = """
#- app/main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from app.orders import router
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
app.include_router(router)
#- app/models.py
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base, relationship
Base = declarative_base()
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    n_orders = Column(Integer)
class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    user_id = Column(ForeignKey("users.id"))
    user = relationship("User")
#- app/crud.py
import requests
from sqlalchemy.orm import Session
from app.models import Order, User
def create_order(db: Session, user_id):
    order = Order(user_id=user_id)
    db.add(order)
    db.commit()
    return order
def rate(name):
    label = "eur"
    return requests.get("https://rates.example/" + name).json()["rate"]
#- app/orders.py
from fastapi import APIRouter, Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from app.crud import create_order, rate
from app.models import Order, User
router = APIRouter()
def current(token: str):
    return rate(token)
@router.post("/orders")
def place(db: Session, user_id: int, who=Depends(current)):
    label = "one"
    order = create_order(db, user_id)
    user = db.get(User, user_id)
    user.n_orders += 1
    db.add(User(id=order.id))
    db.commit()
    return {"success": False, "label": label}
@router.get("/orders")
def show(db: Session, page: int = 1):
    label = "many"
    rows = db.scalars(select(Order).offset(page * 10).limit(10)).all()
    return [(row.user.id, label) for row in rows]
"""


def opened() -> tuple[Project, dict[str, str], dict[str, Source]]:
    texts = split_fixture(APP)
    sources = {path: Source(text) for path, text in texts.items()}
    entries = [builtin_catalog().entries[code] for code in CODES]
    project = Project(plan_for(entries)[0], Options(), sources.get)
    for path, source in sources.items():
        project.set_text(path, source)
    return project, texts, sources


def found(project: Project, texts: dict[str, str]) -> list[tuple[str, str]]:
    return [(path, finding.code) for path in sorted(texts) for finding in project.findings(path)]


def typed(project: Project, sources: dict[str, Source], path: str, text: str) -> None:
    sources[path] = Source(text)
    project.set_text(path, sources[path])


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("app/orders.py", 'label = "one"', 'label = "on"'),
        ("app/orders.py", 'label = "many"', 'label = "man" + "y"'),
        ("app/orders.py", 'label = "many"', 'label = "many"\n    # A comment.\n    other = len(label)'),
        ("app/crud.py", 'label = "eur"', 'label = "usd"\n    label = label.upper()'),
        ("app/crud.py", "    return order", "\n\n    return order"),
    ],
)
def test_a_keystroke_in_a_body_runs_no_join_again(path: str, old: str, new: str) -> None:
    project, texts, sources = opened()
    before = found(project, texts)
    assert {code for _, code in before} >= {"BC101", "BC103", "BC301", "BC302", "BC401"}
    runs = {code: project.index.n_runs[code] for code in CODES}
    assert old in texts[path]
    typed(project, sources, path, texts[path].replace(old, new, 1))
    assert found(project, texts) == before
    assert {code: project.index.n_runs[code] for code in CODES} == runs


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        ("app/crud.py", "    db.commit()\n", "    db.flush()\n", "BC301"),
        ("app/models.py", 'relationship("User")', 'relationship("User", lazy="joined")', "BC401"),
        ("app/main.py", 'allow_origins=["*"], ', 'allow_origins=["https://a"], ', "BC103"),
    ],
)
def test_a_fact_that_changes_wakes_its_readers(path: str, old: str, new: str, code: str) -> None:
    project, texts, sources = opened()
    before = found(project, texts)
    runs = project.index.n_runs[code]
    typed(project, sources, path, texts[path].replace(old, new, 1))
    after = found(project, texts)
    assert project.index.n_runs[code] > runs
    assert sum(each == code for _, each in after) < sum(each == code for _, each in before)
