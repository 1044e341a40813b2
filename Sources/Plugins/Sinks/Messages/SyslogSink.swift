import FlareKit
import Glibc
import HTTP

/// Tells a syslog server or a SIEM.
public struct SyslogSink: TellingSink, BuiltInPlugin {
    public static let name = "syslog"
    public static let summary =
        "Sends what is news to a syslog server or a SIEM: RFC 5424 over UDP, TCP or TLS, as text, JSON, CEF or LEEF."

    let teller: Teller
    public let destination: String?

    public init(_ options: SyslogOptions, _ context: PluginContext) throws(OptionComplaint) {
        try self.init(options, context, policy: nil)
    }

    init(_ options: SyslogOptions, _ context: PluginContext, policy: RetryPolicy?) throws(OptionComplaint) {
        let place = try NetworkPlace(options.url, schemes: ["udp": 514, "tcp": 514, "tls": 6514])
        destination = place.description
        let courier = SyslogCourier(place: place, form: options.form, tls: options.tls)
        teller = Teller(options.tell, name: place.description, context, courier, policy: policy)
    }
}

/// The options of `syslog`.
public struct SyslogOptions: TellingOptions {
    var url = ""
    var form = SyslogForm.text
    var tls = TLSOptions()
    var tell = TellOptions()

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option("url", \.url, "Server: udp://host:514, tcp://host:514 or tls://host:6514.", required: true),
            Option("form", \.form, "Form of the message: a sentence, the finding as JSON, CEF, or LEEF 2.0."),
            Option("tls", \.tls, "Trusted certificates, and the client certificate."),
            tellOption,
        ]
    }
}

struct SyslogCourier: Courier {
    let place: NetworkPlace
    let form: SyslogForm
    let tls: TLSOptions

    /// A line for each finding, also of a digest: a SIEM counts for itself.
    func deliver(_ message: Message) async throws {
        var settings = HTTPSettings()
        try tls.secure(&settings)
        let lines = message.notices.map { form.line($0, host: Self.hostName) }
        let (ready, place) = (settings, self.place)
        try await BlockingCall.run {
            if place.scheme == "udp" {
                try StreamSender.send(datagrams: lines, to: place.host, port: place.port)
            } else {
                // Octet counting (RFC 6587, 3.4.1; RFC 5425, 4.3).
                try StreamSender.send(
                    lines.flatMap { Array("\($0.count) ".utf8) + $0 }, to: place.host, port: place.port,
                    isEncrypted: place.scheme == "tls", ready)
            }
        }
    }

    private static let hostName = MachineName.current.isEmpty ? "-" : MachineName.current
}

/// A server's place as an option takes it: `tcp://host:514`.
struct NetworkPlace: Hashable, CustomStringConvertible {
    let scheme: String
    /// An IPv6 address in brackets.
    let host: String
    let port: Int

    /// - Parameter schemes: with the port where none is written.
    init(_ text: String, schemes: [String: Int]) throws(OptionComplaint) {
        let forms = schemes.keys.sorted().map { "\($0)://host:\(schemes[$0] ?? 0)" }.joined(separator: " or ")
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let usual = schemes[parts[0]],
            let match = parts[1].wholeMatch(of: #/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?\/?/#),
            let port = match.2.map({ Int($0) }) ?? usual, (1...65_535).contains(port)
        else { throw OptionComplaint("\"\(text)\" is no place of a server", option: "url", expected: forms) }
        (scheme, host, self.port) = (parts[0], String(match.1), port)
    }

    var description: String { "\(scheme)://\(host):\(port)" }
    var isLoopback: Bool { IPAddress.isLoopback(host: host) }
}
