"""What clients send and get."""

from pydantic import BaseModel


class ParcelCreate(BaseModel):
    tracking_code: str
    recipient: str
    address: str
    weight_grams: int | None = None
    delivery_note: str | None = None


class ParcelUpdate(BaseModel):
    recipient: str | None = None
    address: str | None = None
    weight_grams: int | None = None
