import FlareKit
import PeerMatching

/// JSON: MISP's events and feeds, STIX 2.1 bundles, abuse.ch's exports, and lists of objects with a value.
enum ThreatJSON {
    static func read(_ file: ListFile) throws(ListError) -> ThreatListContent {
        let document: JSONValue
        do {
            let bytes = file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(file.bytes.dropFirst(3)) : file.bytes
            document = try JSONValue(json: bytes)
        } catch {
            throw ListError(file.path, "it is no JSON, or was cut off: \(error)")
        }
        if isManifest(document) {
            throw ListError(
                file.path, "it is a MISP feed's manifest, which lists events and no indicators; name the events")
        }
        var content = ThreatListContent()
        walk(document, "", &content)
        return content
    }

    private static func walk(_ value: JSONValue, _ reason: String, _ content: inout ThreatListContent) {
        if let elements = value.elements {
            for element in elements {
                if let text = element.text {
                    if let target = Indicator.Target(text) {
                        content.indicators.append(Indicator(target, reason: reason))
                    } else {
                        content.refuse(text)
                    }
                } else {
                    walk(element, reason, &content)
                }
            }
            return
        }
        guard let members = value.values else { return }
        if value["type"]?.text == "indicator", let pattern = value["pattern"]?.text {
            return STIXPattern.take(pattern, of: value, &content)
        }
        if value["type"]?.text == "bundle" {
            if let objects = value["objects"] { walk(objects, reason, &content) }
            return
        }
        if let event = value["Event"] ?? (value["Attribute"] != nil ? value : nil) {
            return takeEvent(event, reason, "", &content)
        }
        if takeObject(value, reason, &content) { return }
        for (_, member) in members.sorted(by: { $0.key < $1.key }) { walk(member, reason, &content) }
    }

    // MARK: MISP

    /// Types of attributes that stand for something that the network shows.
    private static let types: Set<String> = [
        "ip-dst", "ip-src", "ip-dst|port", "ip-src|port", "domain", "hostname", "hostname|port", "domain|ip", "url",
        "uri",
        "ja3-fingerprint-md5", "x509-fingerprint-sha1", "x509-fingerprint-sha256", "x509-fingerprint-md5",
    ]

    /// An event, or an object in one, which has the event's reason and date where it says none of its own.
    private static func takeEvent(
        _ event: JSONValue, _ reason: String, _ date: String, _ content: inout ThreatListContent
    ) {
        // A feed writes members that are empty; an object's name ("domain-ip") says least.
        let told = ["info", "comment"].lazy.compactMap { event[$0]?.text }.first { !$0.isEmpty }
        let title = told ?? (reason.isEmpty ? event["name"]?.text ?? "" : reason)
        let date = event["date"]?.text ?? date
        for attribute in event["Attribute"]?.elements ?? [] {
            guard let type = attribute["type"]?.text, types.contains(type), attribute["to_ids"]?.boolean != false,
                let value = attribute["value"]?.text
            else { continue }
            // Of two values in one the first counts; a port tells nothing by itself.
            let word = value.split(separator: "|").first.map(String.init) ?? value
            guard let target = Indicator.Target(word) else {
                content.refuse(value)
                continue
            }
            content.indicators.append(Indicator(target, reason: title, date: date))
        }
        for object in event["Object"]?.elements ?? [] { takeEvent(object, title, date, &content) }
    }

    /// Whether it is the list of a feed's events: an entry for each, by its UUID, with who made it and when.
    private static func isManifest(_ document: JSONValue) -> Bool {
        guard let events = document.values, !events.isEmpty else { return false }
        return events.values.allSatisfy { $0["info"] != nil && $0["timestamp"] != nil && $0["Attribute"] == nil }
    }

    // MARK: Objects with a value

    private static func takeObject(_ value: JSONValue, _ reason: String, _ content: inout ThreatListContent) -> Bool {
        let text = { (names: [String]) in names.lazy.compactMap { value[$0]?.text }.first }
        guard let word = text(ThreatRole.values) else { return false }
        guard let target = Indicator.Target(word) else {
            content.refuse(word)
            return true
        }
        let confidence = ThreatRole.confidences.lazy.compactMap { value[$0]?.integer }.first
        content.indicators.append(
            Indicator(
                target, reason: text(ThreatRole.reasons) ?? reason, date: text(ThreatRole.dates) ?? "",
                confidence: confidence.map(Int.init(clamping:))))
        return true
    }
}

/// Simple patterns of STIX 2.1 (OASIS, section 9): comparisons of one value each, any of which is enough.
enum STIXPattern {
    private static let objects = ["ipv4-addr:value", "ipv6-addr:value", "domain-name:value", "url:value"]

    static func take(_ pattern: String, of indicator: JSONValue, _ content: inout ThreatListContent) {
        let values = values(pattern)
        guard let values else { return content.refuse(pattern) }
        let reason = indicator["name"]?.text ?? indicator["description"]?.text ?? ""
        let date = indicator["valid_from"]?.text ?? ""
        let confidence = indicator["confidence"]?.integer.map(Int.init(clamping:))
        for value in values {
            guard let target = Indicator.Target(value) else {
                content.refuse(value)
                continue
            }
            content.indicators.append(Indicator(target, reason: reason, date: date, confidence: confidence))
        }
    }

    /// The values that a pattern compares with.
    ///
    /// - Returns: `nil` where it is not simple: all of several must hold, one follows another, or it is about something
    ///   else.
    static func values(_ pattern: String) -> [String]? {
        var values: [String] = []
        let outside = pattern.split(separator: "'", omittingEmptySubsequences: false)
        // Every second part is a quoted value.
        guard outside.count > 1, outside.count % 2 == 1 else { return nil }
        for (place, part) in outside.enumerated() {
            if place % 2 == 1 {
                values.append(String(part))
                continue
            }
            let words = part.uppercased()
            let isSimple = ![" AND ", "FOLLOWEDBY", " NOT", "!=", "LIKE", "MATCHES", "WITHIN", "REPEATS"].contains(
                where: words.contains)
            guard isSimple else { return nil }
        }
        // Names of hashes are quoted too: hashes.'SHA-1' = '…'.
        let names = values.enumerated().filter { $0.offset % 2 == 0 || !pattern.contains("hashes.'") }.map(\.element)
        if pattern.contains("hashes.'") {
            guard pattern.contains("x509-certificate:") else { return nil }
            return values.filter { !names.contains($0) }
        }
        return objects.contains(where: pattern.contains) ? values : nil
    }
}
