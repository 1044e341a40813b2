import Foundation
import Testing
import TestKit

/// `scripts/setup` on machines that lack things: a PATH of stand-ins plays the machine.
@Suite("scripts/setup")
struct ScriptsTests {
    @Test("with nothing missing it does nothing and says nothing")
    func nothingMissing() throws {
        let machine = try Machine(packages: .all)
        let result = try machine.setup()
        #expect(result.status == 0)
        #expect(result.output.isEmpty)
        #expect(result.errors.isEmpty)
    }

    @Test("root installs what is missing by name, after apt-get update, and says so")
    func rootInstalls() throws {
        let machine = try Machine(packages: .without(["libyaml-dev", "libzstd-dev"]))
        let result = try machine.setup(asRoot: true)
        #expect(result.status == 0)
        #expect(
            try machine.aptCalls() == [
                "update", "install -y --no-install-recommends libyaml-dev libzstd-dev",
            ])
        #expect(result.errors.contains("+ apt-get update\n"))
        #expect(result.errors.contains("+ apt-get install -y --no-install-recommends libyaml-dev libzstd-dev\n"))
    }

    @Test("--tests also installs what the tests need")
    func testPackages() throws {
        // The Python environment of this checkout is as it should be.
        let machine = try Machine(packages: .without(["zstd"]), commands: ["zstd": nil, "cmp": "true"])
        #expect(try machine.setup().status == 0)
        #expect(try machine.aptCalls().isEmpty)
        #expect(try machine.setup("--tests", asRoot: true).status == 0)
        #expect(try machine.aptCalls().last == "install -y --no-install-recommends zstd")
    }

    @Test("another user goes through sudo")
    func userWithSudo() throws {
        let machine = try Machine(
            packages: .without(["libyaml-dev"]), commands: ["sudo": "echo through sudo >&2; exec \"$@\""])
        let result = try machine.setup(asRoot: false)
        #expect(result.status == 0)
        #expect(result.errors.contains("+ sudo apt-get update\nthrough sudo\n"))
        #expect(try machine.aptCalls().count == 2)
    }

    @Test("without root and sudo it prints the one apt line, installs nothing, and ends with 1")
    func userWithoutSudo() throws {
        let machine = try Machine(packages: .without(["libyaml-dev", "libsimdjson-dev"]))
        let result = try machine.setup(asRoot: false)
        #expect(result.status == 1)
        #expect(
            result.output
                == "apt-get update && apt-get install -y --no-install-recommends libyaml-dev libsimdjson-dev\n")
        #expect(try machine.aptCalls().isEmpty)
    }

    @Test("an installation that fails ends with 1 and the line to run")
    func installationFails() throws {
        let machine = try Machine(
            packages: .without(["libyaml-dev"]), commands: ["apt-get": "echo 'E: no network' >&2; exit 100"])
        let result = try machine.setup(asRoot: true)
        #expect(result.status == 1)
        #expect(result.errors.contains("E: no network"))
        #expect(result.output == "apt-get update && apt-get install -y --no-install-recommends libyaml-dev\n")
    }

    @Test("a system without apt is told what to install")
    func noApt() throws {
        let machine = try Machine(
            packages: .all, commands: ["apt-get": nil, "dpkg-query": nil, "pkg-config": "[[ $2 != simdjson ]]"])
        let result = try machine.setup()
        #expect(result.status == 1)
        #expect(result.errors.contains("libyaml, simdjson, zlib, libzstd"))
        #expect(result.errors.contains("Not found: simdjson\n"))
    }

    @Test("a system without apt that has everything is fine")
    func noAptNothingMissing() throws {
        let machine = try Machine(packages: .all, commands: ["apt-get": nil, "dpkg-query": nil, "pkg-config": "true"])
        #expect(try machine.setup().status == 0)
    }

    @Test(
        "a missing, broken or too old Swift is named before anything else, and ends with 1",
        arguments: [
            (nil, "Swift 6.1 or newer is needed and there is no swift in PATH"),
            ("echo 'Swift version 6.0.3 (swift-6.0.3-RELEASE)'", "is 6.0; https://www.swift.org/install/linux"),
            ("echo 'Swift version 5.10'", "is 5.10;"),
            ("echo 'libedit.so.2: no such file' >&2; exit 127", "does not run: libedit.so.2"),
            ("echo 'SWIFT 1.0 bank transfers'", "does not tell its version"),
        ])
    func swiftIsWrong(swift: String?, complaint: String) throws {
        let machine = try Machine(packages: .without(["libyaml-dev"]), commands: ["swift": swift])
        let result = try machine.setup(asRoot: true)
        #expect(result.status == 1)
        let first = try #require(result.errors.split(separator: "\n").first)
        #expect(first.contains(complaint))
        #expect(try machine.aptCalls().count == 2)
    }

    @Test("a Swift that lacks a library of the system's is fine once it is installed")
    func swiftRunsAfterInstallation() throws {
        let machine = try Machine(
            packages: .without(["libncurses6"]),
            commands: [
                "swift": """
                [[ -e "${0%/*}/apt-calls" ]] || { echo 'libncurses.so.6: cannot open' >&2; exit 127; }
                echo 'Swift version 6.3.1'
                """
            ])
        let result = try machine.setup(asRoot: true)
        #expect(result.errors.hasPrefix("\(machine.swift) does not run: libncurses.so.6"))
        #expect(result.status == 0)
    }

    @Test("newer Swifts are welcome", arguments: ["6.1", "6.3.1", "6.10-dev", "7.0"])
    func swiftIsNewer(version: String) throws {
        let machine = try Machine(packages: .all, commands: ["swift": "echo 'Apple Swift version \(version) (x)'"])
        #expect(try machine.setup().status == 0)
    }

    @Test("an argument it does not know is a wrong usage")
    func wrongUsage() throws {
        #expect(try Machine(packages: .all).setup("--test").status == 2)
    }
}

/// A machine played by a folder of stand-ins that is the whole PATH.
private struct Machine: ~Copyable {
    enum Packages {
        case all
        case without([String])

        var missing: [String] {
            if case .without(let missing) = self { missing } else { [] }
        }
    }

    private static let project = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../..").standardizedFileURL
    private let folder: URL

    /// - Parameter commands: stand-ins by name, as lines of bash; `nil` takes a command away.
    init(packages: Packages, commands: [String: String?] = [:]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "flare-setup-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Another user than root writes here too.
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
        for real in ["bash", "env", "dirname", "basename", "grep", "sed"] {
            let path = try #require(["/usr/bin/", "/bin/"].map { $0 + real }.first(where: Self.isThere))
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(path: real).path, withDestinationPath: path)
        }
        var standIns: [String: String?] = [
            "swift": "echo 'Swift version 6.3.1 (swift-6.3.1-RELEASE)'",
            "git": "true", "pkg-config": "true", "gzip": "true", "zstd": "true",
            "apt-get": "echo \"$*\" >>'\(folder.path)/apt-calls'",
            "dpkg-query": "case \" \(packages.missing.joined(separator: " ")) \" in *\" ${@: -1} \"*) exit 1 ;; esac\n"
                + "echo installed",
        ]
        standIns.merge(commands) { $1 }
        for (name, lines) in standIns {
            guard let lines else { continue }
            let file = folder.appending(path: name)
            try "#!/bin/bash\n\(lines)\n".write(to: file, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        }
    }

    var swift: String { folder.appending(path: "swift").path }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    private static func isThere(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }

    struct Result {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Runs `scripts/setup`.
    ///
    /// - Parameter asRoot: whether it is to find itself root; `nil` does not care. The user's rights are real ones (bash
    ///   asks the system): given up where the tests run as root, gained in a namespace of the test's own where not.
    func setup(_ arguments: String..., asRoot: Bool? = nil) throws -> Result {
        let process = Process()
        let script = ["/bin/bash", Self.project.appending(path: "scripts/setup").path] + arguments
        var command = script
        if geteuid() == 0, asRoot == false {
            command = ["/usr/bin/setpriv", "--reuid", "65534", "--clear-groups"] + script
        } else if geteuid() != 0, asRoot == true {
            command = ["/usr/bin/unshare", "--map-root-user"] + script
        }
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = ["PATH": folder.path]
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = output.fileHandleForReading.readWhole()
        let remarks = errors.fileHandleForReading.readWhole()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
            errors: String(decoding: remarks, as: UTF8.self))
    }

    /// The arguments of each call of `apt-get`, in order.
    func aptCalls() throws -> [String] {
        let file = folder.appending(path: "apt-calls")
        guard Self.isReadable(file) else { return [] }
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private static func isReadable(_ file: URL) -> Bool { FileManager.default.isReadableFile(atPath: file.path) }
}
