import FlareModel
import FlareOptions
import FlarePipeline
import FoundationEssentials

extension JSONText {
    /// An object of all options of a plugin.
    ///
    /// - Throws: `PluginError` where a secret cannot be read.
    init(_ options: OptionValues) throws {
        self.init()
        try collect(asObject: true) { text in
            for name in options.names {
                guard let value = options[name] else { continue }
                text.key(name)
                try text.append(value)
            }
        }
    }

    /// An option's value as a plugin gets it: durations in seconds, sizes in bytes, shares as parts of 1, times in
    /// RFC 3339, paths absolute.
    ///
    /// - Throws: `PluginError` where a secret cannot be read.
    mutating func append(_ datum: OptionDatum) throws {
        switch datum {
        case .null: appendNull()
        case .boolean(let flag): append(flag)
        case .integer(let number): append(number)
        case .number(let number): append(number)
        case .text(let text): append(text)
        case .path(let path): append(path.file ?? path.text)
        case .duration(let duration): append(seconds: duration.nanoseconds)
        case .time(let time): append(time.description)
        case .byteSize(let size): append(size.bytes)
        case .share(let share): append(share.fraction)
        case .address(let address): append(address.description)
        case .network(let network): append(network.description)
        case .secret(let secret): append(try secret.reveal())
        case .list(let elements):
            try collect { text in for element in elements { try text.append(element) } }
        case .object(let values):
            try collect(asObject: true) { text in
                for (name, value) in values.sorted(by: { $0.key < $1.key }) {
                    text.key(name)
                    try text.append(value)
                }
            }
        }
    }

    /// A list or an object whose writing may fail.
    private mutating func collect(asObject: Bool = false, _ body: (inout JSONText) throws -> Void) throws {
        var fault: (any Error)?
        func write(_ text: inout JSONText) {
            do { try body(&text) } catch { fault = error }
        }
        if asObject { object(write) } else { list(write) }
        if let fault { throw fault }
    }

    /// The value of a field; addresses and times as texts.
    mutating func append(_ value: Value) {
        switch value {
        case .text(let text): append(text)
        case .integer(let number): append(number)
        case .number(let number): append(number)
        case .boolean(let flag): append(flag)
        case .time(let time): append(time.description)
        case .address(let address): append(address.description)
        case .texts(let texts): list { list in for text in texts { list.append(text) } }
        }
    }

    mutating func append(_ window: TimeWindow) {
        object { text in
            text.key("since")
            if let since = window.since { text.append(seconds: since.nanoseconds) } else { text.appendNull() }
            text.key("until")
            if let until = window.until { text.append(seconds: until.nanoseconds) } else { text.appendNull() }
        }
    }

    /// The counts of a window, with the records by minute, without those by peer.
    mutating func append(_ census: Census) {
        object { text in
            text.key("window")
            text.append(census.window)
            for (name, count) in [
                ("records", census.records), ("hosts", census.hosts), ("channels", census.channels),
                ("judged", census.judged),
            ] {
                text.key(name)
                text.append(count)
            }
            text.key("first_minute")
            text.append(census.firstMinute)
            text.key("records_by_minute")
            text.list { list in for count in census.recordsByMinute { list.append(Int64(count)) } }
        }
    }

    /// The entries that say which channel it is.
    mutating func appendEntries(of key: ChannelKey) {
        self.key("src_ip")
        append(key.source.description)
        self.key("dest_ip")
        append(key.peer.description)
        if let port = key.port {
            self.key("dest_port")
            append(Int(port))
        }
        if let proto = key.proto {
            self.key("proto")
            append(TransportProtocol.name(of: proto))
        }
    }

    /// A channel with its records.
    mutating func append(_ channel: ChannelView, _ census: Census, arrays: ExternalTraits.Arrays) {
        object { text in
            text.key("channel")
            text.append(channel.id.index)
            text.appendEntries(of: channel.key)
            text.key("dest_degree")
            text.append(census.sources(of: channel.key.peer))
            if !channel.addresses.isEmpty {
                text.key("addresses")
                text.list { list in for address in channel.addresses { list.append(address.description) } }
            }
            text.key("times")
            switch arrays {
            case .json: text.list { list in for time in channel.times { list.append(seconds: time) } }
            case .base64: text.append(raw: PackedNumbers.base64(channel.times.lazy.map { Double($0) / 1e9 }))
            }
            text.appendSizes("bytes_toserver", channel.bytesToServer.raw, arrays)
            text.appendSizes("bytes_toclient", channel.bytesToClient.raw, arrays)
            let own: Set<ColumnName> = [.bytesToServer, .bytesToClient]
            for (column, numbers) in channel.numbers.sorted(by: { $0.key.name < $1.key.name })
            where !own.contains(column) {
                text.appendSizes(column.name, numbers, arrays)
            }
        }
    }

    private mutating func appendSizes(_ name: String, _ sizes: [Int64], _ arrays: ExternalTraits.Arrays) {
        key(name)
        let unknown = RecordTable.unknown
        switch arrays {
        case .json:
            list { list in
                for size in sizes { if size == unknown { list.appendNull() } else { list.append(size) } }
            }
        case .base64: append(raw: PackedNumbers.base64(sizes.lazy.map { $0 == unknown ? .nan : Double($0) }))
        }
    }

    /// A finding by the names of its columns; those without a value are left out.
    ///
    /// - Parameter further: writes more entries.
    mutating func append(
        _ finding: Finding, _ columns: [Column], withSeries: Bool, further: (inout JSONText) -> Void = { _ in }
    ) {
        object { text in
            text.key("id")
            text.append(finding.id)
            if let news = finding.news {
                text.key("news")
                text.append(news.rawValue)
            }
            for column in columns {
                guard let value = column.value(of: finding) else { continue }
                text.key(column.name)
                text.append(value)
            }
            text.append(modifiers: finding.modifiers)
            further(&text)
            guard withSeries else { return }
            text.key("times")
            text.list { list in for time in finding.times { list.append(seconds: time) } }
            text.key("sizes")
            text.list { list in for size in finding.sizes { list.append(size) } }
        }
    }
}

extension JSONText {
    /// A list of findings for an enricher in a library.
    ///
    /// - Parameter inFull: adds to each, under `finding`, the form in which FlareKit encodes it.
    init(findings: [Finding], inFull: Bool) {
        self.init()
        let fields = Set(findings.flatMap(\.evidence.keys)).sorted().map { Field($0, .text, "") }
        let columns = Column.all(with: fields)
        list { list in
            for finding in findings {
                list.append(finding, columns, withSeries: false) { text in
                    guard inFull, let data = try? JSONEncoder().encode(finding) else { return }
                    text.key("finding")
                    text.append(raw: data)
                }
            }
        }
    }
}

extension ChannelView {
    /// The channel as one line of JSON, in the form in which plugins in other languages get it.
    public func jsonLine(_ census: Census) -> [UInt8] {
        var text = JSONText()
        text.reserve(200 + count * 32)
        text.append(self, census, arrays: .json)
        return text.bytes + [0x0A]
    }
}
