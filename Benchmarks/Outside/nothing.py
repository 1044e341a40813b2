"""A detector that does nothing: what is left is the way there and back."""

import sys

import flare_plugin as flare

ARRAYS = sys.argv[1] if len(sys.argv) > 1 else "json"


@flare.detector(f"nothing-{ARRAYS}", "Says nothing.", arrays=ARRAYS)
def judge(channel, census, options):
    return None


flare.run()
