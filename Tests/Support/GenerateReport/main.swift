// Writes a made-up page, to look at and to test in a browser:
// generate-report PATH [COUNT [HOURS [hostile]]]
import FlareKit
import HTML
import SampleReports

let arguments = CommandLine.arguments
let path = arguments.count > 1 ? arguments[1] : "report.html"
let count = arguments.count > 2 ? Int(arguments[2]) ?? 200 : 200
let hours = arguments.count > 3 ? Int64(arguments[3]) ?? 24 : 24
let report = SampleReport(count: count, hours: hours, isHostile: arguments.contains("hostile"))
var options = HTMLOptions()
options.path = OptionPath(path)
options.links = ["Search": "https://search.example/?q={dest_ip}&host={host}"]
let sink = try HTMLSink(options)
try await sink.begin(report.run.header, report.columns, resume: nil)
try await sink.write(report.findings)
_ = try await sink.commit(report.run)
