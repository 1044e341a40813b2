"""Runs `flare hunt` over labelled captures, once a detector, and prints a table a set.

usage: captures.py FLARE MANIFEST

The manifest is a list of captures: set, name, paths (relative to the manifest), args (of hunt), and c2: the channels that are command
and control, by dest_ip and dest_port (null for any) and perhaps host; empty where all traffic is benign.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile

DETECTORS = ["beacon", "rita", "beacon-classic"]
URGENT = {"high", "critical"}
# Ends with these are no failure: all well, something was left out, nothing was found.
WELL = {0, 3, 4}
COLUMNS = ["captures", "all C2 found", "at high or above", "first row is C2", "other findings", "of them high or above"]


def is_c2(row, channels):
    return any(
        channel["dest_ip"] in (None, row["dest_ip"])
        and channel["dest_port"] in (None, int(row["dest_port"] or 0))
        and channel.get("host", row["host"]) == row["host"]
        for channel in channels
    )


def findings(flare, detector, capture, base, work):
    """The rows of one run, most urgent first."""
    output = os.path.join(work, "findings.csv")
    if os.path.exists(output):
        os.remove(output)
    paths = [os.path.join(base, path) for path in capture["paths"]]
    command = [flare, "hunt", *paths, "--detector", detector, "--quiet", "--top", "0", "--csv", output, *capture["args"]]
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode not in WELL:
        sys.exit(f"{capture['name']}: flare hunt ended with {ended.returncode}: {ended.stderr.strip()}")
    if not os.path.exists(output):
        return []
    with open(output, newline="") as file:
        return list(csv.DictReader(file))


def figures(rows, channels):
    """What one capture adds to its set's columns."""
    own = [row for row in rows if is_c2(row, channels)]
    others = [row for row in rows if not is_c2(row, channels)]
    urgent = [row for row in own if row["severity"] in URGENT]

    def all_in(some):
        return bool(channels) and all(any(is_c2(row, [channel]) for row in some) for channel in channels)

    return [
        1, all_in(own), all_in(urgent), bool(own) and rows[0] == own[0], len(others),
        sum(row["severity"] in URGENT for row in others),
    ]


def main(flare, manifest):
    with open(manifest) as file:
        captures = json.load(file)
    base = os.path.dirname(os.path.abspath(manifest))
    sums = {}
    with tempfile.TemporaryDirectory() as work:
        for capture in captures:
            for detector in DETECTORS:
                rows = findings(flare, detector, capture, base, work)
                row = sums.setdefault(capture["set"], {}).setdefault(detector, [0] * len(COLUMNS))
                for column, value in enumerate(figures(rows, capture["c2"])):
                    row[column] += value
    for name, by_detector in sums.items():
        print(f"| {name} | " + " | ".join(COLUMNS) + " |")
        print("| --- " * (len(COLUMNS) + 1) + "|")
        for detector, row in by_detector.items():
            print(f"| {detector} | " + " | ".join(str(value) for value in row) + " |")
        print()


if len(sys.argv) != 3:
    sys.exit(__doc__)
if __name__ == "__main__":
    main(*sys.argv[1:])
