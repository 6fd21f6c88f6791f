"""A small web service: the readings of a station as JSON.

Listens on $PORT, 8000 by default.
"""

from __future__ import annotations

import os

import uvicorn
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

from readings.stations import load

app = FastAPI(title="Readings")


class Measurement(BaseModel):
    time: str
    celsius: float


@app.get("/stations/{station}")
def station(station: str) -> list[Measurement]:
    """The readings of a station in its local time."""
    found = [reading for reading in load() if reading.station == station]
    if not found:
        raise HTTPException(status_code=404, detail=f"no station {station}")
    return [Measurement(time=reading.time.isoformat(), celsius=reading.celsius) for reading in found]


if __name__ == "__main__":
    uvicorn.run(app, host=os.environ.get("HOST", "0.0.0.0"), port=int(os.environ.get("PORT", "8000")))
