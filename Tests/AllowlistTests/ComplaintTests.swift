import Allowlist
import FlareKit
import Testing

@Suite("Checking an allowlist without a run")
struct ComplaintTests {
    static func complaints(_ yaml: String, folder: String = "/", _ setting: EnricherSetting) throws -> [String] {
        try Sample.allowlist(yaml, folder: folder).complaints(in: setting).map { "\($0.level.rawValue): \($0.message)" }
    }

    @Test("entries for an AS are complained about where nobody looks it up")
    func unsuppliedAS() throws {
        let yaml = "entries: [{as_name: \"GOOGLE*\"}]"
        #expect(
            try Self.complaints(yaml, EnricherSetting()) == [
                "error: allowlist entries: the entry AS name GOOGLE* needs the AS of the destination, which nobody looks up"
            ])
        #expect(try Self.complaints(yaml, EnricherSetting(written: ["dest_asn", "dest_as_name"])).isEmpty)
    }

    @Test("entries for a name are remarked on where channels have none")
    func unsuppliedName() throws {
        let yaml = "entries: [{host: example.com}]"
        #expect(try Self.complaints(yaml, EnricherSetting(groupings: [Grouping()])).count == 1)
        #expect(try Self.complaints(yaml, EnricherSetting(groupings: [Grouping(), Grouping(by: .host)])).isEmpty)
        #expect(try Self.complaints(yaml, EnricherSetting(written: ["host"], groupings: [Grouping()])).isEmpty)
    }

    @Test("entries of a list's file count as much as those of the pipeline file")
    func listFile() throws {
        let folder = try Folder()
        try folder.write("mine.yaml", "version: 1\nname: mine\nentries: [{asn: 64500}]\n")
        let complaints = try Self.complaints("lists: [mine.yaml, nowhere.yaml]", folder: folder.path, EnricherSetting())
        #expect(
            complaints == [
                "warning: \(folder.path)/nowhere.yaml: there is no such file",
                "error: allowlist mine: the entry AS64500 needs the AS of the destination, which nobody looks up",
            ])
    }
}
