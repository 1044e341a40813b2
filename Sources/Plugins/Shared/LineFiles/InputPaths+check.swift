import FlareKit

extension InputPaths {
    /// - Throws: a complaint where there is nothing to read, or standard input twice.
    package static func check(_ paths: [OptionPath]) throws(OptionComplaint) {
        guard !paths.isEmpty else {
            throw OptionComplaint("there is nothing to read", option: "paths", expected: "at least one path, or -")
        }
        guard paths.count(where: { $0.location == .standardStream }) < 2 else {
            throw OptionComplaint("standard input can be read only once", option: "paths")
        }
    }

    /// What a check can say of the files without reading them: whether they are there and can be opened.
    package func remarks() -> [CheckRemark] {
        do {
            let opened = try open()
            var remarks = opened.notes.unread.sorted { $0.key < $1.key }.map { reason, tally in
                CheckRemark(.doubtful, "\(tally.count.grouped) files cannot be read: \(reason)")
            }
            if opened.files.isEmpty {
                remarks.append(CheckRemark(.wrong, "no file can be read", remedy: "look at paths"))
            } else {
                let names = opened.files.map(\.path).listed(3)
                remarks.append(
                    CheckRemark(
                        .fine,
                        "\(opened.files.count) file\(opened.files.count == 1 ? "" : "s") can be read: \(names)"))
            }
            return remarks
        } catch {
            return [CheckRemark(.wrong, "\(error)")]
        }
    }
}
