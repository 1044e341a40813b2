"""A detector that looks at every number once, without numpy."""

import sys

import flare_plugin as flare

ARRAYS = sys.argv[1] if len(sys.argv) > 1 else "json"


@flare.detector(f"looking-{ARRAYS}", "Adds up times and sizes, and says nothing.", arrays=ARRAYS)
def judge(channel, census, options):
    sum(channel.times), sum(channel.bytes_toserver), sum(channel.bytes_toclient)
    return None


flare.run()
