import FlareKit

/// The arrays of an export for numpy.
struct ChannelArrays: Sendable {
    private var times: [Double] = []
    private var toServer: [Double] = []
    private var toClient: [Double] = []
    private var starts: [Int64] = [0]
    private var sources: [String] = []
    private var destinations: [String] = []
    private var ports: [Int64] = []
    private var protocols: [String] = []

    mutating func add(_ channel: ChannelView) {
        times += channel.times.map { Double($0) / 1e9 }
        toServer += channel.bytesToServer.raw.map(Self.number)
        toClient += channel.bytesToClient.raw.map(Self.number)
        starts.append(Int64(times.count))
        sources.append(channel.key.source.description)
        destinations.append(channel.key.peer.description)
        ports.append(channel.key.port.map(Int64.init) ?? -1)
        protocols.append(channel.key.proto.map(TransportProtocol.name(of:)) ?? "")
    }

    private static func number(_ size: Int64) -> Double { size == RecordTable.unknown ? .nan : Double(size) }

    /// The file: `starts` has one element more than there are channels; the records of channel n are
    /// `times[starts[n]:starts[n + 1]]`, in seconds since 1970, sizes in bytes, NaN where they are not known.
    func archive() throws -> [UInt8] {
        var archive = StoredArchive()
        try archive.add("starts.npy", NumpyArray.integers(starts))
        try archive.add("times.npy", NumpyArray.numbers(times))
        try archive.add("bytes_toserver.npy", NumpyArray.numbers(toServer))
        try archive.add("bytes_toclient.npy", NumpyArray.numbers(toClient))
        try archive.add("src_ip.npy", NumpyArray.texts(sources))
        try archive.add("dest_ip.npy", NumpyArray.texts(destinations))
        try archive.add("dest_port.npy", NumpyArray.integers(ports))
        try archive.add("proto.npy", NumpyArray.texts(protocols))
        return archive.finished()
    }
}

/// Arrays in numpy's own format, version 1.0 (numpy.lib.format).
enum NumpyArray {
    static func integers(_ values: [Int64]) -> [UInt8] {
        values.reduce(into: head("<i8", values.count)) { $0.append(littleEndian: UInt64(bitPattern: $1)) }
    }

    static func numbers(_ values: [Double]) -> [UInt8] {
        values.reduce(into: head("<f8", values.count)) { $0.append(littleEndian: $1.bitPattern) }
    }

    /// Texts as numpy keeps them: all as long as the longest, four bytes a character.
    static func texts(_ values: [String]) -> [UInt8] {
        let width = max(1, values.map(\.unicodeScalars.count).max() ?? 1)
        return values.reduce(into: head("<U\(width)", values.count)) { bytes, text in
            for scalar in text.unicodeScalars { bytes.append(littleEndian: scalar.value) }
            bytes += Array(repeating: 0, count: (width - text.unicodeScalars.count) * 4)
        }
    }

    private static func head(_ type: String, _ count: Int) -> [UInt8] {
        var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(count),), }"
        let length = 10 + text.utf8.count + 1
        text += String(repeating: " ", count: (64 - length % 64) % 64) + "\n"
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
        bytes.append(littleEndian: UInt16(text.utf8.count))
        return bytes + Array(text.utf8)
    }
}

/// A ZIP archive of files that are stored as they are (PKWARE APPNOTE 6.3.10, sections 4.3.7 and 4.3.12).
struct StoredArchive {
    private var bytes: [UInt8] = []
    private var directory: [UInt8] = []
    private var count: UInt16 = 0

    /// - Throws: `PluginError` where the archive would be longer than the format allows.
    mutating func add(_ name: String, _ content: [UInt8]) throws {
        guard bytes.count + content.count < Int(UInt32.max) - 65_536 else {
            throw PluginError("the arrays are longer than 4 GB", remedy: "export fewer channels, or as --jsonl")
        }
        var entry: [UInt8] = []
        entry.append(littleEndian: UInt16(20))
        entry += [0, 0, 0, 0]
        // Midnight of 1980-01-01, the earliest that the format knows: the same input gives the same file.
        entry += [0, 0, 0x21, 0]
        entry.append(littleEndian: Checksum.crc32(content))
        entry.append(littleEndian: UInt32(content.count))
        entry.append(littleEndian: UInt32(content.count))
        entry.append(littleEndian: UInt16(name.utf8.count))
        entry += [0, 0]
        directory += [0x50, 0x4B, 1, 2, 20, 0] + entry + Array(repeating: 0, count: 10)
        directory.append(littleEndian: UInt32(bytes.count))
        directory += Array(name.utf8)
        bytes += [0x50, 0x4B, 3, 4] + entry + Array(name.utf8) + content
        count += 1
    }

    /// The whole archive.
    func finished() -> [UInt8] {
        var end: [UInt8] = [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
        end.append(littleEndian: count)
        end.append(littleEndian: count)
        end.append(littleEndian: UInt32(directory.count))
        end.append(littleEndian: UInt32(bytes.count))
        return bytes + directory + end + [0, 0]
    }
}

/// CRC-32 (ISO 3309, as in ZIP).
enum Checksum {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }

    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
        var rest = value
        for _ in 0..<value.bitWidth / 8 {
            append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }
}
