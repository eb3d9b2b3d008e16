#!/usr/bin/env python3
"""Cuts the data files of the examples out of two published packages.

    make_data.py vega-datasets-3.2.1.tgz r-cran-epiestim_2.2-4+dfsg-1_all.deb

How to get them: `npm pack vega-datasets@3.2.1` and, on Debian 12, `apt-get download r-cran-epiestim`.
The archives and the files in them are held against the SHA-256 sums below, which SOURCE.md repeats.
Standard library only. Nothing is computed, filled in or rounded: rows and columns are selected and
written down as they are (times are cut to the second).
"""

import csv
import datetime
import gzip
import hashlib
import io
import json
import lzma
import pathlib
import struct
import sys
import tarfile

HERE = pathlib.Path(__file__).resolve().parent

VEGA = "6f72fda460a9863fae5fcb32f85bcd49e1761fdea6dc6cf9f4962472881cc5a3"
WEATHER = "package/data/seattle-weather.csv"
QUAKES = "package/data/earthquakes.json"
EPIESTIM = "4d9c5821d4efb0c0327ca1510dac412f3ab503c1a24a37ac38e58adf741e5c70"
FLU = "./usr/lib/R/site-library/EpiEstim/data/Flu1918.rda"
MEMBERS = {
    WEATHER: "0845078a290b48e3149ab8639966824110a251db4e06fc144c06ebb534af23be",
    QUAKES: "a42702a83ffbae679f95d1fa53e2cae0bae13b21e599a68cdd50a44fc52129f7",
    FLU: "b2b17cd31cf1cc5a124986ac3ac2db61eb9cd5ccb2bd59f8982dbad375c5a21f",
}
SMALLEST_MAGNITUDE = 2.5


def checked(data, digest, name):
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        sys.exit(f"{name}: SHA-256 is {found}, expected {digest}")
    return data


def member(archive, name):
    return checked(archive.extractfile(name).read(), MEMBERS[name], name)


def debian_payload(data):
    """The file tree in a Debian package: an `ar` archive with a `data.tar.xz`."""
    if data[:8] != b"!<arch>\n":
        sys.exit("not a Debian package")
    at = 8
    while at < len(data):
        name, size = data[at : at + 16].decode().strip(), int(data[at + 48 : at + 58])
        if name.rstrip("/") == "data.tar.xz":
            return lzma.decompress(data[at + 60 : at + 60 + size])
        at += 60 + size + size % 2
    sys.exit("no data.tar.xz in the Debian package")


class RData:
    """Just enough of R's serialization (`RDX2`, XDR) for lists of numeric vectors with names."""

    def __init__(self, data):
        if data[:7] != b"RDX2\nX\n":
            sys.exit("not an R data file of version 2")
        self.data, self.at, self.symbols = data, 7 + 12, []

    def int(self):
        self.at += 4
        return struct.unpack_from(">i", self.data, self.at - 4)[0]

    def item(self):
        flags = self.int()
        kind, attributed, tagged = flags & 0xFF, flags & 0x200, flags & 0x400
        if kind == 254:  # nil
            return None
        if kind == 255:  # a symbol seen before
            return self.symbols[(flags >> 8) - 1]
        if kind == 1:  # symbol
            name = self.item()
            self.symbols.append(name)
            return name
        if kind == 9:  # characters
            size = self.int()
            self.at += size
            return self.data[self.at - size : self.at].decode()
        if kind == 2:  # pair list
            if attributed:
                self.item()
            tag = self.item() if tagged else None
            value, rest = self.item(), self.item()
            return {tag: value, **(rest or {})}
        if kind in (10, 13):  # logical, integer
            value = [self.int() for _ in range(self.int())]
        elif kind == 14:  # double
            size = self.int()
            value = list(struct.unpack_from(f">{size}d", self.data, self.at))
            self.at += 8 * size
        elif kind in (16, 19):  # strings, list
            value = [self.item() for _ in range(self.int())]
        else:
            sys.exit(f"R data of kind {kind}")
        if attributed:
            names = self.item().get("names")
            if names:
                value = dict(zip(names, value))
        return value


def write(name, columns, rows):
    with open(HERE / name, "w", newline="") as file:
        file.write(columns + "\n")
        for row in rows:
            file.write(",".join(row) + "\n")
    path = HERE / name
    size, digest = path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()
    print(f"{name}: {len(rows)} rows, {size} bytes, sha256 {digest}")


def rain(archive):
    text = member(archive, WEATHER).decode()
    rows = [(row["date"], row["precipitation"]) for row in csv.DictReader(io.StringIO(text))]
    write("seattle-precipitation.csv", "date,precipitation_mm", rows)


def quakes(archive):
    # Numbers stay the text that they are: nothing passes through a float.
    catalogue = json.loads(member(archive, QUAKES), parse_float=str, parse_int=str)
    rows = []
    for feature in catalogue["features"]:
        facts = feature["properties"]
        magnitude = facts["mag"]
        if facts["type"] != "earthquake" or magnitude is None:
            continue
        if float(magnitude) < SMALLEST_MAGNITUDE:
            continue
        seconds = datetime.timedelta(seconds=int(facts["time"]) // 1000)
        moment = datetime.datetime(1970, 1, 1) + seconds
        longitude, latitude, depth = feature["geometry"]["coordinates"]
        time = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        rows.append((feature["id"], time, latitude, longitude, depth, magnitude, facts["status"]))
    rows.sort(key=lambda row: (row[1], row[0]))
    columns = "id,time,latitude,longitude,depth_km,magnitude,status"
    write("usgs-earthquakes.csv", columns, rows)


def influenza(archive):
    data = RData(gzip.decompress(member(archive, FLU))).item()["Flu1918"]
    onsets = data["incidence"]
    if any(count != int(count) for count in onsets):
        sys.exit("the daily counts are not whole numbers")
    rows = [(str(day), str(int(count))) for day, count in enumerate(onsets, start=1)]
    write("baltimore-influenza-1918.csv", "day,onsets", rows)
    mean = sum(day * share for day, share in enumerate(data["si_distr"]))
    print(f"mean serial interval of si_distr in the same file: {mean:.3f} days")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    vega, epiestim = (pathlib.Path(path).read_bytes() for path in sys.argv[1:])
    checked(vega, VEGA, "vega-datasets")
    checked(epiestim, EPIESTIM, "r-cran-epiestim")
    with tarfile.open(fileobj=io.BytesIO(vega)) as archive:
        rain(archive)
        quakes(archive)
    with tarfile.open(fileobj=io.BytesIO(debian_payload(epiestim))) as archive:
        influenza(archive)


if __name__ == "__main__":
    main()
