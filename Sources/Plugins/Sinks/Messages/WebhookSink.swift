import FlareKit
import Foundation
import HTTP

/// Tells a service over HTTP.
public struct WebhookSink: TellingSink, BuiltInPlugin {
    public static let name = "webhook"
    public static let summary = "Posts what is news to Slack, Teams, Mattermost, TheHive or a service of your own."

    let teller: Teller
    public let destination: String?

    public init(_ options: WebhookOptions, _ context: PluginContext) throws(OptionComplaint) {
        self.init(options, context, policy: nil)
    }

    init(_ options: WebhookOptions, _ context: PluginContext, policy: RetryPolicy?) {
        // The URL is a secret: whoever has it can post.
        let name = "\(options.service.rawValue) (\(Self.name), \(context.place))"
        destination = name
        teller = Teller(options.tell, name: name, context, WebhookCourier(options), policy: policy)
    }
}

/// The options of `webhook`.
public struct WebhookOptions: TellingOptions {
    var url: Secret?
    var service = WebhookService.json
    var token: Secret?
    var signingKey: Secret?
    var tls = TLSOptions()
    var tell = TellOptions()

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option(
                "url", \.url, "URL that is posted to: https://…; http:// only on this machine. It is a secret.",
                required: true),
            Option("service", \.service, "Form of the messages; json is for programs."),
            Option("token", \.token, "Bearer token, such as an API key of TheHive."),
            Option(
                "signing_key", \.signingKey,
                "Key of the header X-Flare-Signature-256: sha256= and the HMAC of X-Flare-Timestamp, a dot and the body."
            ),
            Option("tls", \.tls, "Trusted certificates, and the client certificate."),
            tellOption,
        ]
    }
}

final class WebhookCourier: Courier {
    private let options: WebhookOptions
    private let client: WebClient

    /// How long a request may take.
    private static let timeout = Duration.seconds(30)

    init(_ options: WebhookOptions) {
        self.options = options
        client = WebClient(options.tls)
    }

    func deliver(_ message: Message) async throws {
        let url = try options.url?.reveal() ?? ""
        guard Self.isSafe(url) else {
            throw PluginError("the URL does not begin with https://", remedy: "see what url or url_file holds")
        }
        let body = Array(options.service.body(of: message).utf8)
        var headers = [
            (name: "Content-Type", value: "application/json"), (name: "User-Agent", value: "flare"),
            (name: "Idempotency-Key", value: message.id),
        ]
        if let token = options.token { headers.append(("Authorization", "Bearer \(try token.reveal())")) }
        if let key = options.signingKey {
            let time = String(message.time.nanoseconds / 1_000_000_000)
            let digest = SHA256.hmac(Array("\(time).".utf8) + body, key: Array(try key.reveal().utf8))
            headers.append(("X-Flare-Timestamp", time))
            headers.append(("X-Flare-Signature-256", "sha256=\(digest)"))
        }
        try await client.send(
            HTTPRequest("POST", url: url, headers: headers, body: body, timeout: Self.timeout, longestAnswer: 1 << 20))
    }

    func close() async { await client.close() }

    private static func isSafe(_ url: String) -> Bool {
        guard let parts = URLComponents(string: url), let host = parts.host else { return false }
        return parts.scheme == "https" || (parts.scheme == "http" && IPAddress.isLoopback(host: host))
    }
}
