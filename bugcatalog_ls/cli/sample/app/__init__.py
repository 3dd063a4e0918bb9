"""The back end of a parcel desk."""
