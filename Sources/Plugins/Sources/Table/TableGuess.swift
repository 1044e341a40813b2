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
        guard columns.contains(where: { !$0.isEmpty }) else {
            failure = "a table (\(sample.form)) without a row that has a value"
            remedy = "see whether the export was finished"
            return
        }
        var roles = ColumnRoles(columns)
        roles.assign(reference)
        let missing = roles.missing
        guard missing.isEmpty else {
            let seen = sample.columns.map(\.name).listed(40)
            failure =
                "a table (\(sample.form)) without \(missing.joined(separator: " and ")); its columns are \(seen)"
            remedy = "say which columns they are, in the option table of the source: see docs/inputs.md"
            return
        }
        var schema = sample.schema
        schema.title = "guessed"
        var flow = KindSchema()
        for (role, names) in roles.names { flow.fields[role] = FieldNames(names) }
        if let start = flow.fields.removeValue(forKey: "start") {
            schema.time = start.names[0]
            // What tells an end has no other beginning.
            if flow.fields["end"] != nil { flow.start = schema.time }
        }
        flow.durationUnit = roles.durationUnit
        flow.exclude = roles.exclude
        var kinds = [RecordKind.flow.name: flow]
        if flow.fields["process"] != nil || flow.fields["user"] != nil {
            var process = KindSchema()
            for name in ["source", "destination", "src_port", "port", "proto", "process", "user"] {
                process.fields[name] = flow.fields[name]
            }
            process.exclude = flow.exclude
            kinds[RecordKind.process.name] = process
            kinds[RecordKind.flow.name]?.fields["process"] = nil
            kinds[RecordKind.flow.name]?.fields["user"] = nil
        }
        schema.records = kinds
        let order = ValueForms.dayOrder(
            roles.times, reference, isForeign: schema.separator == ";" || columns.contains { $0.isForeign })
        schema.dayFirst = order?.order == .dayFirst
        schema.decimalComma = roles.hasDecimalComma(isSeparatedByComma: schema.separator == ",")
        if let zone = roles.zone { schema.timeZone = zone }
        self.schema = schema
        statement = "\(sample.form): " + roles.statement
        if let order, !order.isSure {
            statement += "; dates are taken for \(order.order == .dayFirst ? "day/month" : "month/day")"
        }
        statement += roles.zoneRemark + roles.absence
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
    private(set) var zones = 0.0
    private(set) var isEmpty = true
    /// The first values, those that are none too.
    let values: [String]
    /// What stands in brackets behind the name: ms, KB, UTC+1.
    let unit: String

    init(_ name: String, _ values: [String], _ reference: Timestamp) {
        self.name = name
        // Log Analytics writes types and zones behind names: SrcIP_s, TimeGenerated [UTC].
        let match = name.firstMatch(of: /\s*[\[(]([^\])]*)[\])]$/)
        unit = match.map { String($0.1) } ?? ""
        let isUnit = Self.units.contains(unit.lowercased()) || ValueForms.isZone(unit) || name.hasSuffix("]")
        let bare = (isUnit ? String(name[..<(match?.range.lowerBound ?? name.endIndex)]) : name)
            .replacing(/_[sdtbg]$/, with: "")
        let parts = bare.split(whereSeparator: { ".: ".contains($0) }).map(Self.plain)
        plainNames = [Self.plain(bare), parts.suffix(2).joined(), parts.last ?? ""]
        self.values = Array(values.prefix(100))
        let values = values.filter { !["", "-", "null", "N/A", "(empty)"].contains($0) }
        guard !values.isEmpty else { return }
        isEmpty = false
        func share(_ holds: (String) -> Bool) -> Double {
            Double(values.count(where: holds)) / Double(values.count)
        }
        addresses = share { Self.address($0) != nil }
        inside = share { Self.address($0).map { $0.scope == .private } ?? false }
        numbers = share { Double($0.replacingOccurrences(of: ",", with: "")) != nil }
        ports = share { UInt16(Self.whole($0)) != nil }
        times = addresses > 0.5 ? 0 : share { TableTime.read($0, reference) != nil }
        clocks = share(Self.isClock)
        let isFile = ["file", "image", "process", "path", "program", "exe"].contains { plainNames[0].contains($0) }
        hosts = times > 0.5 || isFile ? 0 : share(Self.isHost)
        protocols = share {
            ["tcp", "udp", "icmp", "6", "17", "1", "58", "icmp6", "ipv6-icmp"].contains(
                Self.whole($0.lowercased()).split(separator: "/", maxSplits: 1).first ?? "")
        }
        zones = share(ValueForms.isZone)
    }

    /// Whether it has days without a time of the day.
    var isDate: Bool {
        times > 0.8
            && values.allSatisfy {
                !$0.contains(":") && $0.wholeMatch(of: /\d{9,}(?:[.,]\d*)?|\/Date.*|\d{8}[T ]\d{6}.*/) == nil
            }
    }

    /// Its name without what says that it is an address.
    var stem: String {
        let name = plainNames[0]
        let end = ["ipaddress", "ipaddr", "address", "addr", "ip", "host"].first { name.hasSuffix($0) }
        return String(name.dropLast(end?.count ?? 0))
    }

    var hasPortName: Bool { ["port", "puerto", "poort"].contains { plainNames[0].contains($0) } }

    /// Units of numbers.
    private static let units: Set<String> = [
        "s", "sec", "secs", "seconds", "ms", "msec", "milliseconds", "us", "µs", "microseconds", "ns", "min", "minutes",
        "h",
        "b", "byte", "bytes", "kb", "kib", "mb", "mib", "gb", "utc", "gmt",
    ]
    /// Whether its numbers are whole ones of what they count, and no thousands of it.
    var isInBytes: Bool { ["", "b", "byte", "bytes"].contains(unit.lowercased()) }
    /// Whether it tells when something ended.
    var isEnd: Bool {
        ["end", "stop", "last", "finish", "ende", "fin", "closed"].contains { plainNames[0].hasPrefix($0) }
    }
    /// Whether it tells what a gateway put in place of an address or a port.
    var isTranslated: Bool {
        [
            "xlate", "translat", "postnat", "mapped", "srcnat", "sourcenat", "dstnat", "destnat", "natsrc", "natsource",
            "natdst",
            "natdest", "natip", "natport", "natted",
        ].contains { plainNames[0].contains($0) }
    }
    /// Whether it is called in another language than English.
    var isForeign: Bool {
        name.unicodeScalars.contains { !$0.isASCII }
            || [
                "quell", "ziel", "zeit", "datum", "uhr", "dauer", "fecha", "origen", "destino", "puerto", "horodat",
                "heure",
                "adresse", "octets", "duree", "dataora", "sorgente", "durata", "origem", "tijd", "bron", "poort",
            ].contains {
                plainNames[0].contains($0)
            }
    }

    /// Whether nearly all of its numbers are ports that clients take.
    var isOfClients: Bool {
        let numbers = values.compactMap { UInt16(Self.whole($0)) }
        return numbers.count { $0 >= 1024 } * 10 >= numbers.count * 9
    }

    /// Whether it may hold ports: by its name, or where columns have none.
    var mayBePort: Bool { ports > 0.8 && (hasPortName || name.hasPrefix("column ")) }

    static func plain(_ name: some StringProtocol) -> String {
        String(
            name.folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil).lowercased().unicodeScalars
                .filter { CharacterSet.alphanumerics.contains($0) })
    }

    /// 443.0, as data frames have it, is 443, and so is 443 (https).
    private static func whole(_ text: String) -> String {
        text.firstMatch(of: /^(\d+)(?:\.0$|[ (\/])/).map { String($0.1) } ?? text
    }

    private static func address(_ text: String) -> IPAddress? {
        if let address = IPAddress(text) { return address }
        // pc7 (10.0.0.7), 10.0.0.7 (pc7)
        if text.hasSuffix(")"), let open = text.lastIndex(of: "(") {
            return IPAddress(String(text[text.index(after: open)...].dropLast()))
                ?? IPAddress(text[..<open].trimmingCharacters(in: .whitespaces))
        }
        guard let colon = text.firstIndex(of: ":"), text.contains(".") else { return nil }
        return IPAddress(String(text[..<colon]))
    }

    private static func isClock(_ text: String) -> Bool {
        let parts = text.split(separator: ":")
        return (2...3).contains(parts.count) && parts.allSatisfy { Double($0) != nil && $0.count >= 2 }
    }

    private static func isHost(_ text: String) -> Bool {
        if let scheme = text.firstRange(of: "://")?.lowerBound { return text[..<scheme].utf8.count <= 8 }
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
    /// Rows that are left out.
    private(set) var exclude: [String: [String]] = [:]
    /// The zone that a column or a name says.
    private(set) var zone: String?
    private(set) var zoneRemark = ""

    init(_ columns: [ColumnGuess]) { self.columns = columns }

    /// What columns are called, the surest first.
    private static let known: [(role: String, names: [String], fits: @Sendable (ColumnGuess) -> Bool)] = [
        (
            "source",
            [
                "srcip", "sourceip", "sourceaddress", "srcaddr", "srcaddress", "sourceipaddress", "saddr", "ipsrc",
                "src",
                "source", "clientip", "clientaddress", "cip", "csip", "localip", "localaddress", "originip", "idorigh",
                "origh",
                "initiatorip", "initiator", "client", "srchost", "sourcehost", "internalip", "insideip", "fromip",
                "from",
                "sip", "ca", "machineip", "hostip", "deviceip", "quellip", "quelladresse", "quellipadresse", "quelle",
                "ipsource", "adressesource", "adresseipsource", "iporigen", "direccionorigen", "direccioniporigen",
                "origen",
                "iporigine", "indirizzosorgente", "ipsorgente", "sorgente", "iporigem", "origem", "ipv4srcaddr",
                "sourceipv4address", "localaddressip4", "srcipaddress", "bronip", "bronadres",
                "bron",
            ], { $0.addresses > 0.8 && !$0.isTranslated }
        ),
        (
            "destination",
            [
                "dstip", "destip", "destinationip", "destinationaddress", "dstaddr", "dstaddress", "destaddress",
                "destinationipaddress", "daddr", "ipdst", "dst", "dest", "destination", "serverip", "serveraddress",
                "remoteip", "remoteaddress", "idresph", "resph", "responderip", "responder", "server", "peer", "peerip",
                "targetip", "target", "externalip", "outsideip", "toip", "to", "dip", "cdip", "zielip", "zieladresse",
                "zielipadresse", "ziel", "ipdestination", "adressedestination", "adresseipdestination", "ipdestino",
                "direcciondestino", "direccionipdestino", "destino", "ipdestinazione", "indirizzodestinazione",
                "destinazione",
                "ipv4dstaddr", "destinationipv4address", "remoteaddressip4", "dstipaddress", "doelip", "doeladres",
                "doel",
            ], { $0.addresses > 0.5 && !$0.isTranslated }
        ),
        (
            "start",
            [
                "starttime", "start", "flowstart", "flowstarttime", "sessionstarttime", "eventstart", "datefirstseen",
                "firstseen", "begintime", "begin", "flowstartmilliseconds", "flowstartseconds", "firstswitched",
                "contexttimestamp",
                "ts", "_time",
                "time", "timestamp", "datetime", "eventtime", "timegenerated", "generatedtime", "receivetime",
                "utctime",
                "logtime", "devicetime", "createdtime", "created", "timecreated", "starttimeutc", "date",
                "timereceived",
                "received", "dateandtime", "when", "logged", "zeitstempel", "startzeit", "beginn", "zeit", "datum",
                "horodatage", "dateheure", "debut", "fechahora", "fechayhora", "marcadetiempo", "inicio", "fecha",
                "dataora",
                "inizio", "datahora", "tijdstempel", "tijd",
            ], { $0.times > 0.8 && !$0.isEnd }
        ),
        (
            "end",
            [
                "endtime", "end", "flowend", "flowendtime", "eventend", "datelastseen", "lastseen", "stoptime",
                "endtimeutc",
                "enddate", "finish", "ende", "endzeit", "fin", "flowendmilliseconds", "flowendseconds", "lastswitched",
            ], { $0.times > 0.8 }
        ),
        (
            "src_port",
            [
                "srcport", "sourceport", "sport", "spt", "csport", "clientport", "localport", "idorigp", "origp",
                "srcpt", "sp",
                "l4srcport", "sourcel4port", "sourcetransportport", "quellport", "portsource", "puertoorigen",
                "portasorgente", "portaorigem",
                "bronpoort",
            ], { $0.ports > 0.8 && !$0.isTranslated }
        ),
        (
            "port",
            [
                "dstport", "destport", "destinationport", "dport", "dpt", "cdport", "serverport", "remoteport",
                "idrespp",
                "respp",
                "l4dstport", "dp", "targetport", "destinationtransportport", "zielport", "portdestination",
                "puertodestino", "portadestinazione",
                "portadestino", "doelpoort",
            ], { $0.ports > 0.8 && !$0.isTranslated }
        ),
        (
            "proto",
            [
                "proto", "protocol", "ipprotocol", "transport", "networktransport", "ipproto", "transportprotocol",
                "l4proto",
                "protocolname", "protocolidentifier", "pr", "protokoll", "protocole", "protocolo", "protocollo",
            ], { $0.protocols > 0.3 }
        ),
        (
            "bytes_toserver",
            [
                "bytestoserver", "bytesout", "outboundbytes", "gesendet", "sentbytes", "sentbyte", "bytessent",
                "srcbytes", "sourcebytes",
                "origbytes",
                "clientbytes", "outbytes", "requestsize", "requestbytes", "uploadbytes", "bytesup", "upload", "csbytes",
                "txbytes", "sent", "gesendetebytes", "bytesgesendet", "octetsenvoyes", "octetsemis", "bytesenviados",
                "enviados",
                "byteinviati", "bytesverzonden", "bytestotal", "totalbytes", "bytes", "networkbytes", "ibyt", "octets",
                "octetdeltacount", "octettotalcount",
            ], { $0.numbers > 0.8 && $0.isInBytes }
        ),
        (
            "bytes_toclient",
            [
                "bytestoclient", "bytesin", "inboundbytes", "empfangen", "rcvdbyte", "receivedbytes", "bytesreceived",
                "rcvdbytes", "dstbytes",
                "destbytes",
                "destinationbytes", "respbytes", "serverbytes", "inbytes", "responsesize", "responsebytes",
                "downloadbytes",
                "bytesdown", "download", "scbytes", "rxbytes", "received", "rcvd", "empfangenebytes", "bytesempfangen",
                "octetsrecus", "bytesrecibidos", "recibidos", "bytericevuti", "bytesontvangen", "obyt",
                "reverseoctetdeltacount", "reverseoctettotalcount",
            ], { $0.numbers > 0.8 && $0.isInBytes }
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
                "duration", "elapsedtime", "sessionduration", "eventduration", "dur", "durationms", "td",
                "elapsedms", "durationsec", "durationseconds", "durationus", "durationns", "flowduration", "dauer",
                "duree",
                "duracion", "durata", "duracao", "duur",
            ],
            { ($0.numbers > 0.8 || $0.clocks > 0.8) && !["min", "minutes", "h"].contains($0.unit.lowercased()) }
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
                "contextbasefilename", "program",
                "processpath",
            ], { !$0.isEmpty && $0.numbers < 0.5 }
        ),
        (
            "user",
            [
                "user", "username", "srcuser", "sourceuser", "account", "accountname", "suser",
                "initiatingprocessaccountname", "login", "benutzer", "utilisateur", "usuario", "utente",
            ],
            { !$0.isEmpty && $0.numbers < 0.5 }
        ),
    ]

    mutating func assign(_ reference: Timestamp) {
        for (role, known, fits) in Self.known {
            if role == "src_port" { assignNamedPorts() }
            guard names[role] == nil, let place = find(known, fits, byParts: role != "start") else { continue }
            take(place, role)
        }
        assignDate()
        assignByValues()
        assignPorts()
        assignZone(reference)
        tellDuration(reference)
        leaveAccepted()
        correct()
    }

    private func column(_ role: String) -> ColumnGuess? {
        names[role]?.first.flatMap { name in columns.first { $0.name == name } }
    }

    // MARK: How values are meant

    /// The times, of a date in a column of its own the dates.
    var times: [String] {
        let name = names["start"]?.first ?? names["end"]?.first ?? ""
        let date = name.components(separatedBy: " + ")[0]
        return columns.first { $0.name == date }?.values.filter { !$0.isEmpty } ?? []
    }

    func hasDecimalComma(isSeparatedByComma: Bool) -> Bool {
        let sizes = ["bytes_toserver", "bytes_toclient", "pkts_toserver", "pkts_toclient"].compactMap {
            column($0)?.values
        }
        return ValueForms.hasDecimalComma(
            sizes: Array(sizes.joined()), durations: column("duration")?.values ?? [],
            isSeparatedByComma: isSeparatedByComma)
    }

    /// The zone where a column of its own or a name says it, and else that none does.
    private mutating func assignZone(_ reference: Timestamp) {
        guard let role = names["start"] != nil ? "start" : names["end"] != nil ? "end" : nil,
            let name = names[role]?.first
        else { return }
        let parts = name.components(separatedBy: " + ").compactMap { name in columns.first { $0.name == name } }
        guard let last = parts.last, !last.values.contains(where: ValueForms.hasZone),
            !["UTC", "GMT"].contains(last.unit)
        else { return }
        let called = [
            "timezone", "tz", "utcoffset", "gmtoffset", "offset", "zeitzone", "zone", "fuseauhoraire", "zonahoraria",
        ]
        let place = columns.indices.first {
            !taken.contains($0) && !called.filter(columns[$0].plainNames.contains).isEmpty
        }
        if let place, columns[place].zones > 0.9 {
            names[role] = [name + " + " + columns[place].name]
            taken.insert(place)
            return
        }
        if let place, let only = columns[place].values.first, Set(columns[place].values).count == 1, only.contains("/"),
            ZoneChanges(only) != nil
        {
            zone = only
            zoneRemark = "; times are of \(only)"
            return
        }
        if let told = parts.lazy.compactMap({ ValueForms.zone($0.unit) }).first {
            zone = told
            zoneRemark = "; times are of \(told)"
            return
        }
        // At the beginning of a line the machine's name may stand there.
        let short = last.name == "@time" ? nil : last.values.lazy.compactMap(ValueForms.zoneName).first
        let unknown = short.map { " (\($0) means several zones)" } ?? ""
        zoneRemark = "; times are taken for UTC\(unknown)"
    }

    /// The unit of durations, where begin and end tell it, or its name.
    private mutating func tellDuration(_ reference: Timestamp) {
        guard let duration = column("duration") else { return }
        let plain = ColumnGuess.plain(duration.name), unit = duration.unit.lowercased()
        if plain.hasSuffix("ms") || plain.contains("milli") { durationUnit = .milliseconds }
        if ["us", "µs"].contains(unit) || plain.hasSuffix("us") || plain.contains("micro") {
            durationUnit = .microseconds
        }
        if plain == "eventduration" || plain.hasSuffix("ns") || plain.contains("nano") { durationUnit = .nanoseconds }
        func seconds(_ text: String) -> Double? { TableTime.read(text, reference).map { Double($0) / 1e9 } }
        let amounts = duration.values.map { Double($0.replacingOccurrences(of: ",", with: ".")) }
        if let start = column("start"), let end = column("end") {
            var votes: [KindSchema.DurationUnit: Int] = [:]
            for (place, amount) in amounts.enumerated() {
                guard let amount, amount > 0, start.values.indices.contains(place), end.values.indices.contains(place),
                    let begin = seconds(start.values[place]), let over = seconds(end.values[place]), over - begin >= 2
                else { continue }
                let fits = KindSchema.DurationUnit.allCases.first {
                    abs(amount * $0.nanoseconds / 1e9 - (over - begin)) < 1.5 + (over - begin) / 10
                }
                if let fits { votes[fits, default: 0] += 1 }
            }
            if let best = votes.max(by: { $0.value < $1.value })?.key { durationUnit = best }
        }
        // Flows that nearly all last much longer than all that was seen: of another unit than the name tells.
        let known = amounts.compactMap { $0 }.sorted()
        guard duration.clocks < 0.5, !known.isEmpty else { return }
        let moments = (column("start") ?? column("end"))?.values.compactMap(seconds) ?? []
        let span = (moments.max() ?? 0) - (moments.min() ?? 0)
        if known[known.count / 2] * durationUnit.nanoseconds / 1e9 > max(span * 20, 7 * 86_400) {
            names["duration"] = nil
        }
    }

    /// What some columns mean in the company of others.
    private mutating func correct() {
        // Of collectors of NetFlow what goes in at the exporter is what the source sent.
        if let source = column("source"), source.plainNames[0].hasSuffix("v4srcaddr") {
            let (out, back) = (names["bytes_toserver"], names["bytes_toclient"])
            if out?.first.map(ColumnGuess.plain) == "outbytes" || back?.first.map(ColumnGuess.plain) == "inbytes" {
                (names["bytes_toserver"], names["bytes_toclient"]) = (back, out)
            }
        }
        // Beside lookups one's own address outside stands.
        let isOfLookups = columns.contains {
            !Set($0.plainNames).isDisjoint(with: ["querytype", "recordtype", "qtype"])
        }
        if isOfLookups, names["host"] != nil, let destination = column("destination"),
            ["external", "outside", "public"].contains(where: destination.plainNames[0].hasPrefix)
        {
            names["destination"] = nil
        }
        // A service by its number.
        if names["port"] == nil,
            let place = columns.indices.first(where: {
                columns[$0].plainNames[0] == "service" && columns[$0].ports > 0.8 && !taken.contains($0)
            })
        {
            take(place, "port")
        }
    }

    /// Of tables of one's own and other machines' addresses: what was accepted goes the other way.
    private mutating func leaveAccepted() {
        let own = ["local", "internal", "inside", "host", "machine", "device"]
        let others = ["remote", "external", "outside", "peer"]
        guard let source = column("source"), own.contains(where: source.plainNames[0].hasPrefix),
            let destination = column("destination"), others.contains(where: destination.plainNames[0].hasPrefix)
        else { return }
        let inbound: Set = ["in", "inbound", "incoming", "ingress", "received", "eingehend", "entrant", "entrante"]
        let called = ["direction", "dir", "flowdirection", "connectiondirection", "richtung"]
        for column in columns where called.contains(column.plainNames[0]) {
            let values = Set(column.values.map { $0.lowercased() })
            let isOfNumbers = column.plainNames[0] == "connectiondirection" && values.isSubset(of: ["0", "1", "2"])
            let found = values.intersection(isOfNumbers ? ["1"] : inbound)
            if !found.isEmpty { exclude[column.name] = found.sorted() }
        }
        for column in columns where column.plainNames[0].hasSuffix("inbound") {
            let found = Set(column.values.map { $0.lowercased() }).intersection(["true", "yes", "1"])
            if !found.isEmpty { exclude[column.name] = found.sorted() }
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
                columns[$0].isDate
                    && (names["start"] == nil ? !taken.contains($0) : names["start"] == [columns[$0].name])
            })
        else { return }
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
            let place = mayBePort(first + 2), names["src_port"] == nil,
            columns[place].name.hasPrefix("column ") ? columns[place].isOfClients : true
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
        if let time = column("start") ?? column("end") {
            if time.isDate { missing.append("a time of the day") }
        } else if names["start"] == nil {
            missing.append("a time")
        }
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
        let told = order.compactMap { role, word in
            names[role]?.first.map { "\(word) \"\($0)\"" + (role == "duration" ? " in \(durationUnit.rawValue)" : "") }
        }
        let left = exclude.map { "; rows with \"\($0)\" \($1.joined(separator: ", ")) are left out" }
        return told.joined(separator: ", ") + left.joined()
    }

    var absence: String {
        let absent = [("bytes_toserver", "bytes"), ("port", "port"), ("host", "names")].filter { names[$0.0] == nil }
            .map(\.1)
        return absent.isEmpty ? "" : "; no " + absent.joined(separator: ", ")
    }
}
