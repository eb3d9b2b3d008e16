#!/usr/bin/env python3
"""Puts the data files and the parameters below together into job inputs. Standard library only.

The data are measurements (data/SOURCE.md). The parameters are the terms of imaginary policies:
thresholds, payouts, places of interest. They are chosen for the example.
"""

import pathlib

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent / "data"

RAIN = {
    "station": "Seattle WA",
    "threshold_day_mm": "50.0",
    "window_days": "3",
    "threshold_window_mm": "80.0",
    "exhaustion_window_mm": "120.0",
    "minimum_payout_bps": "2500",
}

# Mean latent and infectious time: half of the mean serial interval each. The interval, 2.6 days,
# comes with the data (data/SOURCE.md); in an SEIR model it is the sum of the two.
INFLUENZA = {
    "disease": "influenza 1918",
    "place": "Baltimore MD",
    "r0_from": "1.10",
    "r0_to": "2.50",
    "r0_step": "0.02",
    "pool_from": "4000",
    "pool_to": "30000",
    "pool_step": "1000",
    "first_exposed": "1",
    "first_infectious": "1",
    "latent_days": "1.30",
    "infectious_days": "1.30",
    "steps_per_day": "10",
    "horizon_days": "120",
    "alert_infectious": "300",
    "min_r_squared": "0.500",
}

# The centre is the city of Hualien, Taiwan.
QUAKE = {
    "policy": "Hualien 2018",
    "centre_latitude": "23.9769",
    "centre_longitude": "121.6044",
    "radius_km": "50",
    "max_depth_km": "70",
    "from": "2018-02-01T00:00:00Z",
    "until": "2018-02-08T00:00:00Z",
    "status": "reviewed",
    "layers": "5.0:500,5.5:1500,6.0:4000,6.5:7500,7.0:10000",
}


def bundle(name, kind, parameters, data, choose=lambda row: True):
    columns, *rows = (DATA / data).read_text().splitlines()
    rows = [row for row in rows if choose(row)]
    header = [f"{key}={value}" for key, value in parameters.items()]
    lines = [f"{kind}/1", *header, f"rows={len(rows)}", "---", columns, *rows]
    path = HERE / f"{name}.input"
    path.write_text("\n".join(lines) + "\n", newline="\n")
    print(f"{path.name}: {len(rows)} rows, {path.stat().st_size} bytes")


def two_years(row):
    return row[:4] in ("2014", "2015")


def five_weeks(row):
    return int(row.split(",")[0]) <= 35


def main():
    bundle("heavy-rain", "heavy-rain", RAIN, "seattle-precipitation.csv", two_years)
    bundle("epidemic", "epidemic", INFLUENZA, "baltimore-influenza-1918.csv", five_weeks)
    bundle("epidemic-hindsight", "epidemic", INFLUENZA, "baltimore-influenza-1918.csv")
    bundle("cat-payout", "cat-payout", QUAKE, "usgs-earthquakes.csv")


if __name__ == "__main__":
    main()
