#!/usr/bin/env python3
"""Computes by plain formulas what the clauses must find, shows it as tables, and compares.

    check.py [--native] [--wasm DIR] [--write] [NAME ...]

    --native    also run each clause on this machine, by cargo
    --wasm DIR  also run the programs in DIR (…/wasm32v1-none/release), by node
    --write     write expected/NAME.json instead of comparing with it

Nothing here is shared with the clauses: rain is summed as decimals, the epidemic runs in double
precision, distances come from sin, cos and asin. The results must be the same to the last digit that
a clause prints. Exits with 1 if anything differs. Standard library only.
"""

import argparse
import decimal
import json
import math
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = {
    "heavy-rain": "heavy-rain",
    "epidemic": "epidemic",
    "epidemic-hindsight": "epidemic",
    "cat-payout": "cat-payout",
}


def read(name):
    """Parameters and rows of a job input."""
    head, table = (HERE / "inputs" / f"{name}.input").read_text().split("---\n")
    parameters = dict(line.split("=", 1) for line in head.splitlines()[1:])
    columns, *rows = (line.split(",") for line in table.splitlines())
    return parameters, [dict(zip(columns, row)) for row in rows]


def places(value, count, rounding=decimal.ROUND_HALF_UP):
    """A number as text with so many decimals."""
    return str(decimal.Decimal(value).quantize(decimal.Decimal(1).scaleb(-count), rounding))


def canonical(result):
    """The JSON that a clause writes: sorted keys, no blanks. Number texts are `Raw`."""
    parts = []
    for key in sorted(result):
        value = result[key]
        text = value.text if isinstance(value, Raw) else json.dumps(value)
        parts.append(f'"{key}":{text}')
    return "{" + ",".join(parts) + "}"


class Raw:
    """A number that is written exactly so."""

    def __init__(self, text):
        self.text = text


def heavy_rain(parameters, rows):
    number = decimal.Decimal
    depth = [number(row["precipitation_mm"]) for row in rows]
    date = [row["date"] for row in rows]
    n = int(parameters["window_days"])
    day_limit, limit, full = (
        number(parameters[key])
        for key in ("threshold_day_mm", "threshold_window_mm", "exhaustion_window_mm")
    )
    least = int(parameters["minimum_payout_bps"])

    window = {i: sum(depth[i - n + 1 : i + 1]) for i in range(n - 1, len(depth))}
    days_over = [i for i, value in enumerate(depth) if value >= day_limit]
    windows_over = [i for i, value in window.items() if value >= limit]
    hits = sorted({*days_over, *windows_over})
    wettest_day = max(range(len(depth)), key=lambda i: (depth[i], -i))
    wettest = max(window, key=lambda i: (window[i], -i))
    share = min(max((window[wettest] - limit) / (full - limit), 0), 1)
    payout = math.floor(least + (10000 - least) * share) if hits else 0

    print(f"  {len(depth)} days, {sum(depth)} mm in all")
    print(f"  {'date':<12}{'day mm':>8}{f'{n} days mm':>12}  reaches")
    for i in hits:
        over = [word for word, where in (("day", days_over), ("window", windows_over)) if i in where]
        print(f"  {date[i]:<12}{depth[i]:>8}{window.get(i, ''):>12}  {' and '.join(over)}")
    parts = " + ".join(str(depth[i]) for i in range(wettest - n + 1, wettest + 1))
    print(f"  wettest window: {parts} = {window[wettest]} mm, ending {date[wettest]}")
    if hits:
        print(
            f"  payout: {least} + (10000 − {least}) · ({window[wettest]} − {limit})"
            f" / ({full} − {limit}), the fraction between 0 and 1, is {payout} basis points"
        )
    else:
        print("  neither threshold was reached: nothing is due")
    return {
        "clause": "heavy-rain",
        "days": len(depth),
        "days_over": len(days_over),
        "first_date": date[hits[0]] if hits else None,
        "from": date[0],
        "max_day_date": date[wettest_day],
        "max_day_mm": Raw(places(depth[wettest_day], 1)),
        "max_window_date": date[wettest],
        "max_window_mm": Raw(places(window[wettest], 1)),
        "payout_bps": payout,
        "station": parameters["station"],
        "to": date[-1],
        "total_mm": Raw(places(sum(depth), 1)),
        "triggered": bool(hits),
        "window_days": n,
        "windows_over": len(windows_over),
    }


def seir(r0, pool, parameters, days):
    """Daily onsets and infectious at the day's end, in people; and who was ever infected."""
    per_day = int(parameters["steps_per_day"])
    latent, infectious = float(parameters["latent_days"]), float(parameters["infectious_days"])
    beta, sigma, gamma = r0 / infectious / per_day, 1 / latent / per_day, 1 / infectious / per_day
    e, i = int(parameters["first_exposed"]) / pool, int(parameters["first_infectious"]) / pool
    s = 1 - e - i
    onsets, sick = [], []
    for _ in range(days):
        day = 0.0
        for _ in range(per_day):
            infections, starts, ends = s * beta * i, sigma * e, gamma * i
            s, e, i = s - infections, e + infections - starts, i + starts - ends
            day += starts
        onsets.append(day * pool)
        sick.append(i * pool)
    return onsets, sick, (1 - s) * pool


def seir_limit(r0, pool, parameters, days):
    """The continuous SEIR equations (Runge–Kutta, 200 steps a day): most infectious, and when."""
    latent, infectious = float(parameters["latent_days"]), float(parameters["infectious_days"])

    def slope(state):
        s, e, i = state
        return (
            -r0 / infectious * s * i,
            r0 / infectious * s * i - e / latent,
            e / latent - i / infectious,
        )

    def move(state, by, h):
        return tuple(x + h * dx for x, dx in zip(state, by))

    e, i = int(parameters["first_exposed"]) / pool, int(parameters["first_infectious"]) / pool
    state, h, best = (1 - e - i, e, i), 1 / 200, (0, 0)
    for step in range(days * 200):
        k1 = slope(state)
        k2 = slope(move(state, k1, h / 2))
        k3 = slope(move(state, k2, h / 2))
        k4 = slope(move(state, k3, h))
        mean = tuple((a + 2 * b + 2 * c + d) / 6 for a, b, c, d in zip(k1, k2, k3, k4))
        state = move(state, mean, h)
        best = max(best, (state[2] * pool, (step + 1) / 200))
    return best


def grid(parameters, name, scale):
    """The grid's numbers: whole multiples of 1/scale."""
    first, last, step = (
        round(float(parameters[f"{name}_{end}"]) * scale) for end in ("from", "to", "step")
    )
    return [value / scale for value in range(first, last + 1, step)]


def epidemic(parameters, rows):
    reported = [int(row["onsets"]) for row in rows]
    r0s, pools = grid(parameters, "r0", 100), [int(n) for n in grid(parameters, "pool", 1)]
    horizon = int(parameters["horizon_days"])

    def error(pair):
        modelled, _, _ = seir(*pair, parameters, len(reported))
        return sum((a - b) ** 2 for a, b in zip(modelled, reported))

    errors = {(r0, pool): error((r0, pool)) for r0 in r0s for pool in pools}
    r0, pool = min(errors, key=lambda pair: (errors[pair], pair))
    mean = sum(reported) / len(reported)
    r_squared = 1 - errors[r0, pool] / sum((n - mean) ** 2 for n in reported)
    onsets, sick, infected = seir(r0, pool, parameters, horizon)
    peak_day = sick.index(max(sick)) + 1
    peak = max(sick)
    edge = any(
        value in (values[0], values[-1]) and len(values) > 1
        for value, values in ((r0, r0s), (pool, pools))
    )
    alert = int(parameters["alert_infectious"])

    print(f"  {len(errors)} pairs tried on {len(reported)} days with {sum(reported)} onsets")
    print(f"  best: R0 = {r0:.2f} in a pool of {pool} people, R² = {r_squared:.4f}")
    print(f"  {'to day':>8}{'reported':>10}{'modelled':>10}{'infectious':>12}")
    for day in range(7, min(horizon, max(len(reported), peak_day) + 14) + 1, 7):
        seen = sum(reported[day - 7 : day]) if day <= len(reported) else "–"
        print(f"  {day:>8}{seen:>10}{sum(onsets[day - 7 : day]):>10.1f}{sick[day - 1]:>12.1f}")
    limit, limit_day = seir_limit(r0, pool, parameters, horizon)
    print(f"  peak: {peak:.2f} infectious at the end of day {peak_day}; alert from {alert} on")
    print(f"  infected by day {horizon}: {infected:.2f}")
    print(
        f"  (continuous equations: {limit:.2f} at day {limit_day:.2f};"
        f" these steps are {peak / limit - 1:+.2%} off)"
    )
    return {
        "alert": peak >= alert,
        "clause": "epidemic",
        "disease": parameters["disease"],
        "final_size": Raw(places(infected, 1)),
        "fit_at_edge": edge,
        "peak_day": peak_day,
        "peak_infectious": Raw(places(peak, 1)),
        "place": parameters["place"],
        "pool": pool,
        "r0": Raw(places(r0, 2)),
        "r_squared": Raw(places(r_squared, 3, decimal.ROUND_FLOOR)),
        "reported_days": len(reported),
        "reported_onsets": sum(reported),
    }


def haversine_km(latitude1, longitude1, latitude2, longitude2):
    phi1, phi2 = math.radians(latitude1), math.radians(latitude2)
    half_north = (phi2 - phi1) / 2
    half_east = math.radians(longitude2 - longitude1) / 2
    h = math.sin(half_north) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half_east) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(h))


def cat_payout(parameters, rows):
    centre = float(parameters["centre_latitude"]), float(parameters["centre_longitude"])
    layers = [layer.split(":") for layer in parameters["layers"].split(",")]
    layers = [(float(magnitude), int(payout)) for magnitude, payout in layers]
    admitted = [
        row
        for row in rows
        if parameters["from"] <= row["time"] < parameters["until"]
        and float(row["depth_km"]) <= float(parameters["max_depth_km"])
        and parameters["status"] in ("any", row["status"])
    ]
    for row in admitted:
        row["distance"] = haversine_km(*centre, float(row["latitude"]), float(row["longitude"]))
    counted = [row for row in admitted if row["distance"] <= float(parameters["radius_km"])]
    # The largest magnitude; the earlier of two, then the smaller id.
    counted.sort(key=lambda row: (-float(row["magnitude"]), row["time"], row["id"]))
    qualifying = [row for row in counted if float(row["magnitude"]) >= layers[0][0]]
    largest = counted[0] if counted else None
    reached = [layer for layer in layers if largest and layer[0] <= float(largest["magnitude"])]

    print(f"  {len(rows)} events, {len(admitted)} admitted by period, depth and status,")
    print(f"  {len(counted)} of them within {parameters['radius_km']} km:")
    print(f"  {'id':<12}{'time':<22}{'magnitude':>10}{'depth km':>10}{'km away':>10}")
    for row in counted:
        print(
            f"  {row['id']:<12}{row['time']:<22}{row['magnitude']:>10}{row['depth_km']:>10}"
            f"{row['distance']:>10.3f}"
        )
    if reached:
        print(f"  the first decides: layer {reached[-1][0]} pays {reached[-1][1]} basis points")
    down = lambda value: places(value, 3, decimal.ROUND_FLOOR)
    return {
        "clause": "cat-payout",
        "events": len(rows),
        "events_admitted": len(admitted),
        "events_counted": len(counted),
        "largest_distance_km": Raw(down(largest["distance"])) if largest else None,
        "largest_id": largest["id"] if largest else None,
        "largest_magnitude": Raw(places(largest["magnitude"], 2)) if largest else None,
        "largest_time": largest["time"] if largest else None,
        "layer_magnitude": Raw(places(reached[-1][0], 2)) if reached else None,
        "payout_bps": reached[-1][1] if reached else 0,
        "policy": parameters["policy"],
        "qualifying_events": len(qualifying),
        "triggered": bool(reached),
    }


FORMULAS = {"heavy-rain": heavy_rain, "epidemic": epidemic, "cat-payout": cat_payout}


def compare(what, expected, found):
    """Says whether two results are the same bytes."""
    same = expected == found
    print(f"  {what}: {'the same' if same else 'DIFFERS'}")
    if not same:
        print(f"    expected {expected}\n    found    {found}")
    return same


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else f"failed: {done.stderr.strip()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(EXAMPLES))
    parser.add_argument("--native", action="store_true", help="run the clauses by cargo")
    parser.add_argument("--wasm", type=pathlib.Path, metavar="DIR", help="run the programs by node")
    parser.add_argument("--write", action="store_true", help="write the expected results")
    options = parser.parse_args()
    if unknown := set(options.names) - set(EXAMPLES):
        parser.error(f"no example is named {', '.join(unknown)}")

    good = True
    for name in options.names or EXAMPLES:
        clause = EXAMPLES[name]
        print(f"{name}")
        result = canonical(FORMULAS[clause](*read(name)))
        path = HERE / "expected" / f"{name}.json"
        if options.write:
            path.write_text(result + "\n")
        good &= compare(f"expected/{name}.json", result, path.read_text().strip())
        source = str(HERE / "inputs" / f"{name}.input")
        if options.native:
            manifest = ["--manifest-path", str(HERE / "Cargo.toml")]
            tool = ["-p", clause, "--example", f"{clause}-native"]
            command = ["cargo", "run", "--quiet", "--release", *manifest, *tool, "--", source]
            good &= compare("the clause on this machine", result, run(command))
        if options.wasm:
            program = str(options.wasm / f"{clause.replace('-', '_')}.wasm")
            command = ["node", str(HERE / "run_wasm.mjs"), program, source]
            good &= compare("the clause as wasm", result, run(command))
        print(f"  {result}\n")
    print("all the same" if good else "there are differences")
    sys.exit(not good)


if __name__ == "__main__":
    main()
