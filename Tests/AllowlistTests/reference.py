"""What MISP's warning lists take out of records: a second implementation, with Python's ipaddress and plain string rules.

usage: reference.py DATA FOLDER

Reads the lists and the records in DATA. Writes FOLDER/SET.tsv, the records of each set (kind, source, destination, port,
protocol, name), and prints what each list takes out of it as JSON: set, list, entry, [channels, records]; and under "SET channels" how many
channels there are, and how many are in any list.
"""

import gzip
import ipaddress
import json
import pathlib
import re
import sys

data, folder = map(pathlib.Path, sys.argv[1:3])
PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "ipv6-icmp": 58, "icmp6": 58, "icmpv6": 58, "igmp": 2}


def zeek(path):
    names = []
    for line in gzip.open(path, "rt", errors="surrogateescape"):
        line = line.rstrip("\n")
        if line.startswith("#fields"):
            names = line.split("\t")[1:]
        elif not line.startswith("#"):
            yield dict(zip(names, line.split("\t")))


def is_address(text):
    try:
        ipaddress.ip_address(text)
        return True
    except ValueError:
        return False


def name_of(text):
    return "" if text in ("-", "(empty)") else text.lower().removesuffix(".")


def connections():
    for path in sorted((data / "zeek-72h").glob("conn.*.log.gz")):
        for row in zeek(path):
            yield "flow", row["id.orig_h"], row["id.resp_h"], int(row["id.resp_p"]), PROTOCOLS.get(row["proto"], 255), ""


def eve_flows():
    for line in gzip.open(data / "eve-58h/eve.json.gz", "rt"):
        event = json.loads(line)
        if event.get("event_type") == "flow":
            yield ("flow", event["src_ip"], event["dest_ip"], event.get("dest_port", 0),
                   PROTOCOLS.get(event.get("proto", "").lower(), 255), "")


# Channels of lookups for the root, whose name is empty: they lead to the resolver's address.
nameless = {"lookups": set()}


def look_ups():
    for path in sorted((data / "zeek-72h-protocols").glob("dns.*.log.gz")):
        for row in zeek(path):
            name = name_of(row["query"])
            if row["query"] == "(empty)":
                nameless["lookups"].add((row["id.orig_h"], row["id.resp_h"]))
            if name and not is_address(name) and "\t" not in name and name.isascii():
                yield "dns", row["id.orig_h"], row["id.resp_h"], int(row["id.resp_p"]), 17, name


def hosts():
    for log, field in (("http", "host"), ("ssl", "server_name")):
        for path in sorted((data / "zeek-72h-protocols").glob(f"{log}.*.log.gz")):
            for row in zeek(path):
                name = name_of(row[field]).split(":")[0]
                if name and not is_address(name) and name.isascii():
                    yield "flow", row["id.orig_h"], row["id.resp_h"], int(row["id.resp_p"]), 6, name


# The lists, and two of the types that none of them has.
lists = {path.name: json.loads(path.read_text()) for path in sorted((data / "misp-warninglists").glob("*.json"))}
lists["made-substring.json"] = {
    "name": "made", "type": "substring", "matching_attributes": ["domain"], "version": 1, "list": ["micro", "oogle.c"]}
lists["made-regex.json"] = {
    "name": "made", "type": "regex", "matching_attributes": ["domain"], "version": 1,
    "list": [r"/^(www|dl)[0-9]*\./i", r"\.(com|net)\.[a-z]{2}$"]}
for name in ("made-substring.json", "made-regex.json"):
    (folder / name).write_text(json.dumps(lists[name]))


def around(text):
    """Addresses in, at the edges of and beside a range."""
    network = ipaddress.ip_network(text, strict=False)
    first, last = int(network.network_address), int(network.broadcast_address)
    make = type(network.network_address)
    for number in (first, last, (first + last) // 2, first - 1, last + 1):
        if 0 <= number < 1 << network.max_prefixlen:
            yield str(make(number))


def names_around(text):
    """Names at and off the borders of labels."""
    bare = text.lower().lstrip(".")
    return bare, "sub." + bare, "a.b." + bare, "not" + bare, bare + ".evil.test", bare.partition(".")[2] or bare + "x"


def made():
    for content in lists.values():
        entries = content["list"]
        for text in entries[::max(1, len(entries) // 300)]:
            if content["type"] == "cidr":
                for address in around(text):
                    yield "flow", "10.0.0.1", address, 443, 6, ""
            elif content["type"] in ("hostname", "string"):
                for name in names_around(text):
                    if len(name) <= 253 and not is_address(name):
                        yield "flow", "10.0.0.1", "192.0.2.1", 443, 6, name
    for name in ("heads.micro.test", "www.oogle.co", "ww.oogle.test", "www1.any.test", "wwwx.any.test", "x.www.any.test",
                 "dl.any.test", "some.com.au", "some.org.au", "some.com.aux"):
        yield "flow", "10.0.0.1", "192.0.2.1", 443, 6, name


class List:
    """Answers which entry a channel's destination is in; of several, the smallest network or longest name."""

    def __init__(self, content):
        self.type, self.networks, self.names, self.exact, self.below = content["type"], {}, set(), set(), set()
        self.patterns = []
        for text in content["list"]:
            if self.type == "cidr" or self.type == "string" and is_address(text):
                network = ipaddress.ip_network(text, strict=False)
                key = network.version, network.prefixlen
                self.networks.setdefault(key, {})[int(network.network_address)] = (
                    str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network))
            elif self.type == "hostname":
                self.names.add(text.lower())
            elif self.type == "string":
                (self.below if text.startswith(".") else self.exact).add(text.lower())
            else:
                self.patterns.append(text)

    def entry(self, destination, name):
        if not name:
            address = ipaddress.ip_address(destination)
            number, width = int(address), address.max_prefixlen
            for length in range(width, -1, -1):
                inside = self.networks.get((address.version, length))
                if inside is not None:
                    entry = inside.get(number >> (width - length) << (width - length))
                    if entry:
                        return entry
            return None
        if name in self.exact:
            return name
        labels = name.split(".")
        for start in range(len(labels)):
            ending = ".".join(labels[start:])
            if ending in self.names:
                return ending
            if start > 0 and "." + ending in self.below:
                return "." + ending
        for pattern in self.patterns:
            if self.type == "substring" and pattern.lower() in name:
                return pattern
            if self.type == "regex":
                body = re.fullmatch(r"/(.*)/i?", pattern)
                if re.search(body.group(1) if body else pattern, name, re.I):
                    return pattern
        return None


result = {}
for title, records in (("zeek", connections()), ("eve", eve_flows()), ("lookups", look_ups()), ("hosts", hosts()),
                       ("made", made())):
    channels = {}
    with open(folder / f"{title}.tsv", "w") as out:
        for record in records:
            kind, source, destination, port, proto, name = record
            out.write("\t".join(map(str, record)) + "\n")
            # A lookup's channel is its source and its name; a named flow's has port and protocol too.
            key = (source, name) if kind == "dns" else (source, name or destination, port, proto)
            count, _ = channels.get(key, (0, None))
            channels[key] = (count + 1, (destination, name))
    taken = result.setdefault(title, {})
    answers, union = {}, set()
    for file, content in lists.items():
        matcher = List(content)
        counts = {}
        for key, (count, (destination, name)) in channels.items():
            asked = file, name or destination
            if asked not in answers:
                answers[asked] = matcher.entry(destination, name)
            entry = answers[asked]
            if entry:
                union.add(key)
                before = counts.get(entry, (0, 0))
                counts[entry] = before[0] + 1, before[1] + count
        taken[file] = counts
    result[title + " channels"] = {"all": {"all": [len(channels), len(union), len(nameless.get(title, ()))]}}
json.dump(result, sys.stdout)
