"""Writes a plugin for Flare as a Python program of one file. It needs Python 3.8 or newer and nothing else.

A detector in ten lines:

    import flare_plugin as flare

    @flare.detector("long-gaps", "Finds channels that were silent for hours.",
                    options=[flare.option("hours", "number", 6, "The shortest silence.", unit="h", minimum=0)],
                    evidence=[flare.field("gap", "number", "The longest silence.", unit="s")])
    def judge(channel, census, options):
        gap = max((b - a for a, b in zip(channel.times, channel.times[1:])), default=0)
        if gap >= options["hours"] * 3600:
            return flare.finding(0.5, f"silent for {gap / 3600:.1f} hours", gap=gap)

    flare.run()

Record it with "flare plugins add -- python3 long_gaps.py". The protocol is described in docs/writing-a-detector.md:
lines of JSON on standard input and output. Standard output therefore belongs to the protocol: print() goes to standard
error, and from there into Flare's log.
"""

import base64
import json
import os
import sys
from array import array

PROTOCOL = 1


class Channel:
    """The flows of one source toward one destination, sorted by time.

    id              its number in this run
    src_ip, dest_ip addresses; dest_ip is a name where channels are grouped by name
    dest_port, proto  None where the grouping leaves them out
    dest_degree     how many sources talk to the destination
    times           seconds since 1970 of each flow's start, rising
    bytes_toserver, bytes_toclient  sizes, one a flow; None (NaN with arrays="base64") where the sensor did not say
    columns         further columns of numbers that the detector asked for, by name
    """

    __slots__ = ("id", "src_ip", "dest_ip", "dest_port", "proto", "dest_degree", "addresses", "columns")
    _known = {"channel", "src_ip", "dest_ip", "dest_port", "proto", "dest_degree", "addresses"}

    def __init__(self, entry, packed):
        get = entry.get
        self.id = entry["channel"]
        self.src_ip = get("src_ip")
        self.dest_ip = get("dest_ip")
        self.dest_port = get("dest_port")
        self.proto = get("proto")
        self.dest_degree = get("dest_degree", 0)
        self.addresses = get("addresses", [])
        # Columns are unpacked when they are first looked at: most detectors look at the times alone.
        columns = {name: value for name, value in entry.items() if name not in self._known}
        self.columns = _Packed(columns) if packed else columns

    @property
    def times(self):
        return self.columns["times"]

    @property
    def bytes_toserver(self):
        return self.columns["bytes_toserver"]

    @property
    def bytes_toclient(self):
        return self.columns["bytes_toclient"]

    def __len__(self):
        return len(self.times)


class _Packed(dict):
    """Columns in base64, which become arrays of floating-point numbers when they are looked at."""

    def __getitem__(self, name):
        value = super().__getitem__(name)
        if isinstance(value, str):
            numbers = array("d")
            numbers.frombytes(base64.b64decode(value))
            if sys.byteorder != "little":
                numbers.byteswap()
            value = self[name] = numbers
        return value


class Judged:
    """A channel with what judge() said of it, as settle() gets it."""

    __slots__ = ("channel", "src_ip", "dest_ip", "dest_port", "proto", "judgement")

    def __init__(self, entry):
        self.channel = entry["channel"]
        self.src_ip = entry.get("src_ip")
        self.dest_ip = entry.get("dest_ip")
        self.dest_port = entry.get("dest_port")
        self.proto = entry.get("proto")
        self.judgement = entry["judgement"]


def option(name, type, default, meaning, **more):
    """Describes an option: boolean, integer, number, text, path, duration, time, size, share, address, network, secret,
    choice (with choices=[...]), list (with of={"type": ...}). Further: unit, minimum, maximum, below, required=True."""
    described = {"name": name, "type": type, "meaning": meaning, **more}
    if default is not None:
        described["default"] = default
    return described


def field(name, type, meaning, unit=None):
    """Describes a field of evidence: text, integer, number, boolean, time, address or texts."""
    described = {"name": name, "type": type, "meaning": meaning}
    if unit is not None:
        described["unit"] = unit
    return described


def finding(score, summary, interval=None, percent=None, occurrences=None, host=None, **evidence):
    """What judge() returns of a channel that is worth a line: the score, 0 to 1, one sentence, and the evidence."""
    entries = {"score": float(score), "summary": summary, "interval": interval, "percent": percent,
               "occurrences": occurrences, "host": host}
    said = {name: value for name, value in entries.items() if value is not None}
    if evidence:
        said["evidence"] = evidence
    return said


class _Plugin:
    def __init__(self, kind, name, summary, traits, options, evidence):
        self.description = {"kind": kind, "name": name, "summary": summary, "options": list(options or []),
                            "evidence": list(evidence or [])}
        self.description.update({key: value for key, value in traits.items() if value is not None})
        self.options = {}
        self.census = {}
        self.handlers = {"hello": self.hello, "configure": self.configure}

    def hello(self, message):
        return {"protocol": PROTOCOL, **self.description}

    def configure(self, message):
        self.options = message["options"]
        return {}


_plugin = None


def _register(plugin):
    global _plugin
    if _plugin is not None:
        raise RuntimeError("a program is one plugin; write the second one as a program of its own")
    _plugin = plugin
    return plugin


def detector(name, summary, options=None, evidence=None, settle=None, min_flows=None, group_by=None, ignore=None,
             columns=None, arrays=None):
    """Makes judge(channel, census, options) a detector. It returns None or finding(...).

    settle(judged, census, options)  makes the findings of all judgements together; then judge() may return any object
                with a "score", and settle() returns a list of finding(...) with "channel", "channels" or "source"
    min_flows  the fewest flows of a channel: a number, or the name of an option
    group_by     "address", "host" or "domain";  ignore: ["port", "proto"]
    arrays       "base64" gives times and sizes as arrays of numbers instead of lists, which is faster to read
    """
    def decorate(judge):
        traits = {"settles": True if settle else None, "min_flows": min_flows, "group_by": group_by,
                  "ignore": ignore, "columns": columns, "arrays": arrays}
        plugin = _register(_Plugin("detector", name, summary, traits, options, evidence))
        judged = []

        def judge_all(message):
            packed, census, values = arrays == "base64", plugin.census, plugin.options
            return {"judgements": [judge(Channel(entry, packed), census, values) for entry in message["channels"]]}

        def settle_all(message):
            judged.extend(Judged(entry) for entry in message["judged"])
            if not message["last"]:
                return {}
            found = settle(list(judged), plugin.census, plugin.options)
            judged.clear()
            return {"findings": list(found)}

        plugin.handlers.update(judge=judge_all, settle=settle_all)
        return judge
    return decorate


def enricher(name, summary, options=None, evidence=None, reads=None):
    """Makes enrich(finding, options) an enricher. It is given a finding as a dictionary of its columns, and returns
    None, or a dictionary with any of: "evidence", "host", "modifiers", "drop": True."""
    def decorate(enrich):
        plugin = _register(_Plugin("enricher", name, summary, {"reads": reads}, options, evidence))

        def enrich_all(message):
            changes = []
            for entry in message["findings"]:
                change = enrich(entry, plugin.options)
                if change:
                    changes.append({"id": entry["id"], **change})
            return {"findings": changes}

        plugin.handlers["enrich"] = enrich_all
        return enrich
    return decorate


def sink(name, summary, options=None, mode=None):
    """Makes a class a sink: begin(run, columns, mark), write(findings), commit(run), abort(); made with the options.

    mode  "whole" (the default), "append", "upsert", or "tell" to get what is news alone
    """
    def decorate(cls):
        plugin = _register(_Plugin("sink", name, summary, {"mode": mode}, options, None))
        made = []

        def begin(message):
            made[:] = [cls(plugin.options)]
            destination = made[0].begin(message["run"], message["columns"], message["mark"])
            return {"destination": destination} if destination else {}

        def write(message):
            made[0].write(message["findings"])
            return {}

        def commit(message):
            mark = made[0].commit(message["run"])
            return {"mark": mark} if mark else {}

        def abort(message):
            if made:
                made[0].abort()
            return {}

        plugin.handlers.update(begin=begin, write=write, commit=commit, abort=abort)
        return cls
    return decorate


def source(name, summary, options=None, offers=None, rereadable=None, ends_now=None, batch=1000):
    """Makes scan(window, kinds, options) a source: a generator of records, dictionaries with "start" (seconds since
    1970 or RFC 3339), "src_ip", "dest_ip", "dest_port", "proto" and the columns asked for. A record of another kind
    than flow says so under "kind"; skip(reason) and reject(reason) in its place count a record that is none."""
    def decorate(scan):
        traits = {"offers": offers, "rereadable": rereadable, "ends_now": ends_now}
        plugin = _register(_Plugin("source", name, summary, traits, options, None))

        def scan_all(message):
            kind, records, skipped, rejected = "flow", [], {}, {}

            def flush():
                entry = {"kind": kind, "records": records, "skipped": skipped, "rejected": rejected}
                _answer(message["id"], entry)

            for record in scan(message["window"], message["kinds"], plugin.options):
                if isinstance(record, _Counted):
                    counts = rejected if record.is_rejected else skipped
                    counts[record.reason] = counts.get(record.reason, 0) + 1
                    continue
                its_kind = record.pop("kind", "flow")
                if records and (its_kind != kind or len(records) >= batch):
                    flush()
                    records, skipped, rejected = [], {}, {}
                kind = its_kind
                records.append(record)
            flush()
            return {"end": True}

        plugin.handlers["scan"] = scan_all
        return scan
    return decorate


class _Counted:
    def __init__(self, reason, is_rejected):
        self.reason = reason
        self.is_rejected = is_rejected


def skip(reason):
    """A record that a source leaves alone on purpose."""
    return _Counted(reason, False)


def reject(reason):
    """A record that a source could not use."""
    return _Counted(reason, True)


_out = None


def _answer(number, entries):
    _out.write(json.dumps({"id": number, **entries}, separators=(",", ":"), allow_nan=False) + "\n")
    _out.flush()


def run():
    """Answers Flare's questions until there are no more."""
    global _out
    if _plugin is None:
        raise RuntimeError("there is no plugin: decorate a function with detector, enricher, sink or source")
    # Whatever prints to standard output must not come between the answers.
    _out = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    if sys.stdin.isatty():
        print(f"{_plugin.description['name']} is a plugin of Flare; record it with: flare plugins add -- python3 "
              f"{sys.argv[0]}", file=sys.stderr)
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if "tell" in message:
            if message["tell"] == "census":
                _plugin.census = message["census"]
            continue
        handler = _plugin.handlers.get(message["ask"])
        if handler is None:
            _answer(message["id"], {"error": f"it knows no question \"{message['ask']}\""})
            return
        try:
            _answer(message["id"], handler(message))
        except Exception as error:
            import traceback
            traceback.print_exc()
            _answer(message["id"], {"error": f"{type(error).__name__}: {error}"})
            return
