import FlareKit
import Foundation
import TestKit
import Testing

/// The same records of a sensor, in all the ways in which analysts are handed them.
struct CarriedRecords: Sendable {
    /// A line each, without its end.
    let lines: [String]
    /// How the sensor's own time is named.
    let time: String

    /// One machine that calls 45.77.0.7 each minute among others' calls, as EVE.
    static let eve = CarriedRecords(
        lines: calls.map { call in
            #"{"timestamp":"\#(text(call.start + 60))","flow_id":\#(call.number + 1),"in_iface":"eth0","event_type":"flow","#
                + #""src_ip":"\#(call.source)","src_port":\#(40_000 + call.number),"dest_ip":"\#(call.destination)","#
                + #""dest_port":443,"proto":"TCP","app_proto":"tls","flow":{"pkts_toserver":7,"pkts_toclient":6,"#
                + #""bytes_toserver":812,"bytes_toclient":1404,"start":"\#(text(call.start))","#
                + #""end":"\#(text(call.start + 1))","age":1,"state":"closed","reason":"timeout","alerted":false}}"#
        }, time: "timestamp")

    /// The same as Suricata's netflow records: one for each direction, the client's first.
    static let netflow = CarriedRecords(
        lines: calls.flatMap { call in
            func half(_ source: String, _ sourcePort: Int, _ destination: String, _ port: Int, _ bytes: Int) -> String {
                #"{"timestamp":"\#(text(call.start + 60))","flow_id":\#(call.number + 1),"event_type":"netflow","#
                    + #""src_ip":"\#(source)","src_port":\#(sourcePort),"dest_ip":"\#(destination)","dest_port":\#(port),"#
                    + #""proto":"TCP","app_proto":"tls","netflow":{"pkts":7,"bytes":\#(bytes),"start":"\#(text(call.start))","#
                    + #""end":"\#(text(call.start + 1))","age":1}}"#
            }
            let port = 40_000 + call.number
            return [
                half(call.source, port, call.destination, 443, 812),
                half(call.destination, 443, call.source, port, 1404),
            ]
        }, time: "timestamp")

    /// The same as conn.log in JSON.
    static let zeek = CarriedRecords(
        lines: calls.map { call in
            #"{"ts":\#(Int(call.start)).097150,"uid":"C\#(call.number)","id.orig_h":"\#(call.source)","#
                + #""id.orig_p":\#(40_000 + call.number),"id.resp_h":"\#(call.destination)","id.resp_p":443,"#
                + #""proto":"tcp","service":"ssl","duration":1.0,"orig_bytes":812,"resp_bytes":1404,"conn_state":"SF","#
                + #""history":"ShADadFf","orig_pkts":7,"orig_ip_bytes":1112,"resp_pkts":6,"resp_ip_bytes":1704}"#
        }, time: "ts")

    /// The same as conn.log in columns, with its header.
    static let columns: String = {
        let names = [
            "ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "service", "duration",
            "orig_bytes", "resp_bytes", "conn_state", "local_orig", "local_resp", "missed_bytes", "history",
            "orig_pkts", "orig_ip_bytes", "resp_pkts", "resp_ip_bytes", "tunnel_parents",
        ]
        let header =
            "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n"
            + "#fields\t\(names.joined(separator: "\t"))\n"
        let rows = calls.map { call in
            "\(Int(call.start)).097150\tC\(call.number)\t\(call.source)\t\(40_000 + call.number)\t\(call.destination)\t443"
                + "\ttcp\tssl\t1.0\t812\t1404\tSF\t-\t-\t0\tShADadFf\t7\t1112\t6\t1704\t-\n"
        }
        return header + rows.joined()
    }()

    /// Its rows behind headers of syslog.
    static let columnsBySyslog = columns.split(separator: "\n").filter { !$0.hasPrefix("#") }
        .map { "<13>Mar  4 10:01:00 so zeek_conn: \($0)\n" }.joined()

    /// The same in columns as other programs leave them.
    static var otherColumns: [(name: String, content: String)] {
        let lines = columns.split(separator: "\n").map(String.init)
        let rows = lines.filter { !$0.hasPrefix("#") }
        func cut(_ places: [Int], _ line: String, _ separator: String = "\t") -> String {
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            return places.map { cells[$0] }.joined(separator: separator) + "\n"
        }
        let few = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10]
        let names = lines.first { $0.hasPrefix("#fields") }.map { String($0.dropFirst(8)) } ?? ""
        return [
            ("rows without a header", rows.map { $0 + "\n" }.joined()),
            ("the end of a header", "p\tid.resp_h\tstring\n#types\ttime\n" + rows.map { $0 + "\n" }.joined()),
            ("rows without a header, with a package's columns", rows.map { $0 + "\t6\t1:abc=\t-\n" }.joined()),
            ("a separator spelled out", columns.replacing("#separator \\x09", with: "#separator \\t")),
            (
                "trailing empty columns",
                rows.reduce(columns.prefix { $0 != "\n" } + "\n#fields\t\(names)\t\n") { $0 + $1 + "\t\n" }
            ),
            ("carriage returns", columns.replacing("\n", with: "\r\n")),
            (
                "zeek-cut -c",
                "#separator \\x09\n#path\tconn\n#fields\t" + cut(few, names) + rows.map { cut(few, $0) }.joined()
            ),
            ("zeek-cut under names of its own", cut(few, names) + rows.map { cut(few, $0) }.joined()),
            ("names and values with commas", cut(few, names, ",") + rows.map { cut(few, $0, ",") }.joined()),
            (
                "zeek-cut -d",
                "#fields\t" + cut(few, names)
                    + calls.map { call in
                        let row = rows[call.number].split(separator: "\t", maxSplits: 1)[1]
                        return cut(few, text(call.start) + "\t" + row)
                    }.joined()
            ),
        ]
    }

    /// What flare channels exports of any of them, without the channels' numbers, sorted.
    static let channels = calls.map { "\($0.source),\($0.destination),443,tcp,\(Int($0.start)).097150000,812,1404" }
        .sorted()

    private struct Call: Sendable {
        let number: Int
        let start: Double
        let source: String
        let destination: String
    }

    private static let calls: [Call] = {
        let begin = 1_709_546_400.0
        var dice = SeededDice(seed: 30)
        let beacon = (0..<60).map { (begin + Double($0) * 60, "10.0.0.5", "45.77.0.7") }
        let others = (0..<60).map { number in
            (begin + Double(dice.below(3600)), "10.0.0.\(10 + number % 7)", "104.131.7.\(1 + dice.below(40))")
        }
        return (beacon + others).sorted { $0.0 < $1.0 }.enumerated().map { number, call in
            Call(number: number, start: call.0, source: call.1, destination: call.2)
        }
    }()

    private static func text(_ time: Double) -> String {
        Timestamp(seconds: time).description.replacing("Z", with: ".097150+0000")
    }

    /// The same as the modules of Filebeat and Elastic Agent take them apart, without the original.
    static let documents: [(name: String, records: CarriedRecords)] = {
        func document(_ call: Call, _ event: String, _ rest: String) -> String {
            #"{"@timestamp":"\#(text(call.start))","event":{\#(event)},"source":{"ip":"\#(call.source)","bytes":812,"packets":7},"#
                + #""destination":{"ip":"\#(call.destination)","port":443,"bytes":1404,"packets":6},"#
                + #""network":{"transport":"tcp"},\#(rest)}"#
        }
        let times = { (call: Call) in #""start":"\#(text(call.start))","end":"\#(text(call.start + 1))""# }
        return [
            (
                "Suricata",
                CarriedRecords(
                    lines: calls.map { call in
                        document(
                            call, times(call),
                            #""suricata":{"eve":{"event_type":"flow","flow_id":"\#(call.number + 1)","flow":{"state":"closed"}}}"#
                        )
                    }, time: "timestamp")
            ),
            (
                "Zeek",
                CarriedRecords(
                    lines: calls.map { call in
                        document(
                            call, #""dataset":"zeek.connection","duration":1000000000"#,
                            #""zeek":{"session_id":"C\#(call.number)","connection":{"state":"SF"}}"#)
                    }, time: "ts")
            ),
            (
                "Packetbeat",
                CarriedRecords(
                    lines: calls.map { call in
                        document(call, times(call), #""type":"flow","flow":{"final":true,"id":"E\#(call.number)"}"#)
                    }, time: "timestamp")
            ),
        ]
    }()

    /// The same with members of objects as the records' own, as pipelines leave them.
    static let flat = CarriedRecords(
        lines: eve.lines.map { line in
            let parts = line.components(separatedBy: #","flow":{"#)
            let inner = (#","# + parts[1].dropLast(2)).replacing(#",""#, with: #","flow_"#)
            return parts[0] + inner + "}"
        }, time: "timestamp")

    /// The same as the fields that a search was asked for, each a list.
    static let fields = CarriedRecords(
        lines: calls.map { call in
            #"{"_index":"i","_id":"\#(call.number)","_score":1,"fields":{"timestamp":["\#(text(call.start + 60))"],"#
                + #""event_type":["flow"],"src_ip":["\#(call.source)"],"src_port":[\#(40_000 + call.number)],"#
                + #""dest_ip":["\#(call.destination)"],"dest_port":[443],"proto":["TCP"],"flow_id":[\#(call.number + 1)],"#
                + #""flow.pkts_toserver":[7],"flow.pkts_toclient":[6],"flow.bytes_toserver":[812],"#
                + #""flow.bytes_toclient":[1404],"flow.start":["\#(text(call.start))"],"#
                + #""flow.end":["\#(text(call.start + 1))"],"flow.age":[1],"flow.state":["closed"],"app_proto":["tls"]}}"#
        }, time: "timestamp")

    /// The same with an underscore before each name, as GELF has it.
    static let marked = CarriedRecords(
        lines: flat.lines.map { line in
            let members = (#","# + line.dropFirst()).replacing(#",""#, with: #","_"#)
            return #"{"version":"1.1","host":"fw","timestamp":1709546400.5"# + members
        }, time: "timestamp")

    /// A text as JSON has it.
    static func quoted(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "\"\(escaped)\""
    }

    /// All records as lines, each made by a function.
    private func each(end: String = "\n", _ carry: (Int, String) -> String) -> Data {
        Data(lines.enumerated().map { carry($0, $1) + end }.joined().utf8)
    }

    var plain: Data { each { $1 } }

    /// What programs on the way put around each record, by what they are called.
    var inLines: [(name: String, content: Data)] {
        let tag = time == "ts" ? "zeek" : "suricata"
        let quoted = Self.quoted
        return [
            ("a mark of UTF-8", Data([0xEF, 0xBB, 0xBF]) + plain), ("carriage returns", each(end: "\r\n") { $1 }),
            ("no end of the last line", plain.dropLast()), ("blank lines", each { "\n" + $1 }),
            ("syslog RFC 3164", each { "Mar  4 10:01:00 fw \(tag)[34201]: \($1)" }),
            ("syslog RFC 3164 with priority", each { "<134>Mar  4 10:01:00 fw \(tag): \($1)" }),
            ("syslog RFC 5424", each { "<29>1 2024-03-04T10:01:00.49+00:00 fw \(tag) - - - \($1)" }),
            (
                "syslog RFC 5424 with structured data",
                each { #"<29>1 2024-03-04T10:01:00Z fw \#(tag) 12 ID1 [meta@1 k="{a}" seq="\#($0)"] \#($1)"# }
            ),
            ("pfSense", each { "Mar 4 10:01:00 fw.example.org \(tag)[1]: [1:2:3] \($1)" }),
            ("rsyslog with an ISO time", each { "2024-03-04T10:01:00.497150+00:00 fw \(tag)[7]: \($1)" }),
            ("rsyslog with @cee", each { "Mar  4 10:01:00 fw \(tag): @cee: \($1)" }),
            ("journalctl -o short", each { "Mar 04 10:01:00 fw \(tag)[1]: \($1)" }),
            ("Wazuh archives.log", each { "2024 Mar 04 10:01:00 m->192.168.2.1 Mar  4 10:01:00 \(tag)[9]: \($1)" }),
            ("Kubernetes", each { "2024-03-04T10:01:00.497150000Z stdout F \($1)" }),
            ("CloudWatch's export", each { "2024-03-04T10:01:00.497Z \($1)" }),
            ("grep with names", each { "eve.json:\($1)" }), ("grep with places", each { "eve.json:\($0 + 1):\($1)" }),
            (
                "journalctl -o json",
                each {
                    #"{"__CURSOR":"s=\#($0)","_HOSTNAME":"fw","SYSLOG_IDENTIFIER":"\#(tag)","MESSAGE":\#(quoted($1)),"_PID":"1"}"#
                }
            ),
            (
                "Wazuh archives.json",
                each {
                    #"{"timestamp":"2024-03-04T10:01:00.497+0000","agent":{"id":"1"},"id":"1.\#($0)","full_log":\#(quoted($1)),"decoder":{"name":"json"},"data":\#($1),"location":"x"}"#
                }
            ),
            (
                "Wazuh's data alone",
                each { #"{"timestamp":"x","rule":{"level":0},"agent":{"id":"1"},"id":"1.\#($0)","data":\#($1)}"# }
            ),
            (
                "Filebeat with message",
                each {
                    #"{"@timestamp":"2024-03-04T10:01:00.497Z","@metadata":{"beat":"filebeat"},"agent":{"name":"a"},"message":\#(quoted($1)),"log":{"offset":\#($0),"file":{"path":"/var/log/x"}}}"#
                }
            ),
            (
                "Filebeat with event.original",
                each {
                    #"{"@timestamp":"2024-03-04T10:01:00.497Z","event":{"module":"\#(tag)","original":\#(quoted($1))},"source":{"ip":"10.9.9.9"}}"#
                }
            ),
            (
                "Filebeat with dots",
                each { #"{"@timestamp":"2024-03-04T10:01:00.497Z","event.original":\#(quoted($1)),"ecs.version":"8"}"# }
            ),
            (
                "Filebeat's module before any pipeline",
                each { #"{"@timestamp":"2024-03-04T10:01:00.497Z","event":{"dataset":"x"},"\#(tag)":{"eve":\#($1)}}"# }
            ),
            ("Logstash", each { #"{"@version":"1","host":{"name":"a"},"event":{"original":\#(quoted($1))}}"# }),
            ("AWS Network Firewall", each { #"{"firewall_name":"fw","event_timestamp":"\#($0)","event":\#($1)}"# }),
            (
                "GELF",
                each {
                    #"{"version":"1.1","host":"fw","short_message":\#(quoted($1)),"timestamp":1709546460.49,"level":6}"#
                }
            ),
            (
                "GELF with a header inside",
                each { #"{"version":"1.1","host":"fw","full_message":\#(quoted("Mar  4 10:01:00 fw \(tag): \($1)"))}"# }
            ),
            ("elasticdump", each { #"{"_index":"i","_id":"\#($0)","_score":1,"_source":\#($1)}"# }),
            ("elasticdump of message", each { #"{"_index":"i","_source":{"message":\#(quoted($1))}}"# }),
            ("Docker", each { #"{"log":\#(quoted($1 + "\n")),"stream":"stdout","time":"2024-03-04T10:01:00Z"}"# }),
            ("Splunk's export", each { #"{"preview":false,"offset":\#($0),"result":{"_raw":\#(quoted($1))}}"# }),
            ("Fluentd", each { "2024-03-04T10:01:00+00:00\t\(tag).log\t\($1)" }),
            (
                "Splunk's CSV",
                Data("\"_raw\",\"_time\"\n".utf8)
                    + each { "\"\($1.replacing("\"", with: "\"\""))\",\"2024-03-04T10:01:00.\($0)+0000\"" }
            ),
            (
                "CSV with escapes",
                Data("time,payload\n".utf8) + each { "\"2024-03-04T10:01:00.\($0)Z\",\(quoted($1))" }
            ),
            ("Loki's push", each { #"{"streams":[{"stream":{"job":"x"},"values":[["\#($0)",\#(quoted($1))]]}]}"# }),
            ("Loki", each { #"{"line":\#(quoted($1)),"timestamp":"2024-03-04T10:01:00Z","labels":{"job":"x"}}"# }),
            ("OpenTelemetry", each { #"{"body":{"stringValue":\#(quoted($1))},"timeUnixNano":"1"}"# }),
            (
                "others' lines between them",
                Data(
                    lines.map { "Mar  4 10:01:00 fw \(tag): \($0)\nMar  4 10:01:00 fw sshd[1]: session {closed}\n" }
                        .joined().utf8)
            ),
        ]
    }

    /// Records that do not stand one in a line.
    var spread: [(name: String, content: Data)] {
        let all = lines.joined(separator: ",")
        func pretty(_ line: String, indent: String = "") -> String {
            let object = try? JSONSerialization.jsonObject(with: Data(line.utf8))
            let text = object.flatMap {
                try? JSONSerialization.data(withJSONObject: $0, options: [.prettyPrinted, .withoutEscapingSlashes])
            }
            let lines = String(decoding: text ?? Data(), as: UTF8.self).split(separator: "\n")
            return lines.map { indent + $0 }.joined(separator: "\n")
        }
        let hits = lines.enumerated().map { #"{"_index":"i","_id":"\#($0)","_score":1.0,"_source":\#($1)}"# }
        let response =
            #"{"took":1,"timed_out":false,"_shards":{"total":1},"hits":{"total":{"value":\#(lines.count)},"hits":["#
        return [
            ("an array in a line", Data("[\(all)]\n".utf8)),
            ("an array of lines", Data("[\n\(lines.joined(separator: ",\n"))\n]\n".utf8)),
            ("an array without its brackets", Data(lines.map { $0 + ",\n" }.joined().utf8)),
            ("an array with commas before", Data("[\(lines.joined(separator: "\n,"))]".utf8)),
            (
                "an array, pretty",
                Data("[\n\(lines.map { pretty($0, indent: "  ") }.joined(separator: ",\n"))\n]\n".utf8)
            ),
            ("pretty", Data(lines.map { pretty($0) + "\n" }.joined().utf8)),
            ("pretty, one after another", Data(lines.map { pretty($0) }.joined().utf8)),
            (
                "pretty with carriage returns",
                Data(lines.map { (pretty($0) + "\n").replacing("\n", with: "\r\n") }.joined().utf8)
            ),
            ("objects in one line", Data(lines.joined().utf8)),
            ("objects with spaces between", Data(lines.joined(separator: " ").utf8)),
            ("a search response", Data((response + hits.joined(separator: ",") + "]}}\n").utf8)),
            ("a search response, pretty", Data(pretty(response + hits.joined(separator: ",") + "]}}").utf8)),
            (
                "several search responses",
                Data(
                    (response + hits.prefix(50).joined(separator: ",") + "]}}\n" + response
                        + hits.dropFirst(50).joined(separator: ",") + "]}}\n").utf8)
            ),
            ("an array of documents", Data("[\(hits.joined(separator: ","))]".utf8)),
            (
                "a list of events",
                Data(
                    #"{"events":[\#(lines.map { #"{"message":\#(Self.quoted($0))}"# }.joined(separator: ","))],"nextToken":"x"}"#
                        .utf8)
            ),
        ]
    }

    /// Other charsets.
    static func charsets(_ content: Data) -> [(name: String, content: Data)] {
        let units = Array(String(decoding: content, as: UTF8.self).utf16)
        let little = Data(units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
        let big = Data(units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
        return [
            ("UTF-16 with its mark", Data([0xFF, 0xFE]) + little), ("UTF-16 without", little),
            ("big-endian UTF-16 with its mark", Data([0xFE, 0xFF]) + big), ("big-endian UTF-16 without", big),
        ]
    }

    /// Ways to pack the file `log` in a shell, each of which leaves `packed`.
    static let packings = [
        "gzip -c log > packed", "zstd -qc log > packed", "xz -c log > packed", "bzip2 -c log > packed",
        "lz4 -qc log > packed", "xz --format=lzma -c log > packed", "gzip -c log | gzip > packed",
        "(head -n 50 log | xz -c; tail -n +51 log | xz -c) > packed",
        "(head -n 50 log | bzip2 -c; tail -n +51 log | bzip2 -c) > packed",
        "(head -n 50 log | lz4 -qc; tail -n +51 log | lz4 -qc) > packed",
        "tar -cf packed log", "tar --format=pax -czf packed log", "tar --format=v7 -cJf packed log",
        "tar -cf - log | zstd -qc > packed", "mkdir d; split -n l/3 log d/part.; tar -cf packed d",
        "gzip -k log; tar -cf packed log.gz",
        "d=\(String(repeating: "n", count: 120)); mkdir $d; cp log $d/eve.json; tar -czf packed $d",
        "zip -q packed.zip log; mv packed.zip packed",
        "zip -q0 packed.zip log; mv packed.zip packed", "cat log | zip -q packed.zip -; mv packed.zip packed",
        "mkdir d; split -n l/3 log d/part.; zip -qr packed.zip d; mv packed.zip packed",
    ]
}

extension CarriedRecords: CustomTestStringConvertible {
    var testDescription: String { "records with \(time)" }
}
