"""What sensors said about channels with more than three flows: a second implementation, record by record.

usage: reference.py DATA SET        SET is eve or zeek

Prints as JSON: "channels", by "source destination port protocol", each with its tallies, its best name and where that is
from; "sharing", the different sources of each name, agent and fingerprint; "kinds", how many records each kind had.
"""

import collections
import datetime
import gzip
import ipaddress
import json
import pathlib
import sys

data, chosen = pathlib.Path(sys.argv[1]), sys.argv[2]
PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "ipv6-icmp": 58, "icmp6": 58, "icmpv6": 58, "igmp": 2}
LONGEST = 2048

Tally = collections.Counter
channels = collections.defaultdict(lambda: collections.defaultdict(Tally))
flows = collections.defaultdict(list)
channel_of = {}
sharing = collections.defaultdict(set)
kinds = Tally()
answers = collections.defaultdict(list)


def host(text):
    text = text or ""
    name, _, port = text.rpartition(":")
    if name and port.isdigit() and ":" not in name:
        text = name
    return "".join(c.lower() if c.isascii() else c for c in text.removesuffix("."))


def is_address(text):
    try:
        ipaddress.ip_address(text)
        return True
    except ValueError:
        return False


def short(text):
    return str(ipaddress.ip_address(text))


def add(uid, column, value):
    if value not in (None, "") and uid in channel_of:
        channels[channel_of[uid]][column][str(value)] += 1


def share(kind, column, value, source):
    if value:
        sharing[f"{kind} {column} {value}"].add(source)


def look_up(uid, client, time, name, addresses):
    kinds["dns"] += 1
    add(uid, "queries", host(name))
    share("dns", "query", host(name), client)
    for address in set(addresses):
        if is_address(address):
            answers[str(ipaddress.ip_address(address))].append((time, client, host(name)))


def eve():
    def moment(text):
        return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()

    events = [json.loads(line) for line in gzip.open(data / "eve-58h/eve.json.gz", "rt")]
    for event in events:
        if event["event_type"] == "flow":
            protocol = PROTOCOLS.get(event["proto"].lower(), 255)
            key = f"{short(event['src_ip'])} {short(event['dest_ip'])} {event.get('dest_port', 0)} {protocol}"
            channel_of[event["flow_id"]] = key
            flows[key].append(moment(event["flow"]["start"]))
    for event in events:
        uid, kind, source = event.get("flow_id"), event["event_type"], event.get("src_ip")
        if kind == "dns":
            dns = event["dns"]
            addresses = [answer["rdata"] for answer in dns.get("answers", []) if "rdata" in answer]
            look_up(uid, source, moment(event["timestamp"]), dns.get("rrname"), addresses)
        elif kind == "tls":
            tls = event["tls"]
            kinds[kind] += 1
            add(uid, "names", host(tls.get("sni")))
            add(uid, "ja3", tls.get("ja3", {}).get("hash"))
            share("tls", "host", host(tls.get("sni")), source)
            share("tls", "ja3", tls.get("ja3", {}).get("hash"), source)
        elif kind == "http":
            http = event["http"]
            kinds[kind] += 1
            add(uid, "hosts", host(http.get("hostname")))
            add(uid, "agents", http.get("http_user_agent"))
            add(uid, "urls", http.get("url"))
            add(uid, "methods", http.get("http_method"))
            add(uid, "statuses", http.get("status"))
            share("http", "user_agent", http.get("http_user_agent"), source)
        elif kind == "ssh":
            kinds[kind] += 1
            for side in ("client", "server"):
                add(uid, "software", event["ssh"].get(side, {}).get("software_version"))
        elif kind == "alert":
            kinds[kind] += 1
            add(uid, "alerts", event["alert"]["signature"])
        elif kind == "anomaly":
            kinds[kind] += 1
            add(uid, "notices", event["anomaly"].get("event"))


def zeek():
    def rows(log, folder="zeek-72h-protocols"):
        names = []
        for path in sorted((data / folder).glob(f"{log}.*.log.gz")):
            for line in gzip.open(path, "rb"):
                line = line.rstrip(b"\n").decode("utf-8", errors="replace")
                if line.startswith("#fields"):
                    names = line.split("\t")[1:]
                elif not line.startswith("#"):
                    yield {
                        name: "" if cell in ("-", "(empty)") else cell for name, cell in zip(names, line.split("\t"))}

    def text(cell):
        """Undoes \\xHH."""
        bytes_, place = bytearray(), 0
        raw = cell.encode()
        while place < len(raw):
            if raw[place:place + 2] == b"\\x" and place + 4 <= len(raw):
                bytes_.append(int(raw[place + 2:place + 4], 16))
                place += 4
            else:
                bytes_.append(raw[place])
                place += 1
        return bytes_.decode("utf-8", errors="replace")

    for row in rows("conn", "zeek-72h"):
        protocol = PROTOCOLS.get(row["proto"], 255)
        if protocol == 1 and ":" in row["id.orig_h"]:
            protocol = 58
        key = f"{short(row['id.orig_h'])} {short(row['id.resp_h'])} {row['id.resp_p']} {protocol}"
        channel_of[row["uid"]] = key
        flows[key].append(float(row["ts"]))
    for row in rows("dns"):
        addresses = [text(answer) for answer in row["answers"].split(",")]
        look_up(row["uid"], row["id.orig_h"], float(row["ts"]), text(row["query"]), addresses)
    for row in rows("ssl"):
        kinds["tls"] += 1
        add(row["uid"], "names", host(text(row["server_name"])))
        add(row["uid"], "ja3", row["ja3"])
        share("tls", "host", host(text(row["server_name"])), row["id.orig_h"])
        share("tls", "ja3", row["ja3"], row["id.orig_h"])
    for row in rows("http"):
        kinds["http"] += 1
        add(row["uid"], "hosts", host(text(row["host"])))
        add(row["uid"], "agents", cut(text(row["user_agent"])))
        add(row["uid"], "urls", cut(text(row["uri"])))
        add(row["uid"], "methods", text(row["method"]))
        add(row["uid"], "statuses", row["status_code"])
        share("http", "user_agent", cut(text(row["user_agent"])), row["id.orig_h"])
    for row in rows("files"):
        kinds["file"] += 1
        said = [text(row["filename"]), text(row["mime_type"]), row["sha256"] or row["sha1"] or row["md5"]]
        for uid in row["conn_uids"].split(","):
            add(uid, "files", " ".join(part for part in said if part))
    for row in rows("weird"):
        kinds["notice"] += 1
        add(row["uid"], "notices", text(row["name"]))


def cut(text):
    raw = text.encode()
    if len(raw) <= LONGEST:
        return text
    kept = ""
    for character in text:
        if len(kept.encode()) >= LONGEST:
            break
        kept += character
    return kept + "…"


def best_name(key, said):
    source, destination = key.split()[:2]
    if said["names"]:
        return first(said["names"]), "sni"
    named = Tally({name: count for name, count in said["hosts"].items() if not is_address(name.strip("[]"))})
    if named:
        return first(named), "http"
    for origin in ("dns-answer", "dns-answer of another host"):
        held = sorted(
            (time, client, name) for time, client, name in answers[destination]
            if name and (client == source) == (origin == "dns-answer"))
        tally = Tally()
        for start in flows[key]:
            before = [name for time, client, name in held if time <= start]
            if before:
                tally[before[-1]] += 1
        if tally:
            return first(tally), origin
    return (first(said["hosts"]), "http") if said["hosts"] else ("", "")


def first(tally):
    return min(tally, key=lambda value: (-tally[value], value))


{"eve": eve, "zeek": zeek}[chosen]()
found = {}
for key, starts in flows.items():
    if len(starts) > 3:
        said = channels[key] if key in channels else collections.defaultdict(Tally)
        found[key] = {column: tally for column, tally in said.items()}
        name, origin = best_name(key, said)
        found[key]["best"] = {name: 1} if name else {}
        found[key]["from"] = {origin: 1} if origin else {}
print(json.dumps({
    "channels": {key: {column: tally for column, tally in said.items() if tally} for key, said in found.items()},
    "sharing": {value: len(sources) for value, sources in sharing.items()}, "kinds": kinds}))
