"""How much the verdicts over labelled captures hang on each weight of evidence: each halved, and made half as large again.

usage: sensitivity.py FLARE MANIFEST

Runs `flare hunt` once a capture and weighs its findings anew (docs/priority.md). What is reported stays as it is: a weight that makes
a finding of a candidate, or keeps one from being one, is not seen here. The base rate and the score are weights too.
"""

import json
import os
import subprocess
import sys
import tempfile

from captures import URGENT, WELL, is_c2

BASE_RATE = -11.0
COLUMNS = ["all C2 at high or above", "first row is C2", "others at high or above"]


def findings(flare, capture, base, work):
    output = os.path.join(work, "findings.json")
    if os.path.exists(output):
        os.remove(output)
    paths = [os.path.join(base, path) for path in capture["paths"]]
    command = [flare, "hunt", *paths, "--quiet", "--json", output, *capture["args"]]
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode not in WELL:
        sys.exit(f"{capture['name']}: flare hunt ended with {ended.returncode}: {ended.stderr.strip()}")
    if not os.path.exists(output):
        return []
    with open(output) as file:
        return [json.loads(line) for line in file]


def weighed(finding, name, factor):
    """Weight and severity where one weight is another."""
    own = finding["weight"] - sum(modifier["amount"] for modifier in finding["modifiers"]) - BASE_RATE
    sides, strong = {}, set()
    total = own * (factor if name == "score" else 1) + BASE_RATE * (factor if name == "base_rate" else 1)
    for modifier in finding["modifiers"]:
        amount = modifier["amount"] * (factor if name == modifier["name"] else 1)
        total += amount
        sides[modifier["side"]] = sides.get(modifier["side"], 0) + amount
        if amount >= 3 and modifier["side"] != "known":
            strong.add(modifier["side"])
    count = sum(2 if side in ("alert", "list") else 1 for side in strong if sides[side] >= 3)
    priority = 1 / (1 + 10 ** (-total / 10))
    if priority >= 0.8 and count >= 2:
        return total, "critical"
    if priority >= 0.6 and count >= 1:
        return total, "high"
    return total, "medium" if priority >= 0.4 else "low"


def figures(captures, name, factor):
    sums = [0, 0, 0]
    for capture, rows in captures:
        again = sorted(((*weighed(row, name, factor), row) for row in rows), key=lambda entry: -entry[0])
        channels = capture["c2"]
        urgent = [row for _, severity, row in again if severity in URGENT]
        sums[0] += bool(channels) and all(any(is_c2(row, [channel]) for row in urgent) for channel in channels)
        sums[1] += bool(channels) and bool(again) and is_c2(again[0][2], channels)
        sums[2] += sum(not is_c2(row, channels) for row in urgent)
    return sums


def main(flare, manifest):
    with open(manifest) as file:
        entries = json.load(file)
    base = os.path.dirname(os.path.abspath(manifest))
    with tempfile.TemporaryDirectory() as work:
        captures = [(entry, findings(flare, entry, base, work)) for entry in entries]
    counts = {}
    for _, rows in captures:
        for row in rows:
            for modifier in row["modifiers"]:
                counts[modifier["name"]] = counts.get(modifier["name"], 0) + 1
    total = sum(len(rows) for _, rows in captures)
    counts = {"score": total, "base_rate": total, **dict(sorted(counts.items(), key=lambda entry: -entry[1]))}
    print("| weight | findings that have it | " + " | ".join(f"{column}: x 0.5, x 1.5" for column in COLUMNS) + " |")
    print("| --- | --- | " + " | ".join("---" for _ in COLUMNS) + " |")
    whole = figures(captures, None, 1)
    print(f"| as it is | {total} | " + " | ".join(str(value) for value in whole) + " |")
    for name, count in counts.items():
        half, more = figures(captures, name, 0.5), figures(captures, name, 1.5)
        cells = [f"{a}, {b}" if (a, b) != (value, value) else "" for a, b, value in zip(half, more, whole)]
        print(f"| {name} | {count} | " + " | ".join(cells) + " |")


main(*sys.argv[1:])
