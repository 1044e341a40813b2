"""Reads rules as the tools do that they are for, and says which of them mean something else than was found.

Standard input: a list of {language, text, names, addresses, port, sid}. Each fault is a line of standard output.
"""
import json
import re
import sys
import uuid

import eql
import suricataparser
from sigma.collection import SigmaCollection
from sigma.conditions import ConditionOR
from sigma.types import SpecialChars

SURICATA = re.compile(
    r"alert (?P<proto>tcp|udp|icmp|ip|tls|http|dns) \$HOME_NET any -> "
    r"(?P<peer>any|\[[0-9a-fA-F.:,]+\]) (?P<port>any|\d{1,5}) \((?P<options>(?:[a-z_.]+(?::[^\";]*|:\"(?:[^\"\\;]|\\.)*\")?; ?)+)\)"
)
OPTION = re.compile(r"([a-z_.]+)(?::(\"(?:[^\"\\;]|\\.)*\"|[^\";]*))?; ?")
BUFFERS = {"tls": "tls.sni", "http": "http.host", "dns": "dns.query"}


def suricata(case):
    names, addresses = [], []
    for line in case["text"].split("\n"):
        assert line.isascii(), "is not ASCII"
        whole = SURICATA.fullmatch(line)
        assert whole, "is no rule"
        options = OPTION.findall(whole["options"])
        theirs = suricataparser.parse_rule(line)
        assert theirs and theirs.enabled and 1_000_000 <= theirs.sid < 2_000_000 and theirs.msg, "is no enabled rule"
        plain = [(n, v or None) for n, v in options]
        assert [(o.name, dict(plain)["metadata"] if o.name == "metadata" else o.value) for o in theirs.options] == plain
        assert whole["port"] == "any" or int(whole["port"]) == case["port"], "has another port"
        keys = [name for name, _ in options]
        if "content" not in keys:
            addresses += [a for a in whole["peer"][1:-1].split(",") if a not in addresses]
            continue
        at = keys.index("content")
        assert keys[at - 2 : at] == [BUFFERS[whole["proto"]], "dotprefix"] and whole["peer"] == "any", "looks into another buffer"
        assert ("nocase" in keys) == (whole["proto"] != "http"), "nocase is an error in http.host, and needed elsewhere"
        assert keys[at + 1] == "endswith", "fits within names"
        parts = options[at][1][1:-1].split("|")
        content = b"".join(bytes.fromhex(p) if i % 2 else p.encode() for i, p in enumerate(parts)).decode()
        assert content.startswith("."), "fits names that only end so"
        names.append(content[1:])
    return names, addresses


def plain(parts):
    assert all(isinstance(part, str) for part in parts), "has a wildcard"
    return "".join(parts)


def sigma(case):
    found = []
    rules = SigmaCollection.from_yaml(case["text"]).rules
    for rule in rules:
        assert not rule.errors and rule.title and uuid.UUID(str(rule.id)).version == 8, "has errors"
        assert {str(t) for t in rule.tags} >= {"attack.command-and-control", "attack.t1071.001"}, "lacks its techniques"
        [selection] = rule.detection.detections.values()
        if rule.logsource.category == "firewall":
            address, port = selection.detection_items
            assert (address.field, port.field) == ("dst_ip", "dst_port") and port.value[0].number == case["port"]
            return [], [plain(v.s) for v in address.value]
        equal, below = (part.detection_items[0] for part in selection.detection_items)
        assert selection.item_linking is ConditionOR and equal.field == below.field in ("query", "cs-host")
        assert [plain(v.s) for v in equal.value] == case["names"], "equals other names"
        # A star in front, and nothing else.
        assert all(v.s[0] is SpecialChars.WILDCARD_MULTI for v in below.value), "is no end"
        found.append([plain(v.s[1:]) for v in below.value])
    assert len({tuple(names) for names in found}) == 1, "looks for other names elsewhere"
    return [name.removeprefix(".") for name in found[0]], []


def quoted(text, form, value):
    """The values of quoted strings, and the rest with a Q for each."""
    values = []

    def take(match):
        values.append(re.sub(r"\\(.)", r"\1", match[0][1:-1], flags=re.S))
        return "Q"

    rest = re.sub(r'"(?:[^"\\]|\\.)*"', take, text, flags=re.S)
    assert re.fullmatch(form, rest), f"is no query: {rest}"
    return values


def some(values, case):
    """A list of a name for each field, or one of addresses."""
    wanted = case["names"] or case["addresses"]
    count, rest = divmod(len(values), len(wanted))
    assert not rest and values == wanted * count, "asks for other values"
    return (wanted, []) if case["names"] else ([], wanted)


def kql(case):
    one = r"[a-z_.]+ : \(Q( or Q)*\)"
    return some(quoted(case["text"], rf"{one}( or {one})*|{one}( and destination.port : \({case['port']}\))?", case), case)


def spl(case):
    if case["names"]:
        ends = re.findall(r"substr\(\"\.\" \. lower\('[a-z_.]+'\), -(\d+)\)==", case["text"])
        wanted = [str(len(name) + 1) for name in case["names"]]
        assert ends == wanted * (len(ends) // len(wanted)), "compares ends of other lengths"
    one = r"(?:substr\(Q \. lower\('[a-z_.]+'\), -\d+\)|'dest_ip')==Q"
    form = rf"index=\* \| where ({one}( OR {one})*|\({one}( OR {one})*\)( AND 'dest_port'=={case['port']})?)"
    assert "`" not in case["text"], "may call a macro"
    values = quoted(case["text"], form, case)
    if not case["names"]:
        return some(values, case)
    assert set(values[::2]) == {"."} and all(v.startswith(".") for v in values[1::2]), "is no end of a name"
    return some([v[1:] for v in values[1::2]], case)


def strings(node):
    return [n.value for n in node if isinstance(n, eql.ast.String)]


def elastic(case):
    return some(strings(eql.parse_query(case["text"])), case)


def zeek(case):
    lines = [line.split("\t") for line in case["text"].split("\n")]
    assert lines.pop(0) == ["#fields", "indicator", "indicator_type", "meta.source", "meta.desc"], "has other fields"
    found = {"Intel::DOMAIN": [], "Intel::ADDR": []}
    for line in lines:
        assert len(line) == 4 and all(line) and all(re.fullmatch(r"[ -~]+", v) for v in line), "is no line of four"
        assert not line[0].startswith("#"), "is a comment"
        plain = re.sub(r"(?:\\x[0-9a-f]{2})+", lambda m: bytes.fromhex(m[0].replace("\\x", "")).decode(), line[0])
        found[line[1]].append(plain)
    return found["Intel::DOMAIN"], found["Intel::ADDR"]


READERS = {"suricata": suricata, "sigma": sigma, "kql": kql, "eql": elastic, "spl": spl, "zeek": zeek}

for case in json.load(sys.stdin):
    try:
        names, addresses = READERS[case["language"]](case)
        assert names == case["names"], f"looks for the names {names}"
        assert case["names"] or addresses == case["addresses"], f"looks for the addresses {addresses}"
    except Exception as error:
        print(f"{case['language']}: {type(error).__name__}: {error}: {case['text']!r} for {case['names']}")
