"""Says whom a machine belongs to: looks the source address up in a CSV with the columns address and owner."""

import csv

import flare_plugin as flare

owners = {}


@flare.enricher("asset-owner", "Adds the owner of the source address from a CSV.",
                options=[flare.option("path", "path", None, "A CSV with the columns address and owner.", required=True)],
                evidence=[flare.field("src_owner", "text", "Whom the source belongs to.")], reads=["src_ip"])
def enrich(finding, options):
    if not owners:
        with open(options["path"], newline="") as file:
            owners.update((row["address"], row["owner"]) for row in csv.DictReader(file))
    owner = owners.get(finding.get("src_ip"))
    return {"evidence": {"src_owner": owner}} if owner else None


flare.run()
