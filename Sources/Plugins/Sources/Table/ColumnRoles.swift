import FlareKit
import Foundation
import RecordSchemas

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
        // In ECS it is nanoseconds, of which the shortest connection has more.
        let longest = amounts.compactMap { $0 }.max() ?? 0
        if plain == "eventduration", duration.unit.isEmpty, longest < 100_000 { durationUnit = .seconds }
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
                || ["answer", "rdata", "resolved", "response"].contains(where: destination.plainNames[0].contains)
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
