"""Reads flows from a CSV with the columns start, src_ip, dest_ip, dest_port, proto, bytes_toserver, bytes_toclient."""

import csv

import flare_plugin as flare


@flare.source("csv-flows", "Reads flows from a CSV.", rereadable=True,
              options=[flare.option("path", "path", None, "The CSV.", required=True)])
def scan(window, kinds, options):
    with open(options["path"], newline="") as file:
        for row in csv.DictReader(file):
            if not row["start"]:
                yield flare.reject("no start")
                continue
            yield {"start": float(row["start"]), "src_ip": row["src_ip"], "dest_ip": row["dest_ip"],
                   "dest_port": int(row["dest_port"] or 0), "proto": row["proto"],
                   "bytes_toserver": int(row["bytes_toserver"]), "bytes_toclient": int(row["bytes_toclient"])}


flare.run()
