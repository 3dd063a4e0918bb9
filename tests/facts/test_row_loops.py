"""What loops ask for each turn, and what functions read of a row, rendered as text."""

from __future__ import annotations

from bugcatalog_ls.facts.loop_calls import LoopCall
from bugcatalog_ls.facts.loop_rows import RowAccess, RowHandedOn
from bugcatalog_ls.facts.row_reads import EagerlyLoaded, FirstReads
from bugcatalog_ls.testing.checks import project_of, split_fixture


def rendered(fixture: str, kind: type, *fields: str) -> str:
    project = project_of("", split_fixture(fixture), None)
    facts = [fact for path in sorted(project.results) for fact in project.index.in_file(path, kind)]
    return "\n".join(" ".join(str(getattr(fact, field)) for field in fields) for fact in facts)


LOOPS = """
from sqlalchemy import select
from models import Order, User
def of_query(db):
    for order in db.scalars(select(Order)):
        print(order.user.name, order.id)
def of_parameter(orders: list[Order]):
    return [order.user for order in orders]
def handed(db):
    return [order.to_dict(deep=True) for order in db.query(Order).all()]
def asks(db, ids):
    for id in ids:
        db.get(User, id)
        db.execute(select(User).where(User.id.in_(id)))
def once(db, ids):
    for id in ids:
        return db.get(User, id)
def constants(db):
    for kind in Kind:
        db.get(User, kind)
"""


def test_attributes_of_rows() -> None:
    assert rendered(LOOPS, RowAccess, "entity", "attribute", "library") == (
        "models.Order user sqlalchemy\nmodels.Order id sqlalchemy\nmodels.Order user annotated"
    )


def test_rows_handed_on() -> None:
    assert rendered(LOOPS, RowHandedOn, "function", "position") == "models.Order.to_dict -1"


def test_calls_of_each_turn() -> None:
    assert rendered(LOOPS, LoopCall, "kind", "written") == "query db.get"


def test_what_functions_read_of_a_row() -> None:
    fixture = """
    class Order:
        def to_dict(self):
            return {"user": self.user.name, "id": self.id, "f": self.f()}
    def other(order):
        return order.user
    """
    assert rendered(fixture, FirstReads, "function", "attributes") == "example.Order.to_dict ('id', 'user')"


def test_what_is_loaded_with_rows() -> None:
    fixture = """
    from sqlalchemy.orm import selectinload
    q = select(Order).options(selectinload(Order.user))
    p = Post.objects.prefetch_related("tags__owner")
    """
    assert rendered(fixture, EagerlyLoaded, "attribute") == "owner\ntags\nuser"
