import FlareKit
import Foundation

/// A plugin as a program in Python, with the module it is built on beside it.
struct PythonTemplate {
    private let names: PluginNames

    init(_ names: PluginNames) { self.names = names }

    func scaffold(in folder: URL) -> PluginScaffold {
        var scaffold = PluginScaffold()
        scaffold.files = [
            (folder.appending(path: "\(names.module).py"), plugin),
            (folder.appending(path: "test_\(names.module).py"), test),
            (
                folder.appending(path: "flare_plugin.py"),
                String(decoding: PackageResources.flare_plugin_py, as: UTF8.self)
            ),
            (folder.appending(path: "README.md"), readMe),
        ]
        scaffold.closingWords = """
            wrote \(folder.path)
            test and record it:
              cd \(folder.path)
              python3 -m unittest
              flare plugins add -- python3 \(names.module).py
            """
        return scaffold
    }

    private var readMe: String {
        """
        # \(names.name)

        \(SwiftTemplate.summary(of: names.kind)) A plugin for Flare, as a program in Python.

            python3 -m unittest
            flare plugins add -- python3 \(names.module).py

        `flare_plugin.py` speaks with Flare; it needs Python 3.8 and nothing else.

        """
    }

    private var plugin: String {
        let summary = SwiftTemplate.summary(of: names.kind)
        let head = "\"\"\"\(summary)\"\"\"\n\nimport flare_plugin as flare\n\n\n"
        let foot = "\n\nif __name__ == \"__main__\":\n    flare.run()\n"
        return head + body(summary) + foot
    }

    private func body(_ summary: String) -> String {
        switch names.kind {
        case .detector:
            """
            @flare.detector("\(names.name)", "\(summary)",
                            options=[flare.option("silence", "duration", "6h", "Shorter silences are not reported.")],
                            evidence=[flare.field("gap", "number", "The longest silence between two flows.", unit="s")],
                            min_flows=2)
            def judge(channel, census, options):
                gap = max(b - a for a, b in zip(channel.times, channel.times[1:]))
                if gap >= options["silence"]:
                    return flare.finding(0.5, f"silent for {gap / 3600:.1f} hours, then back", gap=gap)
                return None
            """
        case .enricher:
            """
            @flare.enricher("\(names.name)", "\(summary)",
                            options=[flare.option("source", "address", None, "The address to label.", required=True),
                                     flare.option("label", "text", "known", "The label.")],
                            evidence=[flare.field("\(names.module)_label", "text", "What the source is known as.")],
                            reads=["src_ip"])
            def enrich(finding, options):
                if finding.get("src_ip") == options["source"]:
                    return {"evidence": {"\(names.module)_label": options["label"]}}
                return None
            """
        case .source:
            """
            @flare.source("\(names.name)", "\(summary)", rereadable=True,
                          options=[flare.option("path", "path", None, "The file.", required=True)])
            def scan(window, kinds, options):
                with open(options["path"], encoding="utf-8") as file:
                    for line in file:
                        words = line.strip().split(",")
                        if len(words) != 4:
                            yield flare.reject("not seconds,source,destination,port")
                            continue
                        yield {"start": float(words[0]), "src_ip": words[1], "dest_ip": words[2],
                               "dest_port": int(words[3])}
            """
        case .sink:
            """
            @flare.sink("\(names.name)", "\(summary)",
                        options=[flare.option("path", "path", None, "The file.", required=True)])
            class Lines:
                def __init__(self, options):
                    self.path = options["path"]
                    self.lines = []

                def begin(self, run, columns, mark):
                    return self.path

                def write(self, findings):
                    self.lines += [f"{finding['severity']} {finding['detector']}: {finding['summary']}"
                                   for finding in findings]

                def commit(self, run):
                    with open(self.path, "w", encoding="utf-8") as file:
                        file.writelines(line + "\\n" for line in self.lines)

                def abort(self):
                    pass
            """
        }
    }

    private var test: String {
        let head = "import unittest\n\nimport \(names.module)\n\n\n"
        let foot = "\n\nif __name__ == \"__main__\":\n    unittest.main()\n"
        return head + testBody + foot
    }

    private var testBody: String {
        switch names.kind {
        case .detector:
            """
            class Silence(unittest.TestCase):
                def test_seven_hours_are_found(self):
                    class Channel:
                        times = [0, 60, 25260]
                    found = \(names.module).judge(Channel, {}, {"silence": 6 * 3600})
                    self.assertEqual(found["evidence"]["gap"], 25200)
                    self.assertIsNone(\(names.module).judge(Channel, {}, {"silence": 8 * 3600}))
            """
        case .enricher:
            """
            class Label(unittest.TestCase):
                def test_the_source_gets_it_and_no_other(self):
                    options = {"source": "10.0.0.1", "label": "mine"}
                    found = \(names.module).enrich({"src_ip": "10.0.0.1"}, options)
                    self.assertEqual(found["evidence"], {"\(names.module)_label": "mine"})
                    self.assertIsNone(\(names.module).enrich({"src_ip": "10.0.0.2"}, options))
            """
        case .source:
            """
            import tempfile


            class Lines(unittest.TestCase):
                def test_lines_become_flows(self):
                    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
                        file.write("0,10.0.0.1,203.0.113.9,443\\nnonsense\\n")
                        file.flush()
                        flow, other = \(names.module).scan({}, {}, {"path": file.name})
                    self.assertEqual(flow["dest_port"], 443)
                    self.assertTrue(other.is_rejected)
            """
        case .sink:
            """
            import os
            import tempfile


            class Written(unittest.TestCase):
                def test_each_finding_is_a_line(self):
                    with tempfile.TemporaryDirectory() as folder:
                        sink = \(names.module).Lines({"path": os.path.join(folder, "out.txt")})
                        sink.begin({}, [], None)
                        sink.write([{"severity": "low", "detector": "counting", "summary": "2 records"}])
                        sink.commit({})
                        with open(sink.path, encoding="utf-8") as file:
                            self.assertEqual(file.read(), "low counting: 2 records\\n")
            """
        }
    }
}
