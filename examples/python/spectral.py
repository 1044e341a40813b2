"""Finds beacons by the spectrum of their times: numpy's Fourier transform of the flows counted in slots.

The score is how far the highest peak stands out of the spectrum of a channel whose flows come at random (a Poisson
process): there, power over its mean is exponential, so that the highest of n values exceeds x with a probability of
1 - (1 - exp(-x)) ** n (Scargle, Astrophysical Journal 263, 1982, section III).
"""

import flare_plugin as flare
import numpy

SLOTS = 4096


@flare.detector("spectral", "Finds channels whose flows are periodic, by their spectrum.",
                options=[flare.option("min_flows", "integer", 20, "Channels with fewer flows are left alone.",
                                      unit="flows", minimum=4),
                         flare.option("certainty", "share", 0.999, "How certain a peak has to be.")],
                evidence=[flare.field("period", "number", "The period of the highest peak.", unit="s"),
                          flare.field("peak", "number", "Power of the peak over the mean power.")],
                min_flows="min_flows", arrays="base64")
def judge(channel, census, options):
    times = numpy.asarray(channel.times)
    span = times[-1] - times[0]
    if span <= 0:
        return None
    slots = numpy.bincount(((times - times[0]) / span * (SLOTS - 1)).astype(int), minlength=SLOTS)
    power = numpy.abs(numpy.fft.rfft(slots - slots.mean())) ** 2
    mean = power[1:].mean()
    # Fewer than three periods in the window are a trend, not a period. Of the harmonics, alike in height, the
    # lowest that comes near to the highest one is the period.
    usable = power[3:]
    if mean <= 0:
        return None
    place = int(numpy.argmax(usable >= 0.8 * usable.max()))
    peak = usable[place] / mean
    certainty = (1 - numpy.exp(-peak)) ** len(usable)
    if certainty < options["certainty"]:
        return None
    period = span / (place + 3)
    return flare.finding(min(1.0, peak / len(times)), f"flows every {period:.1f} s by the spectrum",
                         interval=float(period), occurrences=len(times), period=float(period), peak=float(peak))


flare.run()
