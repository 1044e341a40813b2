import TestKit
import Testing

/// Where memory runs out, one sentence says so.
@Suite("A limit of memory")
struct MemoryLimitTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func shell(_ command: String) throws -> BuiltCommand.Result {
        let path = try BuiltCommand.path.path
        return try Shell.run("flare() { timeout 900 '\(path)' \"$@\"; }; \(command)", in: folder.url)
    }

    @Test("a run that needs more than there is ends with one sentence, what to do, and 1")
    func grownTooLarge() throws {
        try folder.file(
            "p.yaml", SampleFlows.pipeline.replacing("paths: [eve.json]", with: "paths: [\"-\"]\n    max_line: 4 GiB"))
        // One line of 2 GB, held as it comes.
        let result = try shell(
            "(head -c 2000000000 /dev/zero | tr '\\0' x) 2>/dev/null | (ulimit -v 1500000; flare run p.yaml)")
        #expect(result.exitCode == 1, "\(result.errors)")
        #expect(result.errors.contains("flare: error: memory ran out: "), "\(result.errors)")
        #expect(result.errors.contains("(ulimit -v allows 1536 MB); allow more"), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    }

    @Test("with too little to begin, the command ends, and prints no stack")
    func tooLittleToBegin() throws {
        try folder.file("eve.json", SampleFlows.beacon.joined(separator: "\n") + "\n")
        for kilobytes in stride(from: 200_000, through: 400_000, by: 50_000) {
            let result = try shell("ulimit -v \(kilobytes); flare hunt eve.json")
            // 124 is that it was waited for in vain; below some limit the system's loader says that it has no room.
            #expect([0, 1, 127].contains(result.exitCode), "\(kilobytes): \(result.exitCode) \(result.errors)")
            #expect(!result.errors.contains("stack trace"), "\(kilobytes): \(result.errors)")
            #expect(result.exitCode == 0 || !result.errors.isEmpty)
        }
    }
}
