import FlareKit
import HTTP

/// Tells people by mail.
public struct MailSink: TellingSink, BuiltInPlugin {
    public static let name = "mail"
    public static let summary = "Mails what is news, over SMTP with STARTTLS or TLS."

    let teller: Teller
    public let destination: String?

    public init(_ options: MailOptions, _ context: PluginContext) throws(OptionComplaint) {
        try self.init(options, context, policy: nil)
    }

    init(_ options: MailOptions, _ context: PluginContext, policy: RetryPolicy?) throws(OptionComplaint) {
        let place = try NetworkPlace(options.url, schemes: ["smtp": 587, "smtps": 465])
        for (name, addresses) in [("from", [options.from]), ("to", options.to)] {
            for address in addresses where !Self.isAddress(address) {
                throw OptionComplaint("\"\(address)\" is no address", option: name, expected: "name@host")
            }
        }
        guard !options.to.isEmpty else { throw OptionComplaint("nobody would get the mail", option: "to") }
        guard (options.username == nil) == (options.password == nil) else {
            throw OptionComplaint("username and password belong together", option: "username")
        }
        destination = options.to.joined(separator: ", ")
        let name = "\(options.to.joined(separator: ", ")) by \(place)"
        teller = Teller(options.tell, name: name, context, MailCourier(options, place), policy: policy)
    }

    /// Of letters that no header and no command of SMTP takes for anything else.
    private static func isAddress(_ text: String) -> Bool {
        text.wholeMatch(of: #/[A-Za-z0-9.!#$%&'*+\/=?^_`{|}~-]+@[A-Za-z0-9.-]+/#) != nil
    }
}

/// The options of `mail`.
public struct MailOptions: TellingOptions {
    var url = ""
    var from = ""
    var to: [String] = []
    var username: String?
    var password: Secret?
    var tls = TLSOptions()
    var tell = TellOptions()

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "url", \.url,
                "Server: smtp://host:587, which has to offer STARTTLS unless it is this machine, or smtps://host:465.",
                required: true),
            Option("from", \.from, "Address of the sender.", required: true),
            Option("to", \.to, "Addresses that get the mail.", required: true),
            Option("username", \.username, "User name."),
            Option("password", \.password, "Password of the user."),
            Option("tls", \.tls, "Trusted certificates, and the client certificate."),
            tellOption,
        ]
    }
}

final class MailCourier: Courier {
    private let options: MailOptions
    private let place: NetworkPlace
    private let client: WebClient

    /// How long a mail may take.
    private static let timeout = Duration.seconds(60)

    init(_ options: MailOptions, _ place: NetworkPlace) {
        (self.options, self.place, client) = (options, place, WebClient(options.tls))
    }

    func deliver(_ message: Message) async throws {
        var request = HTTPRequest(
            "", url: place.description, body: Array(MailText(message, options).text.utf8), timeout: Self.timeout,
            longestAnswer: 1 << 16)
        let user = try options.username.map { name in (name: name, password: try options.password?.reveal() ?? "") }
        request.envelope = .init(from: options.from, to: options.to, user: user, needsTLS: !place.isLoopback)
        try await client.send(request)
    }

    func close() async { await client.close() }
}

/// A mail as it is sent (RFC 5322, MIME). What comes from the network is in Base64, in the subject (RFC 2047) and in the text:
/// it can make no header, no end and no part.
struct MailText {
    let text: String

    init(_ message: Message, _ options: MailOptions) {
        let host = options.from.split(separator: "@").last.map(String.init) ?? "localhost"
        let body = ([message.title, ""] + message.lines).joined(separator: "\r\n") + "\r\n"
        let lines = [
            "From: Flare <\(options.from)>", "To: \(options.to.joined(separator: ",\r\n "))",
            "Subject: \(Self.encoded("Flare, \(message.title)"))", "Date: \(Self.date(message.time))",
            "Message-ID: <\(message.id).flare@\(host)>", "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "",
            Self.wrapped(Base64.encode(body)),
        ]
        text = lines.joined(separator: "\r\n") + "\r\n"
    }

    /// Words of at most 75 characters, none of which cuts a letter in two.
    private static func encoded(_ text: String) -> String {
        var words: [String] = [""]
        for letter in text.unicodeScalars {
            if (words.last ?? "").utf8.count + String(letter).utf8.count > 42 { words.append("") }
            words[words.count - 1].unicodeScalars.append(letter)
        }
        return words.map { "=?utf-8?B?\(Base64.encode($0))?=" }.joined(separator: "\r\n ")
    }

    private static func wrapped(_ text: String) -> String {
        var rest = text[...]
        var lines: [Substring] = []
        while !rest.isEmpty {
            lines.append(rest.prefix(76))
            rest = rest.dropFirst(76)
        }
        return lines.joined(separator: "\r\n")
    }

    /// `29 Nov 2026 12:00:00 +0000`.
    private static func date(_ time: Timestamp) -> String {
        let parts = time.inWholeSeconds.description.split { "-T:Z".contains($0) }
        guard parts.count == 6, let month = Int(parts[1]), (1...12).contains(month) else { return "" }
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(parts[2]) \(names[month - 1]) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) +0000"
    }
}
