import FlareKit
import Foundation
import OutputFiles
import Testing

@testable import Tabular

@Suite("A file that is whole or not there")
struct WholeFileTests {
    @Test("a link keeps leading to its file")
    func followsLinks() throws {
        let folder = try Folder()
        try folder.write("old", to: "real")
        try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: "real")
        var file = WholeFile(folder.file("link"))
        try file.write("new".utf8)
        try file.commit()
        #expect(try folder.text("real") == "new")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link")) == "real")
    }

    @Test("a path is shown without the folders it goes into and out of")
    func showsPath() throws {
        let folder = try Folder()
        try FileManager.default.createDirectory(atPath: folder.file("configs"), withIntermediateDirectories: true)
        #expect(FileSystem.shown(folder.file("configs/../out.csv")) == FileSystem.followed(folder.path) + "/out.csv")
        #expect(FileSystem.shown("/out.csv") == "/out.csv")
    }

    @Test("the rights of the file that is replaced stay")
    func keepsRights() throws {
        let folder = try Folder()
        try folder.write("old", to: "file")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: folder.file("file"))
        var file = WholeFile(folder.file("file"))
        try file.write("new".utf8)
        try file.commit()
        let rights = try FileManager.default.attributesOfItem(atPath: folder.file("file"))[.posixPermissions] as? Int
        #expect(rights == 0o640)
    }

    @Test("what a killed run left goes at once, what another run is writing stays")
    func leftovers() throws {
        let folder = try Folder()
        try folder.write("half", to: ".flare-1-left.partial")
        try folder.write("half", to: ".flare-2-held.partial")
        try folder.write("kept", to: ".flare-notes")
        let held = open(folder.file(".flare-2-held.partial"), O_RDWR | O_CLOEXEC)
        #expect(flock(held, LOCK_EX) == 0)
        var file = WholeFile(folder.file("file"))
        try file.write("new".utf8)
        try file.commit()
        #expect(Set(folder.entries) == ["file", ".flare-2-held.partial", ".flare-notes"])
        close(held)
        try file.write("newer".utf8)
        try file.commit()
        #expect(Set(folder.entries) == ["file", ".flare-notes"])
        #expect(try folder.text("file") == "newer")
    }

    @Test("half a file has no name, so that a killed process leaves none")
    func nameless() throws {
        let folder = try Folder()
        var file = WholeFile(folder.file("file"))
        try file.write([UInt8](repeating: 65, count: 3 << 20))
        #expect(folder.entries == [])
        try file.commit()
        #expect(folder.entries == ["file"])
        #expect(try folder.text("file").utf8.count == 3 << 20)
    }

    @Test("where a file has to have a name, it goes with the process's sudden end, as do made folders")
    func suddenEnd() throws {
        let folder = try Folder()
        let partial = try PartialFile(named: folder.path)
        #expect(folder.entries.count == 1)
        var file = WholeFile(folder.file("made/inside/file"))
        try file.open()
        SuddenEnd.takeBack()
        #expect(folder.entries == [])
        partial.remove()
        file.abort()
    }

    @Test("a device is written to, not replaced")
    func keepsDevices() throws {
        var file = WholeFile("/dev/null")
        try file.write("new".utf8)
        try file.commit()
        #expect(
            try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
                == .typeCharacterSpecial)
    }

    @Test("a full disk is an error that names the file, and leaves nothing")
    func fullDisk() throws {
        var file = WholeFile("/dev/full")
        try file.write("new".utf8)
        let error = #expect(throws: PluginError.self) { try file.commit() }
        #expect(error?.place == "/dev/full")
        #expect(error?.what.contains("No space left") == true)
        file.abort()
    }

    @Test("a folder in the file's place is known at the beginning")
    func folderInPlace() throws {
        let folder = try Folder()
        var file = WholeFile(folder.path)
        let error = #expect(throws: PluginError.self) { try file.open() }
        #expect(error?.description == "\(folder.path): is a folder; name a file in it")
    }

    @Test("a folder that cannot be made is known at the beginning")
    func folderCannotBeMade() throws {
        let folder = try Folder()
        try folder.write("", to: "file")
        var file = WholeFile(folder.file("file/inside/beacons.csv"))
        #expect(throws: PluginError.self) { try file.open() }
        #expect(folder.entries == ["file"])
    }
}
