import FlareKit
import OutputText

/// The form in which a service takes messages. Texts come from the network: in none of the forms may they become a mark-up, a
/// link or a mention.
enum WebhookService: String, CaseIterable, OptionValue {
    case json, slack, teams, mattermost, thehive

    /// The body: JSON.
    func body(of message: Message) -> String {
        switch self {
        case .json: Self.json(message)
        case .slack: Self.slack(message)
        case .teams: Self.teams(message)
        case .mattermost: Self.mattermost(message)
        case .thehive: Self.thehive(message)
        }
    }

    private static func json(_ message: Message) -> String {
        object([
            ("event", text("flare.findings")), ("id", text(message.id)), ("pipeline", text(message.pipeline)),
            ("title", text(message.title)), ("severity", text(message.severity.rawValue)),
            ("findings", JSONText.array(message.notices.map(\.json))),
        ])
    }

    /// Blocks of plain text have no mark-up; the text for notifications has, and Slack's three characters are escaped there
    /// (docs.slack.dev, "Formatting message text"). A block holds 3,000 characters.
    private static func slack(_ message: Message) -> String {
        func block(_ type: String, _ words: String) -> String {
            object([("type", text("section")), ("text", object([("type", text(type)), ("text", text(words))]))])
        }
        let title = SafeText.escaped(message.title, ["&": "&amp;", "<": "&lt;", ">": "&gt;"])
        let lines = SafeText.line(message.title, limit: 500) + "\n" + cut(message.lines, to: 2400)
        return object([("text", text(title)), ("blocks", JSONText.array([block("plain_text", lines)]))])
    }

    /// An Adaptive Card, as Teams' workflows take it: the runs of a RichTextBlock have no mark-up. It holds 28 kB.
    private static func teams(_ message: Message) -> String {
        func block(_ words: String, isTitle: Bool = false) -> String {
            let run =
                [("type", text("TextRun")), ("text", text(words))] + (isTitle ? [("weight", text("Bolder"))] : [])
            return object([("type", text("RichTextBlock")), ("inlines", JSONText.array([object(run)]))])
        }
        let card = object([
            ("$schema", text("http://adaptivecards.io/schemas/adaptive-card.json")), ("type", text("AdaptiveCard")),
            ("version", text("1.4")),
            (
                "body",
                JSONText.array(
                    [block(message.title, isTitle: true)]
                        + cut(message.lines, to: 15_000).split(separator: "\n").map { block(String($0)) })
            ),
        ])
        let attachment = object([
            ("contentType", text("application/vnd.microsoft.card.adaptive")), ("contentUrl", "null"), ("content", card),
        ])
        return object([("type", text("message")), ("attachments", JSONText.array([attachment]))])
    }

    /// A block of code has no mark-up and mentions nobody. A post holds 16,383 characters.
    private static func mattermost(_ message: Message) -> String {
        object([("text", text(code([message.title] + message.lines, to: 15_000)))])
    }

    /// An alert of TheHive 5 (docs.strangebee.com, "Create an alert"): its description is Markdown.
    private static func thehive(_ message: Message) -> String {
        var observables: [String] = []
        var seen: Set<String> = []
        func observe(_ type: String, _ data: String?) {
            guard let data, seen.insert("\(type) \(data)").inserted else { return }
            observables.append(object([("dataType", text(type)), ("data", text(data))]))
        }
        for notice in message.notices {
            observe("ip", notice.source)
            observe("ip", notice.address)
            observe("domain", notice.host)
        }
        return object([
            ("type", text("beacon")), ("source", text("flare")), ("sourceRef", text(message.id)),
            ("title", text(SafeText.line(message.title, limit: 500))),
            ("description", text(code(message.lines, to: 100_000))),
            ("severity", String(message.severity.on([1, 2, 3, 4]))),
            ("date", String(message.time.nanoseconds / 1_000_000)),
            ("tags", JSONText.array(Set(message.notices.map(\.detector)).sorted().map(text))),
            ("observables", JSONText.array(observables)),
        ])
    }

    // MARK: Texts

    private static func object(_ members: [(String, String)]) -> String {
        JSONText.object(members.map { (key: $0.0, json: $0.1) })
    }

    private static func text(_ text: String) -> String { JSONText.text(text) }

    /// A fenced block of Markdown that its own text cannot end.
    private static func code(_ lines: [String], to limit: Int) -> String {
        "```\n" + SafeText.escaped(cut(lines, to: limit), ["`": "'"]) + "\n```"
    }

    /// As many whole lines as have room.
    private static func cut(_ lines: [String], to limit: Int) -> String {
        var left = limit
        let kept = lines.prefix { line in
            left -= line.unicodeScalars.count + 1
            return left >= 0
        }
        return (kept + (kept.count < lines.count ? ["…"] : [])).joined(separator: "\n")
    }
}
