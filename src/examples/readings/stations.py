"""Readings of stations, from the table that lies beside this module."""

from __future__ import annotations

import csv
from datetime import datetime
from importlib import resources
from zoneinfo import ZoneInfo

from pydantic import BaseModel

ZONES = {
    "Oslo": ZoneInfo("Europe/Oslo"),
    "Lisbon": ZoneInfo("Europe/Lisbon"),
    "Nairobi": ZoneInfo("Africa/Nairobi"),
}


class Reading(BaseModel, frozen=True):
    """One measurement: the time is that of the station's clocks, the temperature in degrees Celsius."""

    station: str
    time: datetime
    celsius: float


def load() -> list[Reading]:
    """All readings, in the order of the table."""
    table = resources.files("readings").joinpath("stations.csv").read_text(encoding="utf-8")
    return [
        Reading(
            station=row["station"],
            time=datetime.fromisoformat(row["timestamp"]).astimezone(ZONES[row["station"]]),
            celsius=float(row["celsius"]),
        )
        for row in csv.DictReader(table.splitlines())
    ]
