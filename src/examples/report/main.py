"""A small data job: statistics of each station's temperatures, as JSON on standard output."""

from __future__ import annotations

import json
import sys

import numpy as np
import pandas as pd

from readings.stations import load


def report() -> dict[str, dict[str, float]]:
    """Station → its lowest and highest temperature, and the mean difference between noon and morning."""
    frame = pd.DataFrame([(reading.station, reading.time, reading.celsius) for reading in load()])
    frame.columns = pd.Index(["station", "time", "celsius"])
    return {
        str(station): {
            "lowest": float(group["celsius"].min()),
            "highest": float(group["celsius"].max()),
            "morning_to_noon": round(float(np.diff(group["celsius"].to_numpy())[::2].mean()), 2),
        }
        for station, group in frame.groupby("station")
    }


if __name__ == "__main__":
    json.dump(report(), sys.stdout, indent=1, sort_keys=True)
    print()
