import CompressedFiles

extension InputPaths {
    /// Of more files an evenly spread choice is looked at.
    private static let mostBeginnings = 100
    /// Bytes of content that are looked at in all, and of one file at most and at least.
    private static let beginnings = (all: 1 << 20, most: 1 << 16, least: 1 << 13)

    /// The first whole lines of the files that can be read a second time, of a few kB each; where the files themselves
    /// stand does not change. What cannot be read says so elsewhere.
    package func beginnings() -> [ArraySlice<UInt8>] {
        let names = list().map(\.name)
        let step = max(1, (names.count + Self.mostBeginnings - 1) / Self.mostBeginnings)
        let chosen = stride(from: 0, to: names.count, by: step).map { names[$0] }
        let size = max(Self.beginnings.least, min(Self.beginnings.most, Self.beginnings.all / max(1, chosen.count)))
        return chosen.compactMap { name in
            var memory = [UInt8](repeating: 0, count: size)
            let count = try? memory.withUnsafeMutableBytes { buffer throws(InputFileError) in
                let file = try InputFile(path: name, form: .records)
                return file.isAsStored
                    ? try file.read(into: buffer, at: 0) : try ContentReader(file).read(into: buffer)
            }
            guard let count, let end = memory[..<count].lastIndex(of: 10) else { return nil }
            return memory[..<end]
        }
    }
}
