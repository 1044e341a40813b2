import FlareKit
import Testing

@testable import FlareOptions

@Suite("Options")
struct OptionTests {
    enum Mode: String, CaseIterable, OptionValue { case outbound, inbound, internalOnly = "internal", all }

    struct Rule: PluginOptions {
        var name = ""
        var ports: [Int] = []

        static var options: [Option<Self>] {
            [
                Option("name", \.name, "What it is called.", required: true),
                Option("ports", \.ports, "The ports.", range: 1...65_535),
            ]
        }
    }

    struct Sample: PluginOptions {
        var minFlows = 10
        var share = 0.5
        var mode = Mode.all
        var paths: [OptionPath] = []
        var every: OptionDuration?
        var maxLine = ByteSize.megabytes(16)
        var networks: [CIDR] = []
        var server: IPAddress?
        var rules: [Rule] = []
        var labels: [String: String] = [:]
        var password: Secret?
        var isExact = false

        static var options: [Option<Self>] {
            [
                Option("min_flows", \.minFlows, "Only channels with more flows.", unit: "flows", range: 1...),
                Option("share", \.share, "The share.", range: 0...1),
                Option("mode", \.mode, "Which way."),
                Option("paths", \.paths, "The files."),
                Option("every", \.every, "How often.", range: .seconds(1)...),
                Option("max_line", \.maxLine, "The longest line."),
                Option("networks", \.networks, "One's own networks."),
                Option("server", \.server, "The server."),
                Option("rules", \.rules, "The rules."),
                Option("labels", \.labels, "The labels."),
                Option("password", \.password, "The password."),
                Option("exact", \.isExact, "Whether exact."),
            ]
        }
    }

    private func complaints(_ yaml: String, environment: [String: String] = [:]) -> String {
        do throws(ConfigurationError) {
            _ = try Sample.read(yaml, environment: environment)
            return "none"
        } catch {
            return error.description
        }
    }

    @Test("without entries the options are their defaults")
    func defaults() throws {
        let options = try Sample.read("")
        #expect(options.minFlows == 10)
        #expect(options.mode == .all)
        #expect(options.every == nil)
    }

    @Test("each type is read from what a user would write")
    func reading() throws {
        let options = try Sample.read(
            """
            min_flows: 100
            share: 1
            mode: internal
            paths: [eve.json, /var/log/*.json, -, builtin:list, ./a/b, ~/c]
            every: 1h30m
            max_line: 64 KiB
            networks: [10.0.0.0/8, "fd00::/8"]
            server: "2001:db8::1"
            rules: [{name: web, ports: [80, 443]}, {name: any}]
            labels: {site: home}
            password: ${PASSWORD}
            exact: ${EXACT:-true}
            """, folder: "/etc/flare", environment: ["PASSWORD": "12345", "HOME": "/home/ada"])
        #expect(options.minFlows == 100)
        #expect(options.share == 1)
        #expect(options.mode == .internalOnly)
        #expect(
            options.paths.map(\.location) == [
                .file("/etc/flare/eve.json"), .file("/var/log/*.json"), .standardStream, .builtIn("list"),
                .file("/etc/flare/a/b"), .file("/home/ada/c"),
            ])
        #expect(options.every?.seconds == 5400)
        #expect(options.maxLine.bytes == 65_536)
        #expect(options.networks.map(\.description) == ["10.0.0.0/8", "fd00::/8"])
        #expect(options.server == IPAddress("2001:db8::1"))
        #expect(options.rules.map(\.ports) == [[80, 443], []])
        #expect(options.labels == ["site": "home"])
        #expect(try options.password?.reveal() == "12345")
        #expect(options.isExact)
    }

    @Test("all complaints come in one go, each with its line, what was expected and what may have been meant")
    func allComplaints() {
        let text = complaints(
            """
            min_flws: 5
            share: 1.5
            mode: outbund
            every: 30
            rules:
              - {nam: web, ports: [0]}
            exact: yes
            """)
        #expect(
            text == """
                options.yaml:1:1: error: unknown option "min_flws"
                    1 | min_flws: 5
                      | ^^^^^^^^
                      = expected one of min_flows, share, mode, paths, every, max_line, networks, server, rules, labels, \
                password, exact, password_file
                      = did you mean "min_flows"?
                options.yaml:2:8: error: share: 1.5 is out of range
                    2 | share: 1.5
                      |        ^^^
                      = expected a number, from 0 to 1
                options.yaml:3:7: error: mode: "outbund" is not one of its words
                    3 | mode: outbund
                      |       ^^^^^^^
                      = expected one of outbound, inbound, internal, all
                      = did you mean "outbound"?
                options.yaml:4:8: error: every: 30 is not a duration
                    4 | every: 30
                      |        ^^
                      = expected a duration such as 90s, 5m, 24h or 7d, at least 1s
                      = say in which unit: 30s, 30m or 30h
                options.yaml:6:6: error: unknown option "nam"
                    6 |   - {nam: web, ports: [0]}
                      |      ^^^
                      = expected one of name, ports
                      = did you mean "name"?
                options.yaml:6:24: error: rules[0].ports[0]: 0 is out of range
                    6 |   - {nam: web, ports: [0]}
                      |                        ^
                      = expected a whole number, from 1 to 65535
                options.yaml:7:8: error: exact: "yes" is not true or false
                    7 | exact: yes
                      |        ^^^
                      = expected true or false
                      = write true
                """)
    }

    @Test("a secret written in the file is refused and shown nowhere")
    func writtenSecret() {
        #expect(
            complaints("{password: hunter2, pasword: hunter3, exact: 5}") == """
                options.yaml:1:12: error: password: a secret is not written in configuration
                    1 | {password: ***, pasword: ***, exact: 5}
                      |            ^^^
                      = expected ${NAME} of an environment variable
                      = or give its file: password_file: PATH
                options.yaml:1:21: error: unknown option "pasword"
                    1 | {password: ***, pasword: ***, exact: 5}
                      |                 ^^^^^^^
                      = expected one of min_flows, share, mode, paths, every, max_line, networks, server, rules, labels, \
                password, exact, password_file
                      = did you mean "password"?
                options.yaml:1:46: error: exact: 5 is not true or false
                    1 | {password: ***, pasword: ***, exact: 5}
                      |                                      ^
                      = expected true or false
                """)
    }

    @Test("a secret of several lines is concealed in each of them")
    func longSecret() {
        let text = complaints("password: \"one\n  two {\"\nexact: 5 # two\n")
        #expect(text.contains("a secret is not written"))
        #expect(!text.contains("\"one"))
        #expect(!text.contains("two"))
    }

    @Test("what is concealed in one line shows in others")
    func concealedLine() {
        #expect(complaints("api_key: 5\nexact: 5").contains("    2 | exact: 5"))
        #expect(complaints("api_key: 5\nexact: 5").contains("    1 | api_key: ***"))
    }
}
