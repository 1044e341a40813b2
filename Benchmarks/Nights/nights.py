"""A week of nightly runs over what a real sensor saw, with beacons of one call every 8 h put in.

usage: nights.py FLARE RECORDS [SEED [NIGHTS [outbound|all]]]

RECORDS is an EVE file or a folder of Zeek's conn logs. There are fewer real days than nights, and a day that came again
would be a rhythm of its own. So each night has the channels of a real day, and each of them calls when another one did, on
some real day, that called as often. Prints for each night what was found over nights: beacons, and anything else.

The pipeline has the filters of the one that the package installs: channels from inside to the internet, without what the
well-known allowlist names. Inside is what Zeek calls local, and the private ranges. The beacons are of hosts inside. "all"
does without filters, and has beacons of any host, scanners among them.
"""
import bisect, collections, datetime, glob, gzip, ipaddress, json, os, random, re, subprocess, sys, tempfile

DAY = 86400
BEACONS, PERIOD, JITTER = 20, 8 * 3600, 0.3
BEGIN = 1767225600  # 2026-01-01


def opened(path):
    return gzip.open(path, "rt", errors="replace") if path.endswith(".gz") else open(path, errors="replace")


def seconds(text):
    return datetime.datetime.fromisoformat(re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text)).timestamp()


inside = {ipaddress.ip_network(network) for network in
          ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")}


def is_inside(address):
    return any(ipaddress.ip_address(address) in network for network in inside)


def eve(path):
    for line in opened(path):
        if '"event_type":"flow"' not in line.replace(": ", ":"):
            continue
        event = json.loads(line)
        if "dest_port" in event:
            flow = event["flow"]
            yield (seconds(flow["start"]), event["src_ip"], event["dest_ip"], event["dest_port"], event["proto"],
                   flow["bytes_toserver"], flow["bytes_toclient"])


def zeek(folder):
    for path in sorted(glob.glob(folder + "/conn.*")):
        fields = []
        for line in opened(path):
            if line.startswith("#fields"):
                fields = line.rstrip("\n").split("\t")[1:]
            elif not line.startswith("#"):
                row = dict(zip(fields, line.rstrip("\n").split("\t")))
                size = lambda name: int(row[name]) if row[name].isdigit() else 0
                inside.update(ipaddress.ip_network(row[end]) for flag, end in (("local_orig", "id.orig_h"), ("local_resp", "id.resp_h"))
                              if row.get(flag) == "T")
                yield (float(row["ts"]), row["id.orig_h"], row["id.resp_h"], int(row["id.resp_p"]),
                       row["proto"].upper(), size("orig_ip_bytes"), size("resp_ip_bytes"))


def event(flow):
    time, source, destination, port, proto, up, down = flow
    stamp = datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f+0000")
    return json.dumps({
        "timestamp": stamp, "event_type": "flow", "src_ip": source, "src_port": 40000, "dest_ip": destination,
        "dest_port": port, "proto": proto,
        "flow": {"pkts_toserver": 4, "pkts_toclient": 4, "bytes_toserver": up, "bytes_toclient": down, "start": stamp,
                 "end": stamp, "age": 0, "state": "closed", "reason": "timeout"}})


def main():
    flare, records = sys.argv[1:3]
    dice = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 11)
    nights = int(sys.argv[4]) if len(sys.argv) > 4 else 7
    is_filtered = len(sys.argv) < 6 or sys.argv[5] == "outbound"
    flows = sorted(zeek(records) if os.path.isdir(records) else eve(records))
    first = flows[0][0]
    days = [[] for _ in range(int((flows[-1][0] - first) // DAY))]
    for flow in flows:
        day = int((flow[0] - first) // DAY)
        if day < len(days):
            days[day].append(flow)
    sources = sorted({flow[1] for flow in flows if not is_filtered or is_inside(flow[1])})
    filters = """
enrichers:
  - {plugin: focus, direction: outbound, networks: [%s]}
  - {plugin: allowlist, lists: ["builtin:well-known"]}""" % ", ".join(
        f'"{network}"' for network in sorted(map(str, inside)))
    beacons = []
    for number in range(BEACONS):
        time, calls = dice.uniform(0, PERIOD), []
        while time < nights * DAY:
            calls.append(BEGIN + time)
            time += PERIOD * dice.uniform(1 - JITTER, 1 + JITTER)
        # On the internet, and in networks of their own: neighbours that take turns are one destination.
        beacons.append((dice.choice(sources), f"45.{60 + number}.7.{number + 1}", calls))
    wanted = {peer for _, peer, _ in beacons}
    with tempfile.TemporaryDirectory() as folder:
        open(folder + "/pipeline.yaml", "w").write("""
version: 1
name: nights
window: 24h
sources: [{plugin: eve, paths: [eve.json]}]
detectors: [{plugin: beacon, memory: history.sqlite}]
sinks: [{plugin: json, path: found.json}, {plugin: sqlite, path: history.sqlite}]
""" + (filters if is_filtered else ""))
        others = set()
        donors = []
        for number, day in enumerate(days):
            channels = collections.defaultdict(list)
            for flow in day:
                channels[flow[1:5]].append(flow[0] - first - number * DAY)
            donors += channels.values()
        donors.sort(key=len)
        counts = [len(donor) for donor in donors]
        for night in range(nights):
            begin, lines, channels = BEGIN + night * DAY, [], collections.defaultdict(list)
            for flow in dice.choice(days):
                channels[flow[1:5]].append(flow)
            for own in channels.values():
                # Among the nearest by their number, and at least ten.
                low, high = bisect.bisect_left(counts, len(own)), bisect.bisect_right(counts, len(own))
                donor = donors[dice.randrange(max(0, low - 5), min(len(donors), high + 5))]
                lines += [(begin + donor[place % len(donor)],) + flow[1:] for place, flow in enumerate(own)]
            for source, peer, calls in beacons:
                lines += [(call, source, peer, 443, "TCP", 1200, 3400) for call in calls if 0 <= call - begin < DAY]
            with open(folder + "/eve.json", "w") as file:
                for flow in sorted(lines):
                    file.write(event(flow) + "\n")
            if os.path.exists(folder + "/found.json"):
                os.remove(folder + "/found.json")
            run = subprocess.run([flare, "run", folder + "/pipeline.yaml"], capture_output=True, text=True)
            # 4: nothing was judged, as on a first night in which no channel called often enough.
            if run.returncode not in (0, 2, 4):
                sys.exit(run.stderr + run.stdout)
            found = [json.loads(line) for line in open(folder + "/found.json")] if run.returncode != 4 else []
            series = [entry for entry in found if entry.get("series_days")]
            hits = {entry["dest_ip"] for entry in series} & wanted
            wrong = {(entry["src_ip"], entry["dest_ip"], entry.get("dest_port")) for entry in series if entry["dest_ip"] not in wanted}
            for entry in series:
                key = (entry["src_ip"], entry["dest_ip"], entry.get("dest_port"))
                if key in wrong - others:
                    print("      ", *key, entry["summary"], "p", entry["p_value"])
            others |= wrong
            judged = re.search(r"judged by beacon: ([\d,]+)", run.stdout + run.stderr)
            size = os.path.getsize(folder + "/history.sqlite") >> 10
            print(f"night {night + 1}: {len(hits)} of {BEACONS} beacons, {len(wrong)} others over nights, "
                  f"{len(found) - len(series)} findings by the night alone, judged {judged and judged[1]}, {size} KB", flush=True)
        print(f"others over nights, different ones in all: {len(others)}")


main()
