import FlareKit
import FlareKitTesting
import Foundation
import HTTP
import TestClusters
import TestKit
import Testing

@testable import Messages

/// Servers that are not ours, on ports of their own.
private struct Servers {
    let folder = TemporaryFolder()

    private static let python = Repository.root.appending(path: ".venv/bin/python3").path
    static let fixtures = Repository.root.appending(path: "Tests/ElasticsearchRecordsTests/Fixtures").path
    static let areThere = FileManager.default.isExecutableFile(atPath: python)
    static let rsyslog = ["/usr/sbin/rsyslogd", "/sbin/rsyslogd"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    private func script(_ name: String) -> String {
        Repository.root.appending(path: "Tests/MessagesTests/\(name)").path
    }

    func web(_ statuses: Int...) async throws -> (port: Int, child: ChildServer) {
        let port = try ClusterServer.freePort()
        let child = try ChildServer { _ in
            [Self.python, script("web_server.py"), "\(port)", folder.path("requests")] + statuses.map(String.init)
        }
        try await Socket.waitUntilAnswers(port: port)
        return (port, child)
    }

    func mail(_ mode: String, certificate: String = "right", reply: String...) async throws -> (
        port: Int, child: ChildServer
    ) {
        let port = try ClusterServer.freePort()
        let child = try ChildServer { _ in
            [
                Self.python, script("mail_server.py"), "\(port)", folder.path("mails"),
                "\(Self.fixtures)/\(certificate).pem", "\(Self.fixtures)/\(certificate).key", mode,
            ] + reply
        }
        try await Socket.waitUntilAnswers(port: port)
        return (port, child)
    }

    /// rsyslog with a port for datagrams, one for streams and one for TLS; what comes is in the file `log`.
    func syslog() async throws -> (ports: [String: Int], child: ChildServer) {
        let ports = [
            "udp": try ClusterServer.freePort(), "tcp": try ClusterServer.freePort(),
            "tls": try ClusterServer.freePort(),
        ]
        let listen = #"address="127.0.0.1" port="#
        let parts = ["pri", "timereported", "app-name", "msgid", "hostname", "msg"].map {
            #"property(outname="\#($0)" name="\#($0)" format="jsonf"\#($0 == "timereported" ? #" dateFormat="rfc3339""# : ""))"#
        }
        let configuration = try folder.write(
            """
            module(load="imudp")
            module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
            global(workDirectory="\(folder.path)" maxMessageSize="64k" defaultNetstreamDriverCAFile="\(Self.fixtures)/ca.pem"
                defaultNetstreamDriverCertFile="\(Self.fixtures)/right.pem"
                defaultNetstreamDriverKeyFile="\(Self.fixtures)/right.key")
            template(name="line" type="list" option.jsonf="on") { \(parts.joined(separator: " ")) }
            input(type="imudp" \(listen)"\(ports["udp"] ?? 0)")
            input(type="imtcp" streamDriver.mode="0" streamDriver.name="ptcp" \(listen)"\(ports["tcp"] ?? 0)")
            input(type="imtcp" \(listen)"\(ports["tls"] ?? 0)")
            action(type="omfile" file="\(folder.path("log"))" template="line")
            """, as: "rsyslog.conf")
        let program = try #require(Self.rsyslog)
        let child = try ChildServer { _ in [program, "-n", "-f", configuration, "-i", folder.path("pid")] }
        for name in ["tcp", "tls"] { try await Socket.waitUntilAnswers(port: ports[name] ?? 0) }
        return (ports, child)
    }

    /// Waits until a file has so many lines, and reads them as JSON.
    func objects(_ count: Int, in name: String) async throws -> [[String: Any]] {
        for _ in 0..<200 {
            let lines = ((try? folder.read(name)) ?? "").split(separator: "\n")
            if lines.count >= count {
                return try lines.map {
                    try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
                }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw POSIXError(.ETIMEDOUT)
    }

    /// Tells findings as a run does.
    func tell(_ sink: some TellingSink, _ findings: [Finding]) async throws {
        try await sink.begin(SampleNotice.run.header, Column.all(with: []), resume: nil)
        try await sink.write(findings)
        _ = try await sink.commit(SampleNotice.run)
    }

    func remark(_ sink: some TellingSink, sendsTest: Bool = true) async -> CheckRemark? {
        var question = CheckQuestion(window: .all, now: Timestamp(seconds: 0))
        question.sendsTest = sendsTest
        return await sink.check(question).first
    }

    var context: PluginContext { PluginContext(place: "sinks[0]", folder: folder.path) }
    static let swift = RetryPolicy(retries: 3, dice: { 0 }) { _ in }
}

@Suite("webhook, by Python's HTTP server", .enabled(if: Servers.areThere))
struct WebhookTests {
    private let servers = Servers()

    private func sink(_ port: Int, _ options: String = "", host: String = "127.0.0.1") throws -> WebhookSink {
        WebhookSink(
            try .read(
                "url: ${URL}\n\(options)", folder: servers.folder.path,
                environment: ["URL": "http://\(host):\(port)/hook-s3cr3t", "KEY": "sign1ng", "TOKEN": "t0ken"]),
            servers.context, policy: Servers.swift)
    }

    @Test("a request each, signed over its time and body, with the token, and the same id whenever it is sent")
    func signed() async throws {
        let (port, child) = try await servers.web(200)
        for _ in 0..<2 {
            try await servers.tell(
                sink(port, "signing_key: ${KEY}\ntoken: ${TOKEN}"), [SampleNotice.finding(host: SampleNotice.hostile)])
        }
        let requests = try await servers.objects(2, in: "requests")
        let headers = try #require(requests[0]["headers"] as? [String: String])
        let body = try #require(requests[0]["body"] as? String)
        #expect(headers["authorization"] == "Bearer t0ken")
        #expect(headers["x-flare-timestamp"] == "1714525200")
        // As Python's hmac has it.
        let script =
            "import hmac,sys; print('sha256=' + hmac.new(b'sign1ng', b'1714525200.' + sys.stdin.buffer.read(), 'sha256').hexdigest())"
        let file = try servers.folder.write(body, as: "body")
        let digest = try await Command.run(
            ["/bin/sh", "-c", "exec python3 -c \"$0\" < \"$1\"", script, file], in: Scratch())
        #expect(headers["x-flare-signature-256"] == digest.output.trimmingCharacters(in: .whitespacesAndNewlines))
        #expect((requests[1]["headers"] as? [String: String])?["idempotency-key"] == headers["idempotency-key"])
        let object = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        #expect((object?["findings"] as? [[String: Any]])?.first?["host"] as? String == SampleNotice.hostile)
        withExtendedLifetime(child) {}
    }

    @Test("a server that is busy is asked again; one that refuses is not, and no secret shows")
    func refused() async throws {
        let (port, child) = try await servers.web(503, 429, 200, 404)
        try await servers.tell(sink(port), [SampleNotice.finding()])
        let error = await #expect(throws: PluginError.self) {
            try await servers.tell(sink(port), [SampleNotice.finding(1)])
        }
        #expect(try await servers.objects(4, in: "requests").count == 4)
        let words = "\(String(describing: error))"
        #expect(words.contains("status 404"), "\(words)")
        #expect(!words.contains("s3cr3t"))
        #expect(try !servers.folder.read("flare-undelivered.jsonl").contains("s3cr3t"))
        #expect(try !("\(sink(port).destination ?? "")").contains("s3cr3t"))
        withExtendedLifetime(child) {}
    }

    @Test("a URL without TLS is taken on this machine alone")
    func plain() async throws {
        let error = await #expect(throws: PluginError.self) {
            try await servers.tell(sink(80, host: "hooks.example"), [SampleNotice.finding()])
        }
        #expect("\(String(describing: error))".contains("does not begin with https://"))
    }

    @Test("a check sends a labelled test where it is asked for, and says where nobody is there")
    func checked() async throws {
        let (port, child) = try await servers.web(200)
        #expect(await servers.remark(try sink(port), sendsTest: false)?.state == .fine)
        #expect(!servers.folder.names.contains("requests"))
        #expect(await servers.remark(try sink(port, "service: slack"))?.state == .fine)
        let body = try await servers.objects(1, in: "requests")[0]["body"] as? String
        #expect(body?.contains("Test: This is a test of Flare") == true)
        withExtendedLifetime(child) {}
        let nobody = await servers.remark(try sink(try ClusterServer.freePort()))
        #expect(nobody?.state == .wrong)
        #expect(nobody?.text.contains("refused") == true, "\(nobody?.text ?? "")")
    }
}

@Suite("mail, by aiosmtpd", .enabled(if: Servers.areThere))
struct MailTests {
    private let servers = Servers()

    private func sink(_ url: String, _ more: String = "tls: {ca: ca.pem}", user: Bool = true) throws -> MailSink {
        try MailSink(
            .read(
                """
                url: \(url)
                from: flare@sensor.example
                to: [soc@example.org, night@example.org]
                \(user ? "username: flare\npassword: ${PASSWORD}" : "")
                \(more)
                """, folder: Servers.fixtures, environment: ["PASSWORD": "pass word"]), servers.context,
            policy: Servers.swift)
    }

    /// The mail as Python's own reader has it.
    private func read(_ number: Int = 0) async throws -> (head: String, parsed: [String: Any]) {
        let text = try servers.folder.read("mails/\(number).eml")
        let lines = text.split(separator: "\n", maxSplits: 4, omittingEmptySubsequences: false)
        let script =
            "import email,email.policy,json,sys; m=email.message_from_bytes(sys.stdin.buffer.read(),policy=email.policy.default); "
            + "print(json.dumps({'subject':m['subject'],'to':m['to'],'keys':m.keys(),'text':m.get_content(),'defects':len(m.defects)}))"
        let file = try servers.folder.write(String(lines[4]), as: "mail")
        let result = try await Command.run(
            ["/bin/sh", "-c", "exec python3 -c \"$0\" < \"$1\"", script, file], in: Scratch())
        let parsed = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        return (lines.prefix(4).joined(separator: "\n"), try #require(parsed, "\(result.errors)"))
    }

    @Test("a mail reaches all addresses with a login, by STARTTLS and by TLS", arguments: ["smtp", "smtps"])
    func sent(scheme: String) async throws {
        let (port, child) = try await servers.mail(scheme == "smtp" ? "starttls" : "tls")
        try await servers.tell(
            sink("\(scheme)://localhost:\(port)"), [SampleNotice.finding(host: SampleNotice.hostile)])
        let (head, mail) = try await read()
        #expect(head.contains("MAIL flare@sensor.example\nRCPT soc@example.org,night@example.org"))
        // aiosmtpd tells of STARTTLS alone; with smtps there is no other way in.
        #expect(head.contains("TLS \(scheme == "smtp" ? "True" : "False")\nAUTH True"), "\(head)")
        #expect(mail["defects"] as? Int == 0)
        #expect(mail["to"] as? String == "soc@example.org, night@example.org")
        #expect((mail["subject"] as? String)?.hasPrefix("Flare, critical: 192.168.1.0 → ") == true)
        let keys = try #require(mail["keys"] as? [String])
        #expect(!keys.contains("Bcc") && Set(keys).count == keys.count, "\(keys)")
        #expect((mail["text"] as? String)?.contains("1,001 calls") == true)
        withExtendedLifetime(child) {}
    }

    @Test("a server on this machine need not have TLS; a certificate that is not right gets no mail")
    func trust() async throws {
        let plain = try await servers.mail("plain")
        try await servers.tell(sink("smtp://127.0.0.1:\(plain.port)", "", user: false), [SampleNotice.finding()])
        #expect(try await read().head.contains("TLS False"))
        let wrong = try await servers.mail("tls", certificate: "expired")
        let error = await #expect(throws: PluginError.self) {
            try await servers.tell(sink("smtps://localhost:\(wrong.port)"), [SampleNotice.finding(1)])
        }
        #expect("\(String(describing: error))".contains("it has expired"), "\(String(describing: error))")
        withExtendedLifetime((plain.child, wrong.child)) {}
    }

    @Test("a mail that is refused for good is not sent again, one for the moment is, and neither shows the password")
    func refused() async throws {
        for (reply, isRefused) in [("554 no spam", true), ("451 come back later", false)] {
            let (port, child) = try await servers.mail("starttls", reply: reply)
            let error = await #expect(throws: PluginError.self) {
                try await servers.tell(sink("smtp://localhost:\(port)"), [SampleNotice.finding()])
            }
            #expect(!"\(String(describing: error))".contains("pass word"))
            let line = try #require(try servers.folder.read("flare-undelivered.jsonl").split(separator: "\n").last)
            #expect(line.contains("\"isRefused\":\(isRefused)"), "\(line)")
            withExtendedLifetime(child) {}
        }
    }

    @Test("an address that could say more than an address is a complaint")
    func addresses() throws {
        for address in ["a@b\\nRCPT", "a b@c", "a@b>", "<a@b>", "ab"] {
            #expect(throws: OptionComplaint.self) {
                try MailSink(.read("url: smtp://h\nfrom: a@b\nto: [\"\(address)\"]"), servers.context)
            }
        }
    }
}

@Suite("syslog, by rsyslog", .enabled(if: Servers.rsyslog != nil))
struct SyslogTests {
    private let servers = Servers()

    @Test(
        "a line each reaches rsyslog whole over UDP, TCP and TLS, whatever it holds", arguments: ["udp", "tcp", "tls"])
    func sent(scheme: String) async throws {
        let (ports, child) = try await servers.syslog()
        let sink = try SyslogSink(
            .read(
                "url: \(scheme)://127.0.0.1:\(ports[scheme] ?? 0)\nform: json\ntell: {digest: true}\ntls: {ca: ca.pem}",
                folder: Servers.fixtures), servers.context, policy: Servers.swift)
        try await servers.tell(
            sink, [SampleNotice.finding(host: SampleNotice.hostile), SampleNotice.finding(1, news: .back)])
        let lines = try await servers.objects(2, in: "log")
        #expect(lines.map { $0["msgid"] as? String } == ["new", "back"])
        #expect(lines.map { $0["pri"] as? String } == ["130", "130"])
        #expect(lines[0]["timereported"] as? String == "2024-05-01T01:00:00Z")
        #expect(lines[0]["app-name"] as? String == "flare")
        let message = try #require(lines[0]["msg"] as? String)
        let object = try JSONSerialization.jsonObject(with: Data(message.utf8)) as? [String: Any]
        #expect(object?["host"] as? String == SampleNotice.hostile)
        withExtendedLifetime(child) {}
    }

    @Test("a sentence is one of UTF-8, and what nobody takes waits")
    func text() async throws {
        let (ports, child) = try await servers.syslog()
        let sink = try SyslogSink(
            .read("url: tcp://127.0.0.1:\(ports["tcp"] ?? 0)"), servers.context, policy: Servers.swift)
        try await servers.tell(sink, [SampleNotice.finding(host: "café.example")])
        let message = try await servers.objects(1, in: "log")[0]["msg"] as? String
        #expect(message?.contains("critical: 192.168.1.0 → café.example:8443; ") == true, "\(message ?? "")")
        withExtendedLifetime(child) {}
        let nobody = try SyslogSink(
            .read("url: tcp://127.0.0.1:\(try ClusterServer.freePort())"), servers.context, policy: Servers.swift)
        await #expect(throws: PluginError.self) { try await servers.tell(nobody, [SampleNotice.finding()]) }
        #expect(try servers.folder.read("flare-undelivered.jsonl").contains("refused"))
    }

    @Test("a certificate that is not trusted gets nothing")
    func trust() async throws {
        let (ports, child) = try await servers.syslog()
        let sink = try SyslogSink(
            .read("url: tls://127.0.0.1:\(ports["tls"] ?? 0)"), servers.context, policy: Servers.swift)
        let error = await #expect(throws: PluginError.self) { try await servers.tell(sink, [SampleNotice.finding()]) }
        #expect("\(String(describing: error))".contains("certificate is not trusted"), "\(String(describing: error))")
        #expect(!servers.folder.names.contains("log"))
        withExtendedLifetime(child) {}
    }
}

@Suite("exec, by the shell")
struct ExecTests {
    private let servers = Servers()

    private func sink(_ script: String, mode: Int = 0o700, trusted: Bool = true) throws -> ExecSink {
        let program = try servers.folder.write("#!/bin/sh\n\(script)\n", as: "tell")
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: program)
        let context = PluginContext(
            place: "sinks[0]", folder: servers.folder.path,
            codeFolders: trusted ? [servers.folder.path] : ["/etc/flare"])
        return try ExecSink(
            .read("program: tell\ntell: {digest: true}", folder: servers.folder.path), context, policy: Servers.swift)
    }

    @Test("a program gets a line of JSON for each finding, and no argument")
    func lines() async throws {
        let sink = try sink("echo $# > '\(servers.folder.path("count"))'; cat > '\(servers.folder.path("lines"))'")
        try await servers.tell(sink, [SampleNotice.finding(host: SampleNotice.hostile), SampleNotice.finding(1)])
        let lines = try await servers.objects(2, in: "lines")
        #expect(lines.map { $0["host"] as? String } == [SampleNotice.hostile, "host-1.example"])
        #expect(try servers.folder.read("count") == "0\n")
    }

    @Test("a program that does not read is fine; one that fails is not asked again, with 75 it is")
    func endings() async throws {
        try await servers.tell(try sink("exit 0"), (0..<3000).map { SampleNotice.finding($0) })
        for (code, isRefused) in [(1, true), (75, false)] {
            let error = await #expect(throws: PluginError.self) {
                try await servers.tell(
                    try sink("cat > /dev/null; echo out of ink >&2; exit \(code)"), [SampleNotice.finding()])
            }
            #expect(
                "\(String(describing: error))".contains("it ended with \(code): out of ink"),
                "\(String(describing: error))")
            let line = try #require(try servers.folder.read("flare-undelivered.jsonl").split(separator: "\n").last)
            #expect(line.contains("\"isRefused\":\(isRefused)"), "\(line)")
        }
    }

    @Test("a program that does not end is ended, with all that it has started")
    func endless() async throws {
        let program = try sink("sleep 600 & sleep 600").destination ?? ""
        let failure = await #expect(throws: DeliveryFailure.self) {
            try await ExecCourier(program: program, timeout: .seconds(1))
                .deliver(Message([SampleNotice.notice()], pipeline: "p"))
        }
        #expect(failure?.isPassing == true)
    }

    @Test("a program beside the pipeline file, and one that everybody can write, are not run")
    func trust() throws {
        #expect(throws: OptionComplaint.self) { try sink("exit 0", trusted: false) }
        #expect(throws: OptionComplaint.self) { try sink("exit 0", mode: 0o777) }
    }
}
