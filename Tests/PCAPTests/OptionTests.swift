import FlareKit
import Foundation
import TestKit
import Testing

@testable import PCAP

@Suite("What the pcap source takes")
struct OptionTests {
    private func source(_ paths: [String]) throws -> PCAPSource {
        var options = PCAPSourceOptions()
        options.paths = paths.map { OptionPath($0) }
        return try PCAPSource(options)
    }

    @Test("no paths, and standard input twice, are complaints about the option", arguments: [[], ["-", "-"]])
    func complaints(paths: [String]) {
        let error = #expect(throws: OptionComplaint.self) { try source(paths) }
        #expect(error?.option == "paths")
    }

    @Test("what is no capture is refused by its name, with the source that reads it")
    func foreign() async throws {
        let folder = TemporaryFolder()
        let path = try folder.write(Data(#"{"event_type":"flow"}"#.utf8), as: "eve.json")
        let error = await #expect(throws: PluginError.self) {
            try await source([path]).open(Scan(kinds: everything, now: moment))
        }
        #expect(error?.description.contains("EVE of Suricata; the source eve reads it") == true)
    }

    @Test("a file that grows is not followed, and a pipe is named as the way")
    func followed() async throws {
        let path = try Frames.path("dns.pcap")
        let error = await #expect(throws: PluginError.self) {
            try await source([path]).open(Scan(kinds: everything, isLive: true, now: moment))
        }
        #expect(error?.description.contains("tcpdump -i INTERFACE -U -w -") == true)
    }

    @Test("packets come through a pipe, live too", arguments: [false, true])
    func pipe(isLive: Bool) async throws {
        let folder = TemporaryFolder()
        let pipe = folder.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let path = try Frames.path("http.pcap")
        let (writer, _, _) = try Program.start("sh", ["-c", "cat '\(path)' > '\(pipe)'"])
        var scan = Scan(kinds: everything, now: moment)
        scan.isLive = isLive
        var yield = Yield()
        for cursor in try await source([pipe]).open(scan) { try yield.take(cursor, everything) }
        writer.waitUntilExit()
        #expect(try await yield.words == read([path]).words)
    }
}
