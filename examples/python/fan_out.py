"""One source toward many destinations: the form of a detector that needs all channels at once."""

from collections import defaultdict

import flare_plugin as flare


def settle(judged, census, options):
    peers = defaultdict(set)
    for entry in judged:
        peers[entry.src_ip].add(entry.dest_ip)
    for source, seen in peers.items():
        if len(seen) >= options["min_peers"]:
            yield {**flare.finding(len(seen) / (len(seen) + options["min_peers"]), f"{len(seen)} destinations",
                                   occurrences=len(seen)), "source": source}


@flare.detector("fan-out", "Finds sources that talk to very many destinations.", settle=settle,
                options=[flare.option("min_peers", "integer", 100, "The fewest destinations.", minimum=1)])
def judge(channel, census, options):
    return {"score": 0.0}


flare.run()
