"""The application."""

from fastapi import FastAPI

from app.routers import parcels

app = FastAPI(title="Parcel desk")
app.include_router(parcels.router)
