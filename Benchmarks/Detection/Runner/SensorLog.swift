import Foundation

/// A call as a sensor sees it: where to, how much, and what is spoken.
struct SeenCall {
    /// Seconds since the look began.
    var time: Double
    var client: String
    var server: String
    var port: Int
    var bytesOut: Int
    var bytesBack: Int
    var speech = Speech.unknown
}

enum Speech {
    /// Nothing that the sensor has a word for.
    case unknown
    case handshake(Handshake)
    case request(Request)
    /// The server does not answer.
    case silence
}

struct Handshake {
    /// SNI.
    var name: String?
    /// Sensors see none of TLS 1.3.
    var certificate: ServerCertificate?
    var print = ClientPrint.browser
}

/// JA3, JA3S and JA4.
struct ClientPrint {
    var ja3: String
    var ja3s = "f4febc55ea12b31ae17cfb7e614afda8"
    var ja4: String?

    static let browser = ClientPrint(
        ja3: "cd08e31494f9531f560d64c695473da9", ja4: "t13d1516h2_8daaf6152771_02713d6af862")
}

struct ServerCertificate {
    var subject: String
    var issuer = "C=US, O=DigiCert Inc, CN=DigiCert TLS RSA SHA256 2020 CA1"
    var names: [String] = []
    var serial = "0A:11:C3:5E:77"
    /// How many days before the look it became valid.
    var age = 90.0

    static func selfSigned(_ subject: String, serial: String = "01", age: Double = 90) -> ServerCertificate {
        ServerCertificate(subject: subject, issuer: subject, serial: serial, age: age)
    }

    static func trusted(_ names: String...) -> ServerCertificate {
        ServerCertificate(subject: "CN=\(names[0])", names: names)
    }
}

struct Request {
    var host: String?
    var url: String
    var agent: String? = Request.browser
    var method = "GET"
    var status = 200
    /// What the server says that it sends, and what that is.
    var declared = "text/html"
    var content = Content.page

    static let browser =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36"

    /// In libmagic's words, which Suricata logs, and as a type, which Zeek does.
    enum Content {
        case page, picture, program

        var words: String {
            switch self {
            case .page: "HTML document, ASCII text"
            case .picture: "GIF image data, version 89a, 1 x 1"
            case .program: "PE32 executable (GUI) Intel 80386, for MS Windows"
            }
        }

        var type: String {
            switch self {
            case .page: "text/html"
            case .picture: "image/gif"
            case .program: "application/x-dosexec"
            }
        }
    }
}

/// What a sensor logs of calls and lookups: the lines of Suricata's EVE, or Zeek's logs.
struct SensorLog {
    enum Sensor: CaseIterable { case suricata, zeek }

    private let sensor: Sensor
    /// Seconds since 1970.
    private let began: Double
    private var records: [(time: Double, file: String, fields: [String: Any])] = []
    private var flows = 0

    static let resolver = "10.0.0.2"

    init(_ sensor: Sensor, began: Double) { (self.sensor, self.began) = (sensor, began) }

    mutating func see(_ call: SeenCall) {
        let flow = Flow(call.time, call.client, call.server, call.port, "tcp", number: next())
        let isAnswered = if case .silence = call.speech { false } else { true }
        connection(flow, out: call.bytesOut, back: isAnswered ? call.bytesBack : 0, lasting: 0.3, isAnswered)
        switch call.speech {
        case .unknown, .silence: break
        case .handshake(let handshake): self.handshake(flow, handshake)
        case .request(let request): self.request(flow, request, length: call.bytesBack)
        }
    }

    /// A lookup that is answered with one address.
    mutating func look(up name: String, _ address: String, by client: String, at time: Double, lasting timeToLive: Int)
    {
        let flow = Flow(time, client, Self.resolver, 53, "udp", number: next())
        connection(flow, out: 60 + name.utf8.count, back: 76 + name.utf8.count, lasting: 0.02, true)
        switch sensor {
        case .suricata:
            add(
                "eve.json", flow,
                ["event_type": "dns", "dns": ["type": "query", "rrname": name, "rrtype": "A", "id": 1]])
            let answer: [String: Any] = ["rrname": name, "rrtype": "A", "ttl": timeToLive, "rdata": address]
            add(
                "eve.json", flow,
                [
                    "event_type": "dns",
                    "dns": [
                        "version": 2, "type": "answer", "rrname": name, "rrtype": "A", "rcode": "NOERROR", "id": 1,
                        "answers": [answer],
                    ] as [String: Any],
                ], after: 0.02)
        case .zeek:
            add(
                "dns.log", flow,
                [
                    "query": name, "qtype_name": "A", "rcode_name": "NOERROR", "RD": true, "answers": [address],
                    "TTLs": [Double(timeToLive)],
                ])
        }
    }

    private mutating func next() -> Int {
        flows += 1
        return flows
    }

    private struct Flow {
        let time: Double
        let client, server, transport: String
        let port, number: Int

        init(_ time: Double, _ client: String, _ server: String, _ port: Int, _ transport: String, number: Int) {
            (self.time, self.client, self.server) = (time, client, server)
            (self.port, self.transport, self.number) = (port, transport, number)
        }

        var sourcePort: Int { 49_152 + number % 16_000 }
    }

    private mutating func connection(_ flow: Flow, out: Int, back: Int, lasting: Double, _ isAnswered: Bool) {
        let (packetsOut, packetsBack) = (4 + out / 1400, isAnswered ? 3 + back / 1400 : 0)
        switch sensor {
        case .suricata:
            add(
                "eve.json", flow,
                [
                    "event_type": "flow",
                    "flow": [
                        "bytes_toserver": out, "bytes_toclient": back, "pkts_toserver": packetsOut,
                        "pkts_toclient": packetsBack, "start": text(flow.time), "end": text(flow.time + lasting),
                        "state": isAnswered ? "closed" : "new", "reason": "timeout", "alerted": false,
                    ] as [String: Any],
                ], after: 60)
        case .zeek:
            add(
                "conn.log", flow,
                [
                    "proto": flow.transport, "duration": lasting, "orig_bytes": out, "resp_bytes": back,
                    "orig_ip_bytes": out + 40 * packetsOut, "resp_ip_bytes": back + 40 * packetsBack,
                    "orig_pkts": packetsOut, "resp_pkts": packetsBack, "conn_state": isAnswered ? "SF" : "S0",
                ])
        }
    }

    private mutating func handshake(_ flow: Flow, _ handshake: Handshake) {
        let certificate = handshake.certificate
        switch sensor {
        case .suricata:
            var tls: [String: Any] = [
                "version": certificate == nil ? "TLS 1.3" : "TLS 1.2", "ja3": ["hash": handshake.print.ja3],
                "ja3s": ["hash": handshake.print.ja3s],
            ]
            tls["sni"] = handshake.name
            tls["ja4"] = handshake.print.ja4
            if let certificate {
                tls["subject"] = certificate.subject
                tls["issuerdn"] = certificate.issuer
                tls["serial"] = certificate.serial
                tls["fingerprint"] = Self.hash(certificate)
                tls["notbefore"] = String(text(-certificate.age * 86_400).prefix(19))
                tls["notafter"] = String(text((398 - certificate.age) * 86_400).prefix(19))
                if !certificate.names.isEmpty { tls["subjectaltname"] = certificate.names }
            }
            add("eve.json", flow, ["event_type": "tls", "tls": tls], after: 0.1)
        case .zeek:
            var tls: [String: Any] = [
                "version": certificate == nil ? "TLSv13" : "TLSv12", "established": true, "ja3": handshake.print.ja3,
                "ja3s": handshake.print.ja3s,
            ]
            tls["server_name"] = handshake.name
            tls["ja4"] = handshake.print.ja4
            if let certificate {
                tls["subject"] = Self.reversed(certificate.subject)
                tls["issuer"] = Self.reversed(certificate.issuer)
                tls["cert_chain_fps"] = [Self.hash(certificate)]
                self.certificate(certificate, at: flow.time + 0.1)
            }
            add("ssl.log", flow, tls, after: 0.1)
        }
    }

    /// Zeek logs certificates by themselves, and writes names backwards.
    private mutating func certificate(_ certificate: ServerCertificate, at time: Double) {
        var fields: [String: Any] = [
            "ts": began + time, "fingerprint": Self.hash(certificate),
            "certificate.subject": Self.reversed(certificate.subject),
            "certificate.issuer": Self.reversed(certificate.issuer),
            "certificate.serial": certificate.serial.filter { $0 != ":" },
            "certificate.not_valid_before": began - certificate.age * 86_400,
            "certificate.not_valid_after": began + (398 - certificate.age) * 86_400,
        ]
        if !certificate.names.isEmpty { fields["san.dns"] = certificate.names }
        records.append((time, "x509.log", fields))
    }

    private static func reversed(_ name: String) -> String {
        name.components(separatedBy: ", ").reversed().joined(separator: ",")
    }

    private static func hash(_ certificate: ServerCertificate) -> String {
        let number = (certificate.subject + certificate.issuer + certificate.serial).utf8
            .reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        return String(number, radix: 16)
    }

    private mutating func request(_ flow: Flow, _ request: Request, length: Int) {
        switch sensor {
        case .suricata:
            var http: [String: Any] = [
                "url": request.url, "http_method": request.method, "protocol": "HTTP/1.1", "status": request.status,
                "length": length, "http_content_type": request.declared,
            ]
            http["hostname"] = request.host
            http["http_user_agent"] = request.agent
            add("eve.json", flow, ["event_type": "http", "http": http, "tx_id": 0], after: 0.1)
            let file: [String: Any] = [
                "filename": request.url, "magic": request.content.words, "state": "CLOSED", "size": length,
            ]
            add("eve.json", flow, ["event_type": "fileinfo", "http": http, "fileinfo": file], after: 0.2, isBack: true)
        case .zeek:
            var http: [String: Any] = [
                "trans_depth": 1, "method": request.method, "uri": request.url, "status_code": request.status,
                "response_body_len": length, "resp_mime_types": [request.content.type], "tags": [String](),
            ]
            http["host"] = request.host
            http["user_agent"] = request.agent
            add("http.log", flow, http, after: 0.1)
        }
    }

    private mutating func add(
        _ file: String, _ flow: Flow, _ fields: [String: Any], after delay: Double = 0, isBack: Bool = false
    ) {
        let time = flow.time + delay
        let own: [String: Any]
        switch sensor {
        case .suricata:
            own = [
                "timestamp": text(time), "flow_id": flow.number, "src_ip": isBack ? flow.server : flow.client,
                "src_port": isBack ? flow.port : flow.sourcePort, "dest_ip": isBack ? flow.client : flow.server,
                "dest_port": isBack ? flow.sourcePort : flow.port, "proto": flow.transport.uppercased(),
            ]
        case .zeek:
            own = [
                "ts": began + (file == "conn.log" ? flow.time : time), "uid": "C\(flow.number)",
                "id.orig_h": flow.client, "id.orig_p": flow.sourcePort, "id.resp_h": flow.server,
                "id.resp_p": flow.port,
            ]
        }
        records.append((time, file, own.merging(fields) { $1 }))
    }

    /// `2023-11-14T22:13:20.000000+0000`
    private func text(_ time: Double) -> String {
        let whole = (began + time).rounded(.down)
        let date = Date(timeIntervalSince1970: whole).formatted(.iso8601).dropLast()
        return date + String(format: ".%06d+0000", Int((began + time - whole) * 1e6))
    }

    /// Writes the logs of one look into an empty folder.
    func write(to folder: URL) throws {
        for (file, records) in Dictionary(grouping: records.sorted { $0.time < $1.time }, by: \.file) {
            var text = Data()
            for record in records {
                text += try JSONSerialization.data(withJSONObject: record.fields, options: [.sortedKeys])
                text.append(UInt8(ascii: "\n"))
            }
            try text.write(to: folder.appending(path: file))
        }
    }
}
