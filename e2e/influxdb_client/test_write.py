"""Writes with the Python clients of InfluxDB 1 and 2, and reads every value back.

TALLYKEEP_URL says where, TALLYKEEP_KEY is an API key that may write and read. The account has to be new.
"""

import json
import os
import sys
import urllib.parse
import urllib.request

from influxdb import InfluxDBClient as ClientV1
from influxdb_client import InfluxDBClient, Point, WriteOptions, WritePrecision
from influxdb_client.client.write_api import SYNCHRONOUS

URL = os.environ["TALLYKEEP_URL"].rstrip("/")
KEY = os.environ["TALLYKEEP_KEY"]

POINTS = 10_000
POINTS_V1 = 1_000
BATCH = 1_000
# 2026-01-01T00:00:00Z in milliseconds; a point every second.
BEGIN = 1_767_225_600_000
STEP = 1_000

TAGS = [
    {"room": "kitchen"},
    {"room": "living room", "sensor id": "a b"},
    {"room": "Köln, Süd", "floor": "2"},
    {"room": "日本 = 本", "path": "C:\\temp"},
    {},
]
MEASUREMENTS = ["climate", "power meter", "größe,°C", "cpu"]


def points():
    """The points: measurement, tags, numbers by field, milliseconds."""
    for i in range(POINTS):
        fields = {"value": i / 7, "count": i * 1_000_003}
        if i % 3 == 0:
            fields["is on"] = i % 2 == 0
        yield MEASUREMENTS[i % len(MEASUREMENTS)], TAGS[i % len(TAGS)], fields, BEGIN + i * STEP


def points_v1():
    for i in range(POINTS_V1):
        yield "v1 steps", {"who": "Zoë, or so"}, {"value": -i / 3, "total": i}, BEGIN + i * STEP


def as_samples(all_points):
    """What has to be read back: values by metric, labels and time."""
    samples = {}
    for measurement, tags, fields, at in all_points:
        for field, value in fields.items():
            metric = measurement if field == "value" else f"{measurement}_{field}"
            samples.setdefault(metric, {})[frozenset(tags.items()), at] = float(value)
    return samples


def write_v2():
    """Half of the points by waiting for each batch, half from the background thread."""
    made = [as_point(*point) for point in points()]
    half = len(made) // 2
    refused = []
    with InfluxDBClient(url=URL, token=KEY, org="any", enable_gzip=True) as client:
        with client.write_api(write_options=SYNCHRONOUS) as api:
            for begin in range(0, half, BATCH):
                api.write(bucket="any", record=made[begin : begin + BATCH], write_precision=WritePrecision.MS)
        report = lambda _, __, error: refused.append(error)
        options = WriteOptions(batch_size=BATCH, flush_interval=1_000)
        with client.write_api(write_options=options, error_callback=report) as api:
            for point in made[half:]:
                api.write(bucket="any", record=point, write_precision=WritePrecision.MS)
    return refused


def as_point(measurement, tags, fields, at):
    point = Point(measurement).time(at, WritePrecision.MS)
    for tag, value in tags.items():
        point.tag(tag, value)
    for field, value in fields.items():
        point.field(field, value)
    # Text is no number: it is passed over and loses nothing else.
    return point.field("note", 'said "so", twice')


def write_v1():
    address = urllib.parse.urlsplit(URL)
    client = ClientV1(address.hostname, address.port, username="anything", password=KEY, database="any", gzip=True)
    records = [
        {"measurement": measurement, "tags": tags, "fields": fields, "time": at}
        for measurement, tags, fields, at in points_v1()
    ]
    written = client.write_points(records, time_precision="ms", batch_size=BATCH)
    client.close()
    return written


def get(path, **parameters):
    query = urllib.parse.urlencode(parameters, doseq=True)
    request = urllib.request.Request(f"{URL}{path}?{query}", headers={"Authorization": f"Bearer {KEY}"})
    # The proxy that the environment may name is for the way out.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request) as response:
        return json.load(response)


def read(metric):
    """Every sample of the metric as it is stored, and how many there are."""
    answer = get(
        "/api/v1/query",
        metric=metric,
        aggregate="raw",
        start=BEGIN,
        end=BEGIN + POINTS * STEP,
        points=100_000,
        group_by=["room", "sensor id", "floor", "path", "who"],
    )
    found = [
        ((frozenset(series["labels"].items()), at), value)
        for series in answer["series"]
        for at, value in series["points"]
    ]
    return dict(found), len(found)


class Checks:
    """Counts what is as it should be."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, good, detail=""):
        self.passed, self.failed = self.passed + bool(good), self.failed + (not good)
        if not good:
            print(f"FAILED: {what} {detail}")

    def all_is_there(self, when, expected):
        names = {metric["name"] for metric in get("/api/v1/metrics")["items"]}
        self.check(f"{when}: the metrics", names == set(expected), sorted(names ^ set(expected)))
        for metric, samples in expected.items():
            found, count = read(metric)
            self.check(f"{when}: {metric}: nothing twice", count == len(found), f"{count} of {len(found)}")
            differing = [key for key in samples.keys() | found.keys() if samples.get(key) != found.get(key)]
            detail = [(sorted(labels), at) for labels, at in differing[:3]]
            self.check(f"{when}: {metric}: {len(samples)} samples", not differing, f"{len(differing)} differ: {detail}")


def main():
    expected = as_samples(points()) | as_samples(points_v1())
    checks = Checks()
    for when in ["written once", "written again"]:
        refused = write_v2()
        checks.check(f"{when}: the client of InfluxDB 2", not refused, refused[:1])
        checks.check(f"{when}: the client of InfluxDB 1", write_v1())
        checks.all_is_there(when, expected)
    total = sum(len(samples) for samples in expected.values())
    print(f"{POINTS + POINTS_V1} points with {total} numbers, each written twice and read back")
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
