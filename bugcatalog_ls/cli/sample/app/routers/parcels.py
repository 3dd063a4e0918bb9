"""Parcels: taken in, changed, tracked."""

import logging

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy.orm import Session

from app.cache import TrackingCache
from app.database import get_session
from app.labels import print_label
from app.models import Parcel
from app.schemas import ParcelCreate, ParcelUpdate
from app.tracking import track

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/parcels")


@router.post("", status_code=201)
def take_in(parcel: ParcelCreate, session: Session = Depends(get_session)) -> dict:
    taken = Parcel(**parcel.model_dump())
    session.add(taken)
    session.commit()
    try:
        print_label(taken.tracking_code, taken.recipient)
    except Exception:
        pass
    return {"id": taken.id}


@router.patch("/{parcel_id}")
def change(parcel_id: int, changes: ParcelUpdate, session: Session = Depends(get_session)) -> dict:
    parcel = session.get(Parcel, parcel_id)
    if parcel is None:
        raise HTTPException(status_code=404, detail="no such parcel")
    for name, value in changes.model_dump(exclude_unset=True).items():
        setattr(parcel, name, value)
    session.commit()
    TrackingCache.forget(parcel.tracking_code)
    return {"id": parcel.id}


@router.get("/{tracking_code}/way")
def way(tracking_code: str) -> dict:
    try:
        return {"success": True, "way": track(tracking_code)}
    except Exception as error:
        logger.exception("tracking of %s failed", tracking_code)
        return {"success": False, "error": str(error)}
