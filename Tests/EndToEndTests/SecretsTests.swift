import Foundation
import TestKit
import Testing

/// A secret is planted wherever people put secrets, and looked for in everything that comes out.
@Suite("Secrets")
struct SecretsTests {
    static let secret = "hunter2-Zm9v"
    let folder: TemporaryFolder

    init() throws {
        folder = TemporaryFolder()
        try folder.file("eve.json", SampleFlows.beacon.joined(separator: "\n") + "\n")
    }

    private func flare(_ arguments: [String], _ environment: [String: String] = [:]) throws -> BuiltCommand.Result {
        try BuiltCommand.run(arguments, in: folder.url, environment: environment)
    }

    /// Whether the secret stands in anything that the command wrote, but for the files it was given.
    private func isShown(_ result: BuiltCommand.Result, besides given: Set<String> = []) throws -> Bool {
        let forms = [
            Self.secret, Data(Self.secret.utf8).base64EncodedString(),
            Data(":\(Self.secret)".utf8).base64EncodedString(),
        ]
        let files = folder.names.filter { !given.contains($0) && $0 != "eve.json" }.compactMap { name in
            (try? Data(contentsOf: folder.url.appending(path: name))).map { String(decoding: $0, as: UTF8.self) }
        }
        return ([result.output, result.errors] + files).contains { text in forms.contains { text.contains($0) } }
    }

    private func pipeline(source: String = "{plugin: eve, paths: [eve.json]}", sinks: String) -> String {
        """
        version: 1
        sources: [\(source)]
        detectors: [{plugin: beacon-classic}]
        sinks:
          - {plugin: csv, path: o.csv}
        \(sinks)
        """
    }

    @Test(
        "a complaint shows no secret, wherever in a pipeline it was written",
        arguments: [
            "auth: \(secret)", "auth: [\(secret)]", "auth: {user: \(secret)}", "auth: {password: \(secret)}",
            "auth: {username: x, password: \"\(secret)\"}", "auth: {passwrd: \(secret)}", "auth: {token: [\(secret)]}",
            "auth: \"\(secret)", "password: \(secret)", "tls: {key_passphrase: \(secret)}",
            "proxy: http://u:\(secret)@p:1",
            "proxy: u:\(secret)@p:1", "auth: {api_key: \"id:\(secret)\"", "auth:\n      password:\n        \(secret)",
            "auth: {password: '\(secret)', username: [}",
        ])
    func inOptions(_ option: String) throws {
        let text = """
            version: 1
            sources:
              - plugin: elasticsearch
                urls: ["http://127.0.0.1:1"]
                \(option)
            detectors: [{plugin: beacon-classic}]
            sinks: [{plugin: csv, path: o.csv}]
            """
        try folder.file("p.yaml", text)
        for command in [
            ["validate", "p.yaml"], ["run", "p.yaml"], ["run", "p.yaml", "--log-format", "json"], ["check", "p.yaml"],
        ] {
            let result = try flare(command)
            #expect(result.exitCode == 78, "\(result.errors)")
            #expect(try !isShown(result, besides: ["p.yaml"]), "\(result.errors)")
        }
    }

    @Test(
        "a complaint about an address shows no credential in it",
        arguments: [
            "https://elastic:\(secret)@127.0.0.1:1", "https://elastic:\(secret)/x@127.0.0.1:1",
            "elastic:\(secret)@127.0.0.1:1", "https://127.0.0.1:1/?api_key=\(secret)", "https://\(secret)@127.0.0.1:1",
            "https://127.0.0.1:1/?password=\(secret)#x", "ftp://u:\(secret)@127.0.0.1",
        ])
    func inAddresses(_ address: String) throws {
        let source = "{plugin: elasticsearch, urls: [\"\(address)\"]}"
        try folder.file("p.yaml", pipeline(source: source, sinks: ""))
        for arguments in [
            ["validate", "p.yaml"], ["run", "p.yaml", "--log-format", "json"],
            ["hunt", address, "--save", "saved.yaml"],
            ["check", "p.yaml"], ["validate", "p.yaml", "--set", "sources.0.urls=[\"\(address)\"]"],
            ["beacon", "--es_host", address], ["hunt", "eve.json", address],
        ] {
            let result = try flare(arguments)
            #expect(result.exitCode != 0)
            #expect(try !isShown(result, besides: ["p.yaml"]), "\(arguments): \(result.errors)")
        }
        let variable = try flare(
            ["run", "p.yaml", "--set", "sources.0.urls=[\"${ADDRESS}\"]"], ["ADDRESS": address])
        #expect(try !isShown(variable, besides: ["p.yaml"]), "\(variable.errors)")
    }

    @Test(
        "an address with a credential that would be copied into every output is refused",
        arguments: [
            "  - {plugin: html, path: o.html, links: {siem: \"https://siem.lan/?api_key=\(secret)&q={src_ip}\"}}",
            "  - {plugin: html, path: o.html, links: {siem: \"https://\(secret)@siem.lan/?q={src_ip}\"}}",
            "enrichers: [{plugin: evebox, url: \"https://u:\(secret)@evebox.lan\"}]",
            "enrichers: [{plugin: kibana, data_view: x, url: \"https://u:\(secret)@kibana.lan\"}]",
        ])
    func inLinks(_ lines: String) throws {
        try folder.file("p.yaml", pipeline(sinks: lines))
        let result = try flare(["run", "p.yaml"])
        #expect(result.exitCode == 78)
        #expect(result.errors.contains("copied into every output"))
        #expect(try !isShown(result, besides: ["p.yaml"]), "\(result.errors)")
    }

    @Test("a link whose query has a name and a column in it is no credential")
    func plainLinks() throws {
        try folder.file(
            "p.yaml",
            pipeline(
                sinks:
                    "  - {plugin: html, path: o.html, links: {siem: \"https://siem.lan/@me?token={src_ip}&q={dest_ip}\"}}"
            ))
        #expect(try flare(["run", "p.yaml"]).exitCode == 0)
    }

    /// Runs lines of a shell beside a server that answers each request with an error that holds the request, headers and
    /// all; PORT in p.yaml is where it listens, and `requests` what it was asked.
    private func besideEcho(_ lines: String, _ environment: [String: String]) throws -> String {
        try folder.file(
            "echo.py",
            """
            import http.server, json, sys
            log = open('requests', 'w', newline='')
            class Echo(http.server.BaseHTTPRequestHandler):
                def answer(self):
                    self.rfile.read(int(self.headers.get('content-length') or 0))
                    text = self.requestline + chr(13) + chr(10)
                    text += ''.join(k + ': ' + v + chr(13) + chr(10) for k, v in self.headers.items())
                    log.write(text); log.flush()
                    value = self.headers.get('authorization', '').split(' ')[-1]
                    body = json.dumps({'error': {'type': 'security_exception', 'reason': text + '; and ' + value}})
                    self.send_response(400); self.send_header('content-type', 'application/json')
                    self.send_header('content-length', str(len(body))); self.end_headers()
                    self.wfile.write(body.encode())
                do_GET = do_POST = do_PUT = answer
                def log_message(self, *words): pass
            server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Echo)
            print(server.server_port, flush=True)
            server.serve_forever()
            """)
        let inherited = ProcessInfo.processInfo.environment.filter { ["PATH", "LD_LIBRARY_PATH"].contains($0.key) }
        let command = try Command(
            [
                "/bin/bash", "-c",
                """
                rm -f port
                python3 echo.py >port 2>/dev/null </dev/null & server=$!
                # A thread of a test blocks SIGTERM, and so does what it starts; a server that lives on keeps the test waiting.
                trap 'kill -KILL $server' EXIT
                for try in $(seq 200); do test -s port && break; sleep 0.05; done
                sed -i "s/PORT/$(cat port)/g" p.yaml
                flare() { '\(BuiltCommand.path.path)' "$@"; echo "code $?"; }
                \(lines)
                """,
            ], in: folder.url, environment: inherited.merging(environment) { $1 }, withErrors: true)
        return String(decoding: command.output, as: UTF8.self)
    }

    @Test(
        "a secret with line ends at its end is used without them, and one with others inside is refused unseen")
    func lineEnds() throws {
        let source =
            "{plugin: elasticsearch, urls: [\"http://127.0.0.1:PORT\"], auth: {token: \"${TOKEN}\"}}"
        for (token, isUsed) in [
            ("\(Self.secret)\n", true), ("\(Self.secret)\r\n\n", true), ("\(Self.secret)\nx", false),
        ] {
            try folder.file("p.yaml", pipeline(source: source, sinks: "  - {plugin: html, path: o.html}"))
            let output = try besideEcho(
                "flare run p.yaml --report report.json; flare run p.yaml --log-format json", ["TOKEN": token])
            #expect(output.components(separatedBy: "code 1\n").count == 3, "\(output)")
            #expect(!output.contains(Self.secret), "\(output)")
            #expect(output.contains("control character") == !isUsed)
            let wasSent = try folder.read("requests").contains("Bearer \(Self.secret)\r\n")
            #expect(wasSent == isUsed)
        }
    }

    @Test(
        "a server that sends the request's headers back shows no secret",
        arguments: [
            "{token: \"${SECRET}\"}", "{username: u, password: \"${SECRET}\"}", "{api_key: \"${SECRET}\"}",
            "{api_key: \"${PAIR}\"}", "{username: elastic, password_file: secret.txt}",
        ])
    func echo(_ auth: String) throws {
        try folder.file("secret.txt", Self.secret + "\n")
        let source = "{plugin: elasticsearch, urls: [\"http://127.0.0.1:PORT\"], auth: \(auth)}"
        // As a source, whose failure ends the run; and as a sink, whose failure stands in every other output.
        for text in [
            pipeline(source: source, sinks: ""), pipeline(sinks: "  - \(source)\n  - {plugin: html, path: o.html}"),
        ] {
            try folder.file("p.yaml", text)
            let output = try besideEcho(
                "flare run p.yaml --report report.json; flare run p.yaml --log-format json; flare check p.yaml",
                ["SECRET": Self.secret, "PAIR": "id:\(Self.secret)"])
            let requests = try folder.read("requests")
            let sent = requests.split(whereSeparator: \.isNewline).filter {
                $0.lowercased().hasPrefix("authorization:")
            }
            #expect(!sent.isEmpty, "\(output)")
            try FileManager.default.removeItem(at: folder.url.appending(path: "requests"))
            let credentials = Set(sent.compactMap { $0.split(separator: " ").last.map(String.init) } + [Self.secret])
            let files = folder.names.filter { !["p.yaml", "secret.txt", "echo.py"].contains($0) }.compactMap {
                (try? Data(contentsOf: folder.url.appending(path: $0))).map { String(decoding: $0, as: UTF8.self) }
            }
            for text in files + [output] {
                for credential in credentials { #expect(!text.contains(credential), "\(text)") }
            }
        }
    }

    @Test("a converted configuration holds no password, not even that of its host")
    func converted() throws {
        try folder.file(
            "x.ini",
            "[beacon]\r\nes_host=elastic:\(Self.secret)@es.lan\r\nusername=u\r\npassword=\(Self.secret)\r\nperiod=\(Self.secret)\u{85}sinks: []\r\n"
        )
        let result = try flare(["convert", "x.ini"])
        #expect(result.exitCode == 0, "\(result.errors)")
        #expect(result.output.contains("urls: [\"http://es.lan:9200\"]"))
        #expect(!result.output.contains("elastic:"))
        try folder.file("c.yaml", result.output)
        #expect(try flare(["validate", "c.yaml"], ["FLARE_ES_PASSWORD": "x"]).exitCode == 0)
        try folder.file("x.ini", "[beacon]\npassword \(Self.secret)\n")
        let broken = try flare(["convert", "x.ini"])
        #expect(broken.exitCode == 78)
        #expect(try !isShown(broken, besides: ["x.ini", "c.yaml"]))
    }
}
