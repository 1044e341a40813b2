import flare_plugin as flare


@flare.detector("long-gaps", "Finds channels that were silent for hours and came back.",
                options=[flare.option("hours", "number", 6, "The shortest silence.", unit="h", minimum=0)],
                evidence=[flare.field("gap", "number", "The longest silence between two flows.", unit="s")])
def judge(channel, census, options):
    gap = max((b - a for a, b in zip(channel.times, channel.times[1:])), default=0)
    if gap >= options["hours"] * 3600:
        return flare.finding(0.5, f"silent for {gap / 3600:.1f} hours, then back", gap=gap)


flare.run()
