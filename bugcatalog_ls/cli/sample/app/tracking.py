"""The carrier's tracking service."""

import logging
import os

import requests

from app.cache import tracking_cache

logger = logging.getLogger(__name__)

CARRIER_URL = "https://api.carrier.example/v2"


def track(tracking_code: str) -> dict:
    known = tracking_cache.known_answer(tracking_code)
    if known is not None:
        return known
    api_key = os.environ["CARRIER_API_KEY"]
    logger.info("asking the carrier for %s with key %s", tracking_code, api_key)
    headers = {"X-Api-Key": api_key}
    response = requests.get(f"{CARRIER_URL}/parcels/{tracking_code}", headers=headers)
    response.raise_for_status()
    answer = response.json()
    tracking_cache.keep_answers(tracking_code, answer)
    return answer
