import FlareKit

/// What an attacker who chooses host names, agents and certificates would put into a report.
public enum HostileText {
    /// Each would show itself, were it taken for more than text: the scripts set `window.owned`.
    public static let texts = [
        "<script>window.owned=1</script>",
        "\"><img src=x onerror=window.owned=2>",
        "javascript:window.owned=3",
        "'><svg onload=window.owned=4>",
        "</script><script>window.owned=5</script>",
        "</style></noscript></title></textarea><img src=x onerror=window.owned=6>",
        "<!--<script>",
        "\u{202E}gpj.exe\u{202D}\u{2066}",
        "\"\u{301} onmouseover=window.owned=7 x=\"",
        "<\u{338}img src=x onerror=window.owned=8>",
        "{{title}}{{{style}}}{{#rows}}",
        "&lt;b&gt;&amp;&#60;script&#62;",
        "a\u{0}b\u{1B}[31mc\u{2028}d\u{FEFF}",
        String(repeating: "W", count: 10_000),
        String(repeating: "e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}", count: 1500),
        String(repeating: "مرحبا ", count: 400),
        "=HYPERLINK(\"http://evil.example\")",
        "`${window.owned=9}`",
        "data:text/html,<script>window.owned=10</script>",
    ]

    /// Puts hostile text into every text field of a finding.
    static func poison(_ finding: inout Finding, _ number: Int) {
        func text(_ offset: Int) -> String { texts[(number + offset) % texts.count] }
        if case .channel(var key) = finding.subject, number.isMultiple(of: 2) {
            key.peer = .name(text(0))
            finding.subject = .channel(key)
        }
        finding.detector = text(1)
        finding.summary = text(2)
        finding.host = text(3)
        finding.modifiers = [.init(text(4), 4, text(5), label: text(7)), .init("known", -9, text(6), side: .known)]
        for (place, name) in finding.evidence.keys.sorted().enumerated() {
            if case .texts = finding.evidence[name] { finding.evidence[name] = .texts([text(place), text(place + 1)]) }
            if case .text = finding.evidence[name] { finding.evidence[name] = .text(text(place + 6)) }
        }
    }
}
