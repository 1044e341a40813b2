import FlareKit
import Foundation
import RecordSchemas

/// The first records of an unknown table, by columns.
struct TableSample {
    struct Column {
        var name: String
        var values: [String]
    }

    private(set) var columns: [Column] = []
    /// How it is written, in words: rows between ","
    private(set) var form = ""
    /// The schema but for the kinds of its records.
    private(set) var schema = TableSchema()

    private static let mostRows = 200
    /// Of a line so many characters are looked at.
    private static let longestLine = 16_384

    /// Lines of which those are one that a text in quotes goes on over.
    private static func joined(_ lines: [String]) -> [String] {
        var joined: [String] = []
        var open = ""
        for line in lines {
            let text = open.isEmpty ? line : open + " " + line
            let isOpen = text.utf8.count { $0 == UInt8(ascii: "\"") } % 2 == 1
            if isOpen, text.utf8.count < longestLine {
                open = text
            } else {
                joined.append(text)
                open = ""
            }
        }
        return open.isEmpty ? joined : joined + [open]
    }

    /// - Returns: `nil` where it looks like no table.
    init?(_ text: String) {
        let text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
        let begin = text.first { !$0.isWhitespace }
        if begin == "{" || begin == "[" {
            takeObjects(text)
        } else {
            let lines = Self.joined(
                text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") && !$0.hasPrefix("sep=") }
                    .prefix(Self.mostRows).map { String($0.prefix(Self.longestLine)) })
            guard !lines.isEmpty else { return nil }
            if !takeFields(text), !takeRows(lines), !takeKeys(lines), !takeWords(lines) { return nil }
        }
        if columns.isEmpty { return nil }
    }

    // MARK: Objects

    private mutating func takeObjects(_ text: String) {
        schema.form = .json
        form = "objects of JSON"
        var places: [String: Int] = [:]
        var objects = Self.objects(in: text)
        if let list = Self.list(in: text), objects.count < 2 || !Self.isRecord(objects[0], outside: list.name) {
            let held = objects.flatMap { Self.elements($0, list.name) }
            // The beginning of a large file does not hold the whole list.
            objects = objects.isEmpty ? Self.objects(in: list.rest) : held
            schema.inside.append(list.name + "[]")
        }
        for object in objects.prefix(Self.mostRows) {
            for (path, value) in Self.leaves(object) {
                if places[path] == nil {
                    places[path] = columns.count
                    columns.append(Column(name: path, values: []))
                }
                if let place = places[path] { columns[place].values.append(value) }
            }
        }
        // An object of columns is no record.
        if columns.count(where: { $0.name.contains(/\.\d+$/) }) * 2 > columns.count { columns = [] }
        columns.sort { $0.name < $1.name }
    }

    /// Whether an object tells an address of its own, besides those in a list.
    private static func isRecord(_ object: [String: Any], outside list: String) -> Bool {
        leaves(object).contains { path, value in
            !path.split(separator: ".").contains { $0 == list } && IPAddress(value) != nil
        }
    }

    /// The list that holds the records where an export wraps them: `{"took":1,"data":{"items":[{`. Whose own members tell an
    /// address is a record itself.
    ///
    /// - Returns: its name, and the text from its first element on.
    private static func list(in text: String) -> (name: String, rest: String)? {
        let bytes = Array(text.utf8.prefix(longestLine * 4))
        var depth = 0
        var word = ""
        var key = ""
        var begin: Int?
        var isEscaped = false
        var last = UInt8(ascii: " ")
        for (place, c) in bytes.enumerated() {
            if let first = begin {
                if isEscaped || c == UInt8(ascii: "\\") {
                    isEscaped.toggle()
                } else if c == UInt8(ascii: "\"") {
                    word = String(decoding: bytes[first..<place], as: UTF8.self)
                    if last == UInt8(ascii: ":"), IPAddress(word) != nil { return nil }
                    last = c
                    begin = nil
                }
                continue
            }
            switch c {
            case UInt8(ascii: "\""): begin = place + 1
            case UInt8(ascii: ":"): key = word
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 { return nil }
            case UInt8(ascii: "[") where (1...2).contains(depth) && last == UInt8(ascii: ":"):
                let rest = bytes[(place + 1)...].drop { $0 <= 32 }
                if rest.first == UInt8(ascii: "{") {
                    return (key, String(decoding: text.utf8.dropFirst(rest.startIndex), as: UTF8.self))
                }
            default: break
            }
            if c > 32, c != UInt8(ascii: "\"") { last = c }
        }
        return nil
    }

    /// The elements of a list in an object, or in a member of it.
    private static func elements(_ object: [String: Any], _ list: String) -> [[String: Any]] {
        if let elements = object[list] as? [[String: Any]] { return elements }
        return object.values.lazy.compactMap { ($0 as? [String: Any])?[list] as? [[String: Any]] }.first ?? []
    }

    private static func objects(in text: String) -> [[String: Any]] {
        func read(_ text: some StringProtocol) -> Any? {
            try? JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed])
        }
        let lines = text.split(whereSeparator: \.isNewline).prefix(mostRows).compactMap { line -> [String: Any]? in
            let line = line.trimmingCharacters(in: CharacterSet(charactersIn: " \t,[]"))
            return line.hasPrefix("{") ? read(line) as? [String: Any] : nil
        }
        if !lines.isEmpty { return lines }
        // Objects that are spread over lines: each from its brace to the one that closes it.
        var found: [[String: Any]] = []
        var depth = 0
        var isText = false
        var isEscaped = false
        var begin = text.startIndex
        for place in text.indices {
            let c = text[place]
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if c == "\\" {
                    isEscaped = true
                } else if c == "\"" {
                    isText = false
                }
                continue
            }
            switch c {
            case "\"": isText = true
            case "{":
                if depth == 0 { begin = place }
                depth += 1
            case "}":
                depth -= 1
                if depth == 0, let object = read(text[begin...place]) as? [String: Any] { found.append(object) }
            default: break
            }
            if found.count == mostRows { break }
        }
        return found
    }

    /// The values of an object by their paths; what exports wrap records in is left out.
    private static func leaves(_ object: [String: Any]) -> [(String, String)] {
        var object = object
        for wrapper in ["_source", "result"] {
            if let inner = object[wrapper] as? [String: Any] { object = inner }
        }
        var found: [(String, String)] = []
        func add(_ value: Any, _ path: String, _ depth: Int) {
            guard depth < 8, found.count < 400 else { return }
            switch value {
            case let members as [String: Any]:
                for (name, value) in members { add(value, path.isEmpty ? name : path + "." + name, depth + 1) }
            case let elements as [Any]:
                // Of several objects each says something else.
                if let first = elements.first, elements.count == 1 || !(first is [String: Any]) {
                    add(first, path, depth + 1)
                }
            case let text as String: found.append((path, text))
            case let number as NSNumber: found.append((path, number.stringValue))
            default: break
            }
        }
        add(object, "", 0)
        return found
    }

    // MARK: Rows

    private mutating func takeRows(_ lines: [String]) -> Bool {
        var best: (separator: Character, rows: [[String]], width: Int)?
        for separator in [",", ";", "\t", "|"] as [Character] {
            var rows = lines.map { Self.cells($0, separator) }
            // In which way quotes are written in quotes the header's width tells.
            for (place, line) in lines.enumerated() where rows[place].count != rows[0].count && line.contains("\\\"") {
                rows[place] = Self.cells(line, separator, hasEscapes: true)
            }
            let widths = Dictionary(grouping: rows, by: \.count).mapValues(\.count)
            // The header's width, or that of nearly all rows.
            let first = rows.first?.count ?? 0
            let usual = widths.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 0
            let width = (widths[first] ?? 0) * 10 >= rows.count * 4 && (widths[first] ?? 0) > 1 ? first : usual
            let isSure = width == first || (widths[width] ?? 0) * 10 >= rows.count * 7
            guard width >= 3, isSure else { continue }
            if best.map({ width > $0.width }) ?? true { best = (separator, rows.filter { $0.count == width }, width) }
        }
        guard let best, let first = best.rows.first else { return false }
        // Pairs between separators.
        let pairs = best.rows.prefix(20).joined()
        if pairs.count(where: { $0.contains("=") }) * 10 >= pairs.count * 7 { return false }
        schema.form = .rows
        schema.separator = best.separator == "\t" ? "tab" : String(best.separator)
        form = "rows between " + (best.separator == "\t" ? "tabs" : "\"\(best.separator)\"")
        take(first, Array(best.rows.dropFirst()), all: best.rows)
        return true
    }

    /// Columns between blanks, under a header.
    private mutating func takeWords(_ lines: [String]) -> Bool {
        let rows = lines.map { $0.split(separator: " ").map(String.init) }
        guard let first = rows.first, first.count >= 5, Self.isHeader(first) else { return false }
        let same = rows.dropFirst().filter { $0.count == first.count }
        guard same.count * 10 >= (rows.count - 1) * 8, !same.isEmpty else { return false }
        schema.form = .rows
        schema.separator = "space"
        form = "rows between blanks"
        take(first, Array(same), all: rows)
        return true
    }

    /// `#Fields: date time c-ip`, as the W3C's extended log files have it.
    private mutating func takeFields(_ text: String) -> Bool {
        guard let line = text.split(whereSeparator: \.isNewline).prefix(50).first(where: { $0.hasPrefix("#Fields:") })
        else {
            return false
        }
        let names = line.dropFirst("#Fields:".count).split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        let rows = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }.prefix(Self.mostRows)
        let isTabs = rows.first?.contains("\t") == true
        schema.form = .rows
        schema.separator = isTabs ? "tab" : "space"
        form = "rows under #Fields"
        take(
            names,
            rows.map { isTabs ? Self.cells(String($0), "\t") : Self.words(String($0)) }.filter {
                $0.count == names.count
            }, all: [])
        return !columns.isEmpty
    }

    private mutating func take(_ first: [String], _ rest: [[String]], all: [[String]]) {
        if Self.isHeader(first) {
            columns = first.enumerated().map { place, name in
                Column(name: name, values: rest.filter { $0 != first }.map { $0[place] })
            }
        } else {
            let names = first.indices.map { "column \($0 + 1)" }
            schema.columns = names
            columns = names.enumerated().map { place, name in Column(name: name, values: all.map { $0[place] }) }
        }
    }

    private static func isHeader(_ cells: [String]) -> Bool {
        cells.allSatisfy { cell in
            Double(cell) == nil && !cell.contains("://") && cell.utf8.count < 100
                && cell.split(separator: ".").count != 4 && !cell.contains(where: { $0 == "=" })
        } && cells.count { !$0.isEmpty } * 10 >= cells.count * 7 && Set(cells).count * 10 >= cells.count * 8
            && cells.contains { $0.contains { $0.isLetter } }
    }

    /// - Parameter hasEscapes: whether \" is a quote in a cell that stands in quotes.
    static func cells(_ line: String, _ separator: Character, hasEscapes: Bool = false) -> [String] {
        var cells: [String] = []
        var cell = ""
        var isQuoted = false
        var isEscaped = false
        for c in line {
            if isEscaped {
                cell.append(c)
                isEscaped = false
            } else if hasEscapes, isQuoted, c == "\\" {
                isEscaped = true
            } else if c == "\"" {
                isQuoted.toggle()
            } else if c == separator, !isQuoted {
                cells.append(cell.trimmingCharacters(in: .whitespaces))
                cell = ""
            } else {
                cell.append(c)
            }
        }
        return cells + [cell.trimmingCharacters(in: .whitespaces)]
    }

    /// Cells between blanks, some in quotes.
    private static func words(_ line: String) -> [String] { cells(line, " ").filter { !$0.isEmpty } }

    // MARK: Keys

    private mutating func takeKeys(_ lines: [String]) -> Bool {
        var places: [String: Int] = [:]
        var found = 0
        for line in lines {
            let pairs = Self.pairs(line)
            if pairs.count >= 4 { found += 1 }
            for (key, value) in pairs {
                if places[key] == nil {
                    places[key] = columns.count
                    columns.append(Column(name: key, values: []))
                }
                if let place = places[key] { columns[place].values.append(value) }
            }
        }
        guard found * 10 >= lines.count * 6 else {
            columns = []
            return false
        }
        schema.form = .keys
        form = "key=value"
        // The time may stand before the first key.
        columns.append(Column(name: "@time", values: lines.map { TableTime.atBegin($0) }))
        return true
    }

    private static func pairs(_ line: String) -> [(String, String)] {
        // A value without quotes goes on to the next key.
        let pattern =
            /([A-Za-z_][A-Za-z0-9_.\-]*)=(?:"((?:[^"\\]|\\.)*)"|([^|\t]*?)(?=[,;]?\s+[A-Za-z_][A-Za-z0-9_.\-]*=|[,;][A-Za-z_][A-Za-z0-9_.\-]*=|[|\t]|$))/
        return line.matches(of: pattern).map { match in
            (String(match.1), String(match.2 ?? match.3 ?? ""))
        }
    }
}
