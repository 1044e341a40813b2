import FlareKit
import Foundation
import RecordSchemas

/// A guess at what the columns of an unknown table say, by their names and by what their values look like.
struct TableGuess {
    /// `nil` where too little can be told.
    private(set) var schema: TableSchema?
    /// What was guessed: rows between ",": time "Date", source "Src IP", …
    private(set) var statement = ""
    /// Why there is no schema.
    private(set) var failure = ""
    private(set) var remedy = ""

    /// - Parameter reference: times without a year lie before this moment.
    init(_ text: String, _ reference: Timestamp) {
        guard let sample = TableSample(text) else {
            failure = "neither a log of a known tool nor a table"
            remedy = "the source table reads it with a schema of yours: see docs/inputs.md"
            return
        }
        let columns = sample.columns.map { ColumnGuess($0.name, $0.values, reference) }
        var roles = ColumnRoles(columns)
        roles.assign()
        let missing = roles.missing
        guard missing.isEmpty else {
            let seen = sample.columns.prefix(40).map(\.name).joined(separator: ", ")
            let more = sample.columns.count > 40 ? " and \(sample.columns.count - 40) more" : ""
            failure =
                "a table (\(sample.form)) without \(missing.joined(separator: " and ")); its columns are \(seen)\(more)"
            remedy = "say which columns they are, in the option table of the source: see docs/inputs.md"
            return
        }
        var schema = sample.schema
        schema.title = "guessed"
        var flow = KindSchema()
        for (role, names) in roles.names { flow.fields[role] = FieldNames(names) }
        if let start = flow.fields.removeValue(forKey: "start") { schema.time = start.names[0] }
        flow.durationUnit = roles.durationUnit
        var kinds = [RecordKind.flow.name: flow]
        if flow.fields["process"] != nil || flow.fields["user"] != nil {
            var process = KindSchema()
            for name in ["source", "destination", "src_port", "port", "proto", "process", "user"] {
                process.fields[name] = flow.fields[name]
            }
            kinds[RecordKind.process.name] = process
            kinds[RecordKind.flow.name]?.fields["process"] = nil
            kinds[RecordKind.flow.name]?.fields["user"] = nil
        }
        schema.records = kinds
        schema.dayFirst = columns.contains { $0.isDayFirst }
        self.schema = schema
        statement = "\(sample.form): " + roles.statement
    }
}

/// One column of a sample.
struct ColumnGuess {
    let name: String
    /// Its name in lower case without what is no letter or digit, and the same of its last parts.
    let plainNames: [String]
    /// Shares of the values, 0 to 1.
    private(set) var times = 0.0
    private(set) var clocks = 0.0
    private(set) var addresses = 0.0
    private(set) var inside = 0.0
    private(set) var numbers = 0.0
    private(set) var ports = 0.0
    private(set) var hosts = 0.0
    private(set) var protocols = 0.0
    private(set) var isDayFirst = false
    private(set) var isEmpty = true

    init(_ name: String, _ values: [String], _ reference: Timestamp) {
        self.name = name
        // Log Analytics writes types and zones behind names: SrcIP_s, TimeGenerated [UTC].
        let bare = name.replacing(/\s*\[[^\]]*\]$/, with: "").replacing(/_[sdtbg]$/, with: "")
        let parts = bare.split(whereSeparator: { ".: ".contains($0) }).map(Self.plain)
        plainNames = [Self.plain(bare), parts.suffix(2).joined(), parts.last ?? ""]
        let values = values.filter { !["", "-", "null", "N/A", "(empty)"].contains($0) }
        guard !values.isEmpty else { return }
        isEmpty = false
        func share(_ holds: (String) -> Bool) -> Double {
            Double(values.count(where: holds)) / Double(values.count)
        }
        addresses = share { Self.address($0) != nil }
        inside = share { Self.address($0).map { $0.scope == .private } ?? false }
        numbers = share { Double($0.replacingOccurrences(of: ",", with: "")) != nil }
        ports = share { UInt16($0) != nil }
        times = addresses > 0.5 ? 0 : share { TableTime.read($0, reference) != nil }
        clocks = share(Self.isClock)
        hosts = times > 0.5 ? 0 : share(Self.isHost)
        protocols = share {
            ["tcp", "udp", "icmp", "6", "17", "1", "58", "icmp6", "ipv6-icmp"].contains($0.lowercased())
        }
        isDayFirst = values.contains { value in
            let parts = value.split(separator: "/", maxSplits: 2)
            return parts.count == 3 && parts[0].count <= 2 && (Int(parts[0]) ?? 0) > 12
        }
    }

    /// Its name without what says that it is an address.
    var stem: String {
        let name = plainNames[0]
        let end = ["ipaddress", "ipaddr", "address", "addr", "ip", "host"].first { name.hasSuffix($0) }
        return String(name.dropLast(end?.count ?? 0))
    }

    var hasPortName: Bool { plainNames[0].contains("port") }

    /// Whether it may hold ports: by its name, or where columns have none.
    var mayBePort: Bool { ports > 0.8 && (hasPortName || name.hasPrefix("column ")) }

    static func plain(_ name: some StringProtocol) -> String {
        String(name.lowercased().unicodeScalars.filter { CharacterSet.alphanumerics.contains($0) })
    }

    private static func address(_ text: String) -> IPAddress? {
        if let address = IPAddress(text) { return address }
        guard let colon = text.firstIndex(of: ":"), text.contains(".") else { return nil }
        return IPAddress(String(text[..<colon]))
    }

    private static func isClock(_ text: String) -> Bool {
        let parts = text.split(separator: ":")
        return (2...3).contains(parts.count) && parts.allSatisfy { Double($0) != nil && $0.count >= 2 }
    }

    private static func isHost(_ text: String) -> Bool {
        if text.contains("://") { return true }
        let name = text.split(separator: "/", maxSplits: 1).first.map(String.init) ?? ""
        guard name.contains("."), name.utf8.count < 254, IPAddress(name) == nil else { return false }
        return name.unicodeScalars.allSatisfy {
            CharacterSet.alphanumerics.contains($0) || "-._:".unicodeScalars.contains($0)
        }
            && name.split(separator: ".").last.map { $0.contains { $0.isLetter } } == true
    }
}

/// Which column is which.
struct ColumnRoles {
    private let columns: [ColumnGuess]
    private(set) var names: [String: [String]] = [:]
    private var taken: Set<Int> = []
    private(set) var durationUnit = KindSchema.DurationUnit.seconds

    init(_ columns: [ColumnGuess]) { self.columns = columns }

    /// What columns are called, the surest first.
    private static let known: [(role: String, names: [String], fits: @Sendable (ColumnGuess) -> Bool)] = [
        (
            "source",
            [
                "srcip", "sourceip", "sourceaddress", "srcaddr", "srcaddress", "sourceipaddress", "saddr", "ipsrc",
                "src",
                "source", "clientip", "clientaddress", "cip", "localip", "localaddress", "originip", "idorigh", "origh",
                "initiatorip", "initiator", "client", "srchost", "sourcehost", "internalip", "insideip", "fromip",
                "from",
                "sip", "ca", "machineip", "hostip", "deviceip",
            ], { $0.addresses > 0.8 }
        ),
        (
            "destination",
            [
                "dstip", "destip", "destinationip", "destinationaddress", "dstaddr", "dstaddress", "destaddress",
                "destinationipaddress", "daddr", "ipdst", "dst", "dest", "destination", "serverip", "serveraddress",
                "remoteip", "remoteaddress", "idresph", "resph", "responderip", "responder", "server", "peer", "peerip",
                "targetip", "target", "externalip", "outsideip", "toip", "to", "dip",
            ], { $0.addresses > 0.5 }
        ),
        (
            "start",
            [
                "starttime", "start", "flowstart", "flowstarttime", "sessionstarttime", "eventstart", "datefirstseen",
                "firstseen", "begintime", "begin",
                "ts", "_time",
                "time", "timestamp", "datetime", "eventtime", "timegenerated", "generatedtime", "receivetime",
                "utctime",
                "logtime", "devicetime", "createdtime", "created", "timecreated", "starttimeutc", "date",
                "timereceived",
                "received", "dateandtime", "when", "logged",
            ], { $0.times > 0.8 }
        ),
        ("end", ["endtime", "end", "flowend", "eventend", "datelastseen", "lastseen", "stoptime"], { $0.times > 0.8 }),
        (
            "src_port",
            [
                "srcport", "sourceport", "sport", "spt", "clientport", "localport", "idorigp", "origp", "srcpt", "sp",
                "l4srcport", "sourcel4port",
            ], { $0.ports > 0.8 }
        ),
        (
            "port",
            [
                "dstport", "destport", "destinationport", "dport", "dpt", "serverport", "remoteport", "idrespp",
                "respp",
                "l4dstport", "dp", "targetport",
            ], { $0.ports > 0.8 }
        ),
        (
            "proto",
            [
                "proto", "protocol", "ipprotocol", "transport", "networktransport", "ipproto", "transportprotocol",
                "l4proto",
                "protocolname", "pr",
            ], { $0.protocols > 0.3 }
        ),
        (
            "bytes_toserver",
            [
                "bytestoserver", "bytesout", "outboundbytes", "gesendet", "sentbytes", "sentbyte", "bytessent",
                "srcbytes", "sourcebytes",
                "origbytes",
                "clientbytes", "outbytes", "requestsize", "requestbytes", "uploadbytes", "bytesup", "upload", "csbytes",
                "txbytes", "bytestotal", "totalbytes", "bytes", "networkbytes", "ibyt", "octets", "size",
            ], { $0.numbers > 0.8 }
        ),
        (
            "bytes_toclient",
            [
                "bytestoclient", "bytesin", "inboundbytes", "empfangen", "rcvdbyte", "receivedbytes", "bytesreceived",
                "rcvdbytes", "dstbytes",
                "destbytes",
                "destinationbytes", "respbytes", "serverbytes", "inbytes", "responsesize", "responsebytes",
                "downloadbytes",
                "bytesdown", "download", "scbytes", "rxbytes", "obyt",
            ], { $0.numbers > 0.8 }
        ),
        (
            "pkts_toserver",
            [
                "pktstoserver", "sentpkt", "packetssent", "packetsout", "srcpackets", "sourcepackets", "origpkts",
                "packets", "ipkt",
            ],
            { $0.numbers > 0.8 }
        ),
        (
            "pkts_toclient",
            [
                "pktstoclient", "rcvdpkt", "packetsreceived", "packetsin", "dstpackets", "destinationpackets",
                "resppkts", "opkt",
            ],
            { $0.numbers > 0.8 }
        ),
        (
            "duration",
            [
                "duration", "elapsedtime", "elapsed", "sessionduration", "eventduration", "dur", "durationms", "td",
                "elapsedms",
            ],
            { $0.numbers > 0.8 || $0.clocks > 0.8 }
        ),
        (
            "host",
            [
                "sni", "tlssni", "servername", "tlsclientservername", "hostname", "destinationdomain", "dstdomain",
                "destdomain",
                "urldomain", "remoteurl", "url", "requesturl", "uri", "httphost", "host", "domain", "fqdn", "query",
                "queryname",
                "dnsquery", "dnsquestionname", "dsthost", "desthost", "destinationhostname", "desthostname",
                "dsthostname",
                "dhost", "site", "server", "destination", "dst", "dest",
            ], { $0.hosts > 0.5 }
        ),
        (
            "process",
            [
                "process", "processname", "image", "processexecutable", "executable", "initiatingprocessfilename",
                "program",
                "processpath",
            ], { !$0.isEmpty && $0.numbers < 0.5 }
        ),
        (
            "user",
            [
                "user", "username", "srcuser", "sourceuser", "account", "accountname", "suser",
                "initiatingprocessaccountname", "login",
            ],
            { !$0.isEmpty && $0.numbers < 0.5 }
        ),
    ]

    mutating func assign() {
        for (role, known, fits) in Self.known {
            if role == "src_port" { assignNamedPorts() }
            guard names[role] == nil, let place = find(known, fits, byParts: role != "start") else { continue }
            take(place, role)
        }
        assignDate()
        assignByValues()
        assignPorts()
        if let name = names["duration"]?.first {
            let plain = ColumnGuess.plain(name)
            if plain.hasSuffix("ms") || plain.contains("milli") { durationUnit = .milliseconds }
            if plain.hasSuffix("us") || plain.contains("micro") { durationUnit = .microseconds }
            if plain == "eventduration" || plain.hasSuffix("ns") { durationUnit = .nanoseconds }
        }
    }

    private mutating func take(_ place: Int, _ role: String) {
        names[role] = [columns[place].name]
        taken.insert(place)
    }

    /// - Parameter byParts: whole names come before the last parts of names; else surer names come before others.
    private func find(_ known: [String], _ fits: @escaping (ColumnGuess) -> Bool, byParts: Bool) -> Int? {
        func column(_ name: String, _ part: Int) -> Int? {
            columns.indices.first {
                !taken.contains($0) && columns[$0].plainNames[part] == name && fits(columns[$0])
            }
        }
        if !byParts {
            return known.lazy.compactMap { name in (0..<3).lazy.compactMap { column(name, $0) }.first }.first
        }
        return (0..<3).lazy.compactMap { part in known.lazy.compactMap { column($0, part) }.first }.first
    }

    /// A date and a time of the day in columns of their own.
    private mutating func assignDate() {
        guard let clock = columns.indices.first(where: { columns[$0].clocks > 0.8 && !taken.contains($0) }),
            let date = columns.indices.first(where: {
                columns[$0].times > 0.8 && columns[$0].plainNames.contains("date")
            })
                ?? columns.indices.first(where: { columns[$0].times > 0.8 && !taken.contains($0) })
        else { return }
        guard names["start"] == nil || names["start"] == [columns[date].name] else { return }
        names["start"] = ["\(columns[date].name) + \(columns[clock].name)"]
        taken.formUnion([clock, date])
    }

    /// What no name tells is told by the values: of two columns of addresses that with more private ones is the source.
    private mutating func assignByValues() {
        if names["start"] == nil,
            let place = columns.indices.first(where: { columns[$0].times > 0.9 && !taken.contains($0) })
        {
            take(place, "start")
        }
        let addresses = columns.indices.filter { columns[$0].addresses > 0.8 && !taken.contains($0) }
        if names["source"] == nil, names["destination"] == nil, addresses.count >= 2 {
            let pair = addresses.prefix(2)
            let isTurned = columns[pair[pair.startIndex + 1]].inside > columns[pair[pair.startIndex]].inside + 0.3
            take(pair[pair.startIndex + (isTurned ? 1 : 0)], "source")
            take(pair[pair.startIndex + (isTurned ? 0 : 1)], "destination")
        } else if names["source"] == nil, let first = addresses.first {
            take(first, "source")
        } else if names["destination"] == nil, let first = addresses.first {
            take(first, "destination")
        }
        if names["host"] == nil,
            let place = columns.indices.first(where: { columns[$0].hosts > 0.9 && !taken.contains($0) })
        {
            take(place, "host")
        }
    }

    private func mayBePort(_ place: Int?) -> Int? {
        guard let place, columns.indices.contains(place), !taken.contains(place) else { return nil }
        return columns[place].mayBePort ? place : nil
    }

    /// The columns of the addresses that ports belong to.
    private var portOwners: [(role: String, owner: Int?)] {
        [("src_port", "source"), ("port", "destination")].map { role, address in
            (role, columns.firstIndex { names[address] == [$0.name] })
        }
    }

    /// Ports that are named after an address: Machine, Machine Port.
    private mutating func assignNamedPorts() {
        for (role, owner) in portOwners {
            guard let owner, !columns[owner].stem.isEmpty else { continue }
            let named = columns.indices.first { columns[$0].plainNames[0] == columns[owner].stem + "port" }
            if let place = mayBePort(named) { take(place, role) }
        }
    }

    /// Ports that stand behind an address, or two behind two; the last one that is left is the destination's.
    private mutating func assignPorts() {
        let owners = portOwners
        if let first = owners[0].owner, owners[1].owner == first + 1, mayBePort(first + 3) != nil,
            let place = mayBePort(first + 2), names["src_port"] == nil
        {
            take(place, "src_port")
        }
        for (role, owner) in owners where names[role] == nil {
            if let place = mayBePort(owner.map { $0 + 1 }) { take(place, role) }
        }
        guard names["port"] == nil else { return }
        let named = columns.indices.first { mayBePort($0) != nil && columns[$0].hasPortName }
        if let place = named ?? mayBePort(owners[1].owner.map { $0 + 2 }) { take(place, "port") }
    }

    /// What a record cannot do without.
    var missing: [String] {
        var missing: [String] = []
        if names["start"] == nil && names["end"] == nil { missing.append("a time") }
        if names["source"] == nil { missing.append("a source address") }
        if names["destination"] == nil && names["host"] == nil { missing.append("a destination") }
        return missing
    }

    /// time "Date", source "Src IP", …
    var statement: String {
        let order = [
            ("start", "time"), ("end", "end"), ("source", "source"), ("src_port", "its port"),
            ("destination", "destination"),
            ("port", "port"), ("proto", "protocol"), ("bytes_toserver", "bytes out"), ("bytes_toclient", "bytes in"),
            ("pkts_toserver", "packets out"), ("pkts_toclient", "packets in"), ("duration", "duration"),
            ("host", "name"),
            ("process", "process"), ("user", "user"),
        ]
        let told = order.compactMap { role, word in names[role]?.first.map { "\(word) \"\($0)\"" } }
        let absent = [("bytes_toserver", "bytes"), ("port", "port"), ("host", "names")].filter { names[$0.0] == nil }
            .map(\.1)
        return told.joined(separator: ", ") + (absent.isEmpty ? "" : "; no " + absent.joined(separator: ", "))
    }
}
