import CompressedFiles
import FlareKit

/// Owners by MaxMind DB files: GeoLite2-ASN, -City, -Country and their likes, IPinfo, DB-IP.
///
/// Several files complement each other. A file that was replaced is read anew; one that is gone or broken meanwhile
/// leaves the one that was open in use.
struct MMDBProvider: LocalOwnerProvider {
    let name = "mmdb"
    private let files: [(file: MMDBFile, identity: FileVersion?)]

    init(paths: [String]) throws(PluginError) {
        var files: [(file: MMDBFile, identity: FileVersion?)] = []
        for path in paths { files.append((try MMDBFile(path: path), FileVersion(path))) }
        self.files = files
    }

    private init(files: [(file: MMDBFile, identity: FileVersion?)]) { self.files = files }

    func refreshed() -> any LocalOwnerProvider {
        MMDBProvider(
            files: files.map { known in
                guard let now = FileVersion(known.file.path), now != known.identity,
                    let file = try? MMDBFile(path: known.file.path)
                else { return known }
                return (file, now)
            })
    }

    func owner(of address: IPAddress) -> AddressOwner? {
        var owner = AddressOwner()
        for (file, _) in files {
            guard let record = file.record(of: address) else { continue }
            owner.fill(from: Self.owner(in: file, record))
        }
        return owner.isEmpty ? nil : owner
    }

    /// What the publishers call things: MaxMind and DB-IP first, then IPinfo.
    private static func owner(in file: MMDBFile, _ record: MMDBFile.Record) -> AddressOwner {
        let number =
            file.number(["autonomous_system_number"], in: record) ?? file.number(["asn"], in: record)
            ?? file.text(["asn"], in: record).flatMap(Self.number)
        let names = [["autonomous_system_organization"], ["as_name"], ["name"], ["organization"], ["isp"]]
        let countries = [["country", "iso_code"], ["registered_country", "iso_code"], ["country_code"], ["country"]]
        return AddressOwner(
            asNumber: number, name: names.lazy.compactMap { file.text($0, in: record) }.first,
            country: countries.lazy.compactMap { file.text($0, in: record).flatMap { AddressOwner.country($0) } }.first,
            // A city's network says nothing of the owner's.
            prefix: number == nil ? nil : record.network.description)
    }

    private static func number(_ text: String) -> UInt32? {
        UInt32(text.uppercased().hasPrefix("AS") ? text.dropFirst(2) : text[...])
    }
}
