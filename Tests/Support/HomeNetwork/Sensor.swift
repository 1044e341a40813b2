/// The sensor on the home's switch: turns conversations into the lines that Suricata would write.
///
/// A word on a conversation is logged as it happens, a flow once it has timed out: some minutes after its last packet,
/// for that is how real EVE files look, and why a detector must not take the logged time for the time of the traffic.
struct Sensor {
    /// Written into every line, so that nobody takes a line of this sample for a real one.
    static let label = "generated-sample"
    static let interface = "eth0"

    private var dice: Dice
    private var lines: [(logged: Moment, text: String)] = []

    init(seed: UInt64) {
        dice = Dice(seed: seed, for: "sensor")
    }

    /// All lines, oldest first by the time at which they were logged.
    func written() -> [String] {
        let order = lines.indices.sorted { (lines[$0].logged, $0) < (lines[$1].logged, $1) }
        return order.map { lines[$0].text }
    }

    mutating func see(_ conversation: Conversation) {
        let flow = dice.between(100_000_000_000_000...2_251_799_813_685_247)
        var isAlerted = false
        let count = conversation.words.count
        for (index, word) in conversation.words.enumerated() {
            if case .alert = word { isAlerted = true }
            // The words stand evenly within the exchange: a query before its answer, a handshake before the end.
            let logged = conversation.start + conversation.duration * (index + 1) / (count + 1) + dice.below(150)
            lines.append((logged, line(for: word, of: conversation, flow: flow, logged: logged)))
        }
        let ended = conversation.start + conversation.duration
        let logged = ended + timeOut(of: conversation)
        lines.append((logged, line(of: conversation, flow: flow, ended: ended, logged: logged, isAlerted: isAlerted)))
    }

    /// Microseconds from a flow's last packet to its line: Suricata's time-out for such a flow, and up to four minutes
    /// until its flow manager comes by.
    private mutating func timeOut(of conversation: Conversation) -> Int {
        let waits =
            switch (conversation.transport, conversation.state) {
            case (.udp, .new): 30...70
            case (.udp, _): 300...540
            case (.tcp, .new): 60...300
            case (.tcp, .closed): 60...300
            case (.tcp, .established): 600...840
            }
        return dice.between(waits.lowerBound * Span.second...waits.upperBound * Span.second)
    }

    // MARK: The forms of Suricata's lines, keys in its order

    private func line(
        of conversation: Conversation, flow: Int, ended: Moment, logged: Moment, isAlerted: Bool
    ) -> String {
        let application = conversation.application.map { ",\"app_proto\":\"\($0)\"" } ?? ""
        let age = ended.microseconds / Span.second - conversation.start.microseconds / Span.second
        return head("flow", of: conversation, flow: flow, logged: logged) + application
            + ",\"flow\":{\(counts(of: conversation)),\"start\":\"\(conversation.start.text)\",\"end\":\"\(ended.text)\""
            + ",\"age\":\(age),\"state\":\"\(conversation.state.rawValue)\",\"reason\":\"timeout\",\"alerted\":\(isAlerted)}"
            + (conversation.transport == .tcp ? ",\"tcp\":\(tcp(conversation.state))" : "") + tail
    }

    private func line(for word: Word, of conversation: Conversation, flow: Int, logged: Moment) -> String {
        func line(_ type: String, _ rest: String) -> String {
            head(type, of: conversation, flow: flow, logged: logged) + "," + rest + tail
        }
        switch word {
        case .query(let name, let id):
            return line("dns", #""dns":{"type":"query","id":\#(id),"rrname":"\#(name)","rrtype":"A","tx_id":0}"#)
        case .answer(let name, let id, let addresses, let lifetime):
            let answers = addresses.map { #"{"rrname":"\#(name)","rrtype":"A","ttl":\#(lifetime),"rdata":"\#($0)"}"# }
            let grouped = addresses.map { "\"\($0)\"" }.joined(separator: ",")
            return line(
                "dns",
                #""dns":{"version":2,"type":"answer","id":\#(id),"flags":"8180","qr":true,"rd":true,"ra":true,"#
                    + #""rrname":"\#(name)","rrtype":"A","rcode":"NOERROR","answers":[\#(answers.joined(separator: ","))],"#
                    + #""grouped":{"A":[\#(grouped)]}}"#)
        case .request(let request):
            return line("http", "\"tx_id\":0,\(http(request))")
        case .handshake(let handshake):
            return line("tls", tls(handshake))
        case .alert(let rule, let request):
            return line(
                "alert",
                #""tx_id":0,"alert":{"action":"allowed","gid":1,"signature_id":\#(rule.id),"rev":\#(rule.revision),"#
                    + #""signature":"\#(rule.signature)","category":"\#(rule.category)","severity":\#(rule.severity)},"#
                    + http(request) + #","app_proto":"http","flow":{\#(counts(of: conversation)),"start":""#
                    + conversation.start.text + "\"}")
        case .lease(let address, let hardware, let id):
            return line(
                "dhcp",
                #""dhcp":{"type":"reply","id":\#(id),"client_mac":"\#(hardware)","assigned_ip":"\#(address)","#
                    + #""dhcp_type":"ack"}"#)
        }
    }

    private func head(_ type: String, of conversation: Conversation, flow: Int, logged: Moment) -> String {
        #"{"timestamp":"\#(logged.text)","flow_id":\#(flow),"in_iface":"\#(Self.interface)","event_type":"\#(type)","#
            + #""src_ip":"\#(conversation.client)","src_port":\#(conversation.clientPort),"#
            + #""dest_ip":"\#(conversation.server)","dest_port":\#(conversation.serverPort),"#
            + #""proto":"\#(conversation.transport.rawValue)""#
    }

    private var tail: String { ",\"host\":\"\(Self.label)\"}" }

    private func counts(of conversation: Conversation) -> String {
        #""pkts_toserver":\#(conversation.packetsOut),"pkts_toclient":\#(conversation.packetsBack),"#
            + #""bytes_toserver":\#(conversation.bytesOut),"bytes_toclient":\#(conversation.bytesBack)"#
    }

    private func tcp(_ state: Conversation.State) -> String {
        switch state {
        case .new:
            #"{"tcp_flags":"02","tcp_flags_ts":"02","tcp_flags_tc":"00","syn":true,"state":"syn_sent"}"#
        case .established:
            #"{"tcp_flags":"1a","tcp_flags_ts":"1a","tcp_flags_tc":"1a","syn":true,"psh":true,"ack":true,"#
                + #""state":"established"}"#
        case .closed:
            #"{"tcp_flags":"1b","tcp_flags_ts":"1b","tcp_flags_tc":"1b","syn":true,"fin":true,"psh":true,"ack":true,"#
                + #""state":"closed"}"#
        }
    }

    private func http(_ request: Request) -> String {
        let contentType = request.contentType.map { ",\"http_content_type\":\"\($0)\"" } ?? ""
        return
            #""http":{"hostname":"\#(request.host)","url":"\#(request.url)","http_user_agent":"\#(request.userAgent)""#
            + contentType
            + #","http_method":"\#(request.method)","protocol":"HTTP/1.1","status":\#(request.status),"length":\#(request.length)}"#
    }

    private func tls(_ handshake: Handshake) -> String {
        let until = handshake.validFrom + handshake.validDays * Span.day
        return #""tls":{"subject":"CN=\#(handshake.name)","issuerdn":"\#(handshake.issuer)","#
            + #""serial":"\#(hexadecimal(of: handshake.name, bytes: 16))","#
            + #""fingerprint":"\#(hexadecimal(of: "print " + handshake.name, bytes: 20))","sni":"\#(handshake.name)","#
            + #""version":"TLS 1.2","notbefore":"\#(handshake.validFrom.text.prefix(19))","#
            + #""notafter":"\#(until.text.prefix(19))","#
            + #""ja3":{"hash":"\#(handshake.client.ja3Hash)","string":"\#(handshake.client.ja3)"}}"#
    }

    /// As many bytes as asked for that belong to a name, in Suricata's notation.
    private func hexadecimal(of name: String, bytes: Int) -> String {
        var dice = Dice(seed: 0, for: name)
        return (0..<bytes).map { _ in
            let digits = String(dice.below(256), radix: 16, uppercase: false)
            return digits.count < 2 ? "0" + digits : digits
        }.joined(separator: ":")
    }
}
