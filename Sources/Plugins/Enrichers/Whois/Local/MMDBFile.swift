import CMaxMindDB
import CompressedFiles
import FlareKit
import Glibc

/// A MaxMind DB file (https://maxmind.github.io/MaxMind-DB/), mapped into memory by libmaxminddb.
final class MMDBFile: @unchecked Sendable {
    // The library never changes a database after it was opened, and promises that lookups may run in parallel
    // (libmaxminddb(3), "THREAD SAFETY"). Nothing here is changed after `init` but in `deinit`.
    private let database: UnsafeMutablePointer<MMDB_s>
    let path: String
    /// What the file calls its contents: `GeoLite2-ASN`.
    let type: String
    /// When it was made, in seconds since 1970.
    let built: UInt64

    /// - Throws: `PluginError` where the file is not there or is no such database.
    init(path: String) throws(PluginError) {
        self.path = path
        database = .allocate(capacity: 1)
        database.initialize(to: MMDB_s())
        let status = MMDB_open(path, UInt32(MMDB_MODE_MMAP), database)
        guard status == MMDB_SUCCESS else {
            let code = errno
            database.deallocate()
            let reason =
                status == MMDB_IO_ERROR || status == MMDB_FILE_OPEN_ERROR
                ? String(cString: strerror(code)) : String(cString: MMDB_strerror(status))
            throw PluginError(
                "the MaxMind DB file cannot be used: \(reason)", at: path,
                remedy: "download it again, and put it in place by renaming")
        }
        type = database.pointee.metadata.database_type.map { String(cString: $0) } ?? ""
        built = database.pointee.metadata.build_epoch
    }

    deinit {
        MMDB_close(database)
        database.deallocate()
    }

    /// A record of the database, valid as long as the file.
    struct Record {
        fileprivate var entry: MMDB_entry_s
        /// The network that the record is about.
        let network: CIDR
    }

    /// The record of an address; `nil` where the database has none.
    func record(of address: IPAddress) -> Record? {
        let isV4Tree = database.pointee.metadata.ip_version == 4
        guard !isV4Tree || address.isV4 else { return nil }
        var fault: CInt = 0
        var result = MMDB_lookup_result_s()
        if let v4 = address.v4 {
            var socket = sockaddr_in()
            socket.sin_family = sa_family_t(AF_INET)
            socket.sin_addr.s_addr = v4.bigEndian
            result = withUnsafePointer(to: &socket) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { MMDB_lookup_sockaddr(database, $0, &fault) }
            }
        } else {
            var socket = sockaddr_in6()
            socket.sin6_family = sa_family_t(AF_INET6)
            withUnsafeMutableBytes(of: &socket.sin6_addr) {
                $0.storeBytes(of: address.high.bigEndian, toByteOffset: 0, as: UInt64.self)
                $0.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            result = withUnsafePointer(to: &socket) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { MMDB_lookup_sockaddr(database, $0, &fault) }
            }
        }
        guard fault == MMDB_SUCCESS, result.found_entry else { return nil }
        // In a tree of IPv6 an IPv4 address stands at ::a.b.c.d, so its prefix counts from 96 as ours does.
        let bits = isV4Tree ? 96 + Int(result.netmask) : Int(result.netmask)
        let network = CIDR(address, bits: min(128, address.isV4 ? max(96, bits) : bits))
        return Record(entry: result.entry, network: network)
    }

    /// A text in a record; `nil` where there is none of that path.
    func text(_ path: [String], in record: Record) -> String? {
        guard let data = data(path, in: record), data.type == MMDB_DATA_TYPE_UTF8_STRING, let start = data.utf8_string
        else { return nil }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(data.data_size))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A whole number in a record, below 2³².
    func number(_ path: [String], in record: Record) -> UInt32? {
        guard let data = data(path, in: record) else { return nil }
        switch Int32(data.type) {
        case MMDB_DATA_TYPE_UINT16: return UInt32(data.uint16)
        case MMDB_DATA_TYPE_UINT32: return data.uint32
        case MMDB_DATA_TYPE_UINT64: return UInt32(exactly: data.uint64)
        case MMDB_DATA_TYPE_INT32: return UInt32(exactly: data.int32)
        default: return nil
        }
    }

    private func data(_ path: [String], in record: Record) -> MMDB_entry_data_s? {
        var entry = record.entry
        var data = MMDB_entry_data_s()
        let owned = path.map { strdup($0) }
        defer { owned.forEach { free($0) } }
        var keys: [UnsafePointer<CChar>?] = owned.map { $0.map { UnsafePointer($0) } } + [nil]
        let status = MMDB_aget_value(&entry, &data, &keys)
        return status == MMDB_SUCCESS && data.has_data ? data : nil
    }
}
