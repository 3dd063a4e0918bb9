"""Couriers."""

from fastapi import APIRouter, Depends
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import get_session
from app.models import Courier

router = APIRouter(prefix="/couriers")


@router.get("")
def couriers(session: Session = Depends(get_session)) -> list[dict]:
    found = session.scalars(select(Courier).order_by(Courier.name, Courier.id))
    return [{"id": courier.id, "name": courier.name} for courier in found]
