import FlareKit

/// All that was said about the flows of one channel.
struct ChannelContext: Sendable {
    var names = Tally()
    var hosts = Tally()
    var queries = Tally()
    var agents = Tally()
    var urls = Tally()
    var methods = Tally()
    var statuses = Tally()
    var ja3 = Tally()
    var ja3s = Tally()
    var ja4 = Tally()
    var certificates = Tally()
    var alerts = Tally()
    var notices = Tally()
    var files = Tally()
    var software = Tally()
    /// Who on the machine made the calls.
    var processes = Tally()
    var users = Tally()
    var commandLines = Tally()
    var machines = Tally()
    /// Handshakes and requests, and those of them that named no host.
    var handshakes = 0
    var namelessHandshakes = 0
    var requests = 0
    var namelessRequests = 0
    /// Files whose type does not go with their name.
    var mismatches = Tally()
    /// Certificates by what handshakes call them.
    var shown: [String: Certificate] = [:]
    /// Pairs of a certificate and a name that was asked for.
    var asked: [String: Tally] = [:]

    /// Takes in one record.
    mutating func take(_ row: ContextRow) {
        switch row.kind {
        case .dns: queries.add(row.text(.query))
        case .tls: takeHandshake(row)
        case .http: takeRequest(row)
        case .file: takeFile(row)
        case .ssh:
            software.add(row.text(.clientSoftware))
            software.add(row.text(.serverSoftware))
        case .alert: alerts.add(row.text(.signature))
        case .notice: notices.add(row.text(.signature))
        case .process:
            processes.add(row.text(.process))
            users.add(row.text(.user))
            commandLines.add(row.text(.commandLine))
            machines.add(row.text(.machine))
        // Certificates belong to no channel.
        case .certificate: break
        }
    }

    private mutating func takeHandshake(_ row: ContextRow) {
        let name = row.text(.host)
        handshakes += 1
        if name.isEmpty { namelessHandshakes += 1 }
        names.add(name)
        ja3.add(row.text(.ja3))
        ja3s.add(row.text(.ja3s))
        ja4.add(row.text(.ja4))
        guard Certificate.key(of: row) != nil else { return }
        let certificate = Certificate(row)
        certificates.add(certificate.key)
        shown[certificate.key, default: certificate].merge(certificate)
        if !name.isEmpty { asked[certificate.key, default: Tally()].add(name) }
    }

    private mutating func takeRequest(_ row: ContextRow) {
        let host = row.text(.host)
        requests += 1
        if host.isEmpty { namelessRequests += 1 }
        hosts.add(host)
        agents.add(row.text(.userAgent))
        urls.add(row.text(.url))
        methods.add(row.text(.method))
        if let status = row.number(.status) { statuses.add(String(status)) }
        takeContent(row, name: row.text(.url))
    }

    private mutating func takeFile(_ row: ContextRow) {
        let parts = [row.text(.fileName), row.text(.contentType), row.text(.hash)].filter { !$0.isEmpty }
        files.add(parts.isEmpty ? "" : parts.joined(separator: " "))
        takeContent(row, name: row.text(.fileName))
    }

    private mutating func takeContent(_ row: ContextRow, name: String) {
        let type = row.text(.contentType)
        for mismatch in [
            ContentMismatch.text(type, declared: row.text(.declaredType)), ContentMismatch.text(type, name: name),
        ] {
            if let mismatch { mismatches.add(mismatch) }
        }
    }

    mutating func merge(_ other: ChannelContext) {
        for path in Self.tallies { self[keyPath: path].merge(other[keyPath: path]) }
        handshakes += other.handshakes
        namelessHandshakes += other.namelessHandshakes
        requests += other.requests
        namelessRequests += other.namelessRequests
        for (key, certificate) in other.shown { shown[key, default: certificate].merge(certificate) }
        for (key, names) in other.asked { asked[key, default: Tally()].merge(names) }
    }

    private static var tallies: [WritableKeyPath<ChannelContext, Tally>] {
        [
            \.names, \.hosts, \.queries, \.agents, \.urls, \.methods, \.statuses, \.ja3, \.ja3s, \.ja4, \.certificates,
            \.alerts,
            \.notices, \.files, \.software, \.mismatches, \.processes, \.users, \.commandLines, \.machines,
        ]
    }

    /// A tally of what the certificates say, each as often as it was shown.
    func ofCertificates(_ part: (Certificate) -> String) -> Tally {
        var tally = Tally()
        for (key, count) in certificates.counts { if let known = shown[key] { tally.add(part(known), times: count) } }
        return tally
    }
}

/// A server's certificate, as far as the sensor logged it.
struct Certificate: Sendable, Equatable {
    /// What handshakes call it.
    var hash = ""
    var subject = ""
    var issuer = ""
    var serial = ""
    /// Nanoseconds since 1970.
    var validFrom: Int64?
    var validUntil: Int64?
    var alternativeNames: [String] = []
    /// When it was first and last shown, in nanoseconds since 1970.
    var firstSeen = Int64.max
    var lastSeen = Int64.min

    init(_ row: ContextRow) {
        hash = row.text(.fingerprint)
        subject = row.text(.subject)
        issuer = row.text(.issuer)
        serial = row.text(.serial)
        validFrom = row.number(.validFrom)
        validUntil = row.number(.validUntil)
        alternativeNames = row.text(.alternativeNames).split(separator: "\n").map(String.init)
        if row.kind == .tls { (firstSeen, lastSeen) = (row.time, row.time) }
    }

    /// What tells it from others.
    var key: String { hash.isEmpty ? "\(subject)\n\(issuer)\n\(serial)" : hash }

    /// The key of the certificate that a record speaks of; `nil` where it speaks of none.
    static func key(of row: ContextRow) -> String? {
        let hash = row.text(.fingerprint)
        if !hash.isEmpty { return hash }
        return row.text(.subject).isEmpty ? nil : Certificate(row).key
    }

    var isSelfSigned: Bool { !subject.isEmpty && subject == issuer }

    /// Takes what another record says of it.
    mutating func merge(_ other: Certificate) {
        if subject.isEmpty { subject = other.subject }
        if issuer.isEmpty { issuer = other.issuer }
        if serial.isEmpty { serial = other.serial }
        if alternativeNames.isEmpty { alternativeNames = other.alternativeNames }
        validFrom = validFrom ?? other.validFrom
        validUntil = validUntil ?? other.validUntil
        firstSeen = min(firstSeen, other.firstSeen)
        lastSeen = max(lastSeen, other.lastSeen)
    }

    /// The names it is for: alternative ones, else the subject's common name; lower case.
    var coveredNames: [String] {
        if !alternativeNames.isEmpty { return alternativeNames.map { $0.lowercased() } }
        let common = subject.split(separator: ",").map { $0.drop { $0 == " " } }.first { $0.hasPrefix("CN=") }
        return common.map { [$0.dropFirst(3).lowercased()] } ?? []
    }

    /// Whether it is for a name (RFC 6125, section 6.4.3: a wildcard stands for one label).
    func covers(_ name: String) -> Bool {
        coveredNames.contains { pattern in
            guard pattern.hasPrefix("*.") else { return pattern == name }
            return name.split(separator: ".", maxSplits: 1).last.map { $0 == pattern.dropFirst(2) } ?? false
        }
    }
}

extension Certificate {
    /// Whether it is for other names than this one. Without alternative names the subject tells little, since it may be
    /// one of many names, unless it signed itself.
    func denies(_ name: String) -> Bool {
        (!alternativeNames.isEmpty || isSelfSigned) && !coveredNames.isEmpty && !covers(name)
    }
}

/// A content's type against its name's ending (RITA's MIME mismatch), and against the type that the server declares.
enum ContentMismatch {
    /// Endings that mean a type, by the beginning of the types that go with them.
    private static let types: [String: [String]] = [
        "png": ["image/"], "jpg": ["image/"], "jpeg": ["image/"], "gif": ["image/"], "ico": ["image/"],
        "css": ["text/"], "js": ["text/", "application/javascript", "application/x-javascript", "application/json"],
        "html": ["text/", "application/xhtml"], "htm": ["text/", "application/xhtml"], "txt": ["text/"],
        "pdf": ["application/pdf"], "zip": ["application/zip", "application/x-zip"],
        "woff": ["font/", "application/font", "application/x-font"], "mp4": ["video/"], "mp3": ["audio/"],
    ]
    /// Types of programs, which go with no ending of a document.
    private static let programs = [
        "application/x-dosexec", "application/x-executable", "application/x-msdownload", "application/x-mach",
        "application/vnd.microsoft.portable-executable",
    ]
    /// How libmagic's descriptions of programs begin, which Suricata logs in place of types where it logs any.
    private static let describedPrograms = ["pe32", "ms-dos executable", "elf ", "mach-o "]
    private static let archives = [
        "application/zip", "application/x-zip", "application/x-rar", "application/x-7z", "application/vnd.ms-cab",
        "zip archive", "rar archive", "7-zip archive", "microsoft cabinet",
    ]
    /// Types that a server declares of what is shown or played, never of a program or an archive.
    private static let shownTypes = [
        "image/", "audio/", "video/", "font/", "text/", "application/pdf", "application/json", "application/javascript",
        "application/x-javascript", "application/xml",
    ]

    /// A program or an archive that the server declares to be something else, in words.
    static func text(_ type: String, declared: String) -> String? {
        let (found, declared) = (type.lowercased(), declared.lowercased())
        guard shownTypes.contains(where: declared.hasPrefix),
            (programs + describedPrograms + archives).contains(where: found.hasPrefix)
        else { return nil }
        return "\(type.prefix(60)) declared \(declared.prefix { $0 != ";" }.prefix(60))"
    }

    /// What does not go together, in words; `nil` where it does, or where nothing can be told.
    static func text(_ type: String, name: String) -> String? {
        guard !type.isEmpty, !name.isEmpty else { return nil }
        let path = name.prefix { $0 != "?" && $0 != "#" }
        guard let file = path.split(separator: "/").last, let dot = file.lastIndex(of: ".") else { return nil }
        let ending = file[file.index(after: dot)...].lowercased()
        guard let fitting = types[ending] else { return nil }
        let type = type.lowercased()
        if describedPrograms.contains(where: type.hasPrefix) { return "\(type.prefix(60)) as .\(ending)" }
        // Another description says nothing in the words of types.
        guard type.prefix(while: { $0 != " " && $0 != ";" }).contains("/") else { return nil }
        let isGeneric = type.hasPrefix("application/octet-stream") || type.hasPrefix("text/")
        if programs.contains(where: type.hasPrefix) { return "\(type) as .\(ending)" }
        // Servers answer with pages where the file is not there, and do not know all types.
        return isGeneric || fitting.contains(where: type.hasPrefix) ? nil : "\(type) as .\(ending)"
    }
}
