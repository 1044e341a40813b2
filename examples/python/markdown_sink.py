"""Writes findings as a table in Markdown, whole or not at all."""

import os

import flare_plugin as flare

COLUMNS = ["priority", "src_ip", "dest_ip", "dest_port", "interval", "summary"]


@flare.sink("markdown-table", "Writes findings as a table in Markdown.",
            options=[flare.option("path", "path", None, "The file.", required=True)])
class Markdown:
    def __init__(self, options):
        self.path = options["path"]

    def begin(self, run, columns, mark):
        self.file = open(self.path + ".part", "w", encoding="utf-8")
        self.file.write(f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}\n")
        return self.path

    def write(self, findings):
        for finding in findings:
            cells = [str(finding.get(name, "")).replace("|", "\\|") for name in COLUMNS]
            self.file.write(f"| {' | '.join(cells)} |\n")

    def commit(self, run):
        self.file.close()
        os.replace(self.path + ".part", self.path)

    def abort(self):
        self.file.close()
        os.remove(self.path + ".part")


flare.run()
