"""Zeek's logs as documents of Filebeat's module for Zeek: what its configuration renames, in the nesting of ECS.

usage: filebeat.py LOG...      Prints a document a line.
"""

import datetime
import gzip
import json
import pathlib
import re
import sys

HEAD = {
    "uid": "zeek.session_id", "id.orig_h": "source.ip", "id.orig_p": "source.port", "id.resp_h": "destination.ip",
    "id.resp_p": "destination.port", "proto": "network.transport",
}
# Filebeat takes the bytes with headers; here it is the payload, as the reader of files does.
NAMES = {
    "conn": {"orig_bytes": "source.bytes", "resp_bytes": "destination.bytes", "orig_pkts": "source.packets",
             "resp_pkts": "destination.packets"},
    "dns": {},
    "http": {"method": "http.request.method", "host": "url.domain", "uri": "url.original", "status_code": "http.response.status_code",
             "user_agent": "user_agent.original", "response_body_len": "http.response.body.bytes"},
    "ssl": {"server_name": "zeek.ssl.server.name", "subject": "tls.server.subject",
            "issuer": "tls.server.issuer", "ja3": "tls.client.ja3", "ja3s": "tls.server.ja3s"},
    "files": {"conn_uids": "zeek.files.session_ids", "mime_type": "file.mime_type", "filename": "file.name",
              "total_bytes": "file.size", "md5": "file.hash.md5", "sha1": "file.hash.sha1", "sha256": "file.hash.sha256"},
    "weird": {"addl": "zeek.weird.additional_info"},
}
DATASETS = {"conn": "connection"}
NUMBERS = ("count", "port", "int")


def text(cell):
    return re.sub(rb"\\x([0-9a-fA-F]{2})", lambda found: bytes([int(found[1], 16)]), cell).decode(errors="replace")


def value(kind, cell):
    if kind.startswith(("set", "vector")):
        return [value(kind[kind.index("[") + 1:-1], part) for part in cell.split(b",")]
    return int(cell) if kind in NUMBERS else text(cell)


def put(document, path, what):
    *folders, name = path.split(".")
    for folder in folders:
        document = document.setdefault(folder, {})
    document[name] = what


for path in sys.argv[1:]:
    log = pathlib.Path(path).name.split(".")[0]
    names, kinds = [], []
    for line in gzip.open(path, "rb"):
        line = line.rstrip(b"\n")
        if line.startswith(b"#fields"):
            names = line.decode().split("\t")[1:]
        elif line.startswith(b"#types"):
            kinds = line.decode().split("\t")[1:]
        elif not line.startswith(b"#"):
            document = {"event": {"dataset": "zeek." + DATASETS.get(log, log)}}
            for name, kind, cell in zip(names, kinds, line.split(b"\t")):
                if name == "ts":
                    second, micro = cell.decode().split(".")
                    moment = datetime.datetime.fromtimestamp(int(second), datetime.timezone.utc)
                    document["@timestamp"] = f"{moment:%Y-%m-%dT%H:%M:%S}.{micro}Z"
                elif cell not in (b"-", b"(empty)"):
                    put(document, {**HEAD, **NAMES[log]}.get(name, f"zeek.{log}.{name}"), value(kind, cell))
            # Of several hosts its pipeline keeps the first.
            for side in ("tx", "rx") if log == "files" else ():
                hosts = document["zeek"]["files"].pop(f"{side}_hosts", [])
                put(document, f"zeek.files.{side}_host", hosts[0] if hosts else None)
            print(json.dumps(document))
