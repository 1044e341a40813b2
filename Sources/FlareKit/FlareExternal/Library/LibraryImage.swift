import CFlarePlugin
import FlareOptions
import Glibc

/// A dynamic library that holds a plugin, loaded once and for the rest of the process's life.
struct LibraryImage: Sendable {
    private typealias Open = @convention(c) (UnsafePointer<flare_host>?) -> UnsafePointer<flare_plugin>?

    /// The plugin's table, which lives as long as the process.
    nonisolated(unsafe) let table: UnsafePointer<flare_plugin>
    let description: ExternalDescription

    private static let symbol = "flare_plugin_open"

    /// Loads a library, and checks the version before anything else of it is used.
    ///
    /// - Throws: `ExternalFault.notLoaded` with what was found and what to do.
    static func load(_ path: String) throws(ExternalFault) -> LibraryImage {
        try LibraryFile.check(path)
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw .notLoaded("\(Self.lastError)")
        }
        guard let address = dlsym(handle, Self.symbol) else {
            throw .notLoaded(
                "it exports no function \(Self.symbol), so it is no plugin of Flare; see flare_plugin.h, and for Swift "
                    + "FlareKit's LibraryPlugin")
        }
        let open = unsafeBitCast(address, to: Open.self)
        return try LibraryImage(open(LibraryHost.table))
    }

    /// - Parameter table: what `flare_plugin_open` returned.
    init(_ table: UnsafePointer<flare_plugin>?) throws(ExternalFault) {
        guard let table else {
            throw .notLoaded("it will not work with this command, whose interface has version \(FLARE_PLUGIN_ABI)")
        }
        let version = table.pointee.abi
        guard version == FLARE_PLUGIN_ABI else {
            throw .notLoaded(
                "it was built for version \(version) of the interface, and this command has version "
                    + "\(FLARE_PLUGIN_ABI); build it anew with this command's flare_plugin.h or FlareKit")
        }
        let needed = MemoryLayout<flare_plugin>.size
        guard table.pointee.size >= needed else {
            throw .notLoaded("its table of functions has \(table.pointee.size) bytes, not \(needed); build it anew")
        }
        guard let text = table.pointee.description, table.pointee.make != nil, table.pointee.destroy != nil else {
            throw .notLoaded("its table has no description, no make or no destroy")
        }
        self.table = table
        do {
            description = try ExternalDescription.read(Array(String(cString: text).utf8))
        } catch {
            throw .nonsense("\(error)")
        }
        try checkFunctions()
    }

    private func checkFunctions() throws(ExternalFault) {
        let settles = description.traits.settles ?? false
        switch description.kind {
        case .detector:
            if table.pointee.judge == nil { throw .notLoaded("a detector needs the function judge") }
            if settles, table.pointee.settle == nil { throw .notLoaded("it settles, and has no function settle") }
        case .enricher:
            if table.pointee.enrich == nil { throw .notLoaded("an enricher needs the function enrich") }
        case .source, .sink:
            throw .notLoaded(
                "a library can be a detector or an enricher, not a \(description.kind.rawValue); write that as a "
                    + "program: flare plugins add -- COMMAND")
        }
    }

    private static var lastError: String { dlerror().map { String(cString: $0) } ?? "unknown error" }
}

/// What a file is, told by its first bytes, before the system is asked to load it.
enum LibraryFile {
    /// The field `e_machine` of ELF, by architecture ("System V Application Binary Interface", chapter 4).
    private static let machines: [UInt16: String] = [3: "x86", 40: "ARM", 62: "x86-64", 183: "ARM64", 243: "RISC-V"]

    #if arch(x86_64)
        private static let machine: UInt16 = 62
    #elseif arch(arm64)
        private static let machine: UInt16 = 183
    #else
        private static let machine: UInt16 = 0
    #endif

    private static let sharedObject: UInt16 = 3

    static func check(_ path: String) throws(ExternalFault) {
        let head: [UInt8]
        do throws(FileBytes.Failure) {
            head = try FileBytes.head(path, count: 20)
        } catch {
            throw .notLoaded(error.reason)
        }
        guard head.count == 20, head.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
            throw .notLoaded(
                "\(found(head)), not a dynamic library of this system (ELF); give the .so that the build made")
        }
        guard head[4] == 2, head[5] == 1 else {
            throw .notLoaded("it is a library of 32 bits or of the other byte order; build it on this machine")
        }
        let kind = UInt16(head[16]) | UInt16(head[17]) << 8
        let built = UInt16(head[18]) | UInt16(head[19]) << 8
        guard built == machine || machine == 0 else {
            throw .notLoaded(
                "it was built for \(machines[built] ?? "another machine"), and this command runs on "
                    + "\(machines[machine] ?? "this one"); build it on this machine")
        }
        guard kind == sharedObject else {
            throw .notLoaded("it is an object file or a program, not a dynamic library; link it with -shared")
        }
    }

    private static func found(_ head: [UInt8]) -> String {
        if head.isEmpty { return "the file is empty" }
        if head.starts(with: [0xCF, 0xFA, 0xED, 0xFE]) { return "it is a library of macOS" }
        if head.starts(with: Array("MZ".utf8)) { return "it is a library of Windows" }
        if head.starts(with: Array("!<arch>".utf8)) { return "it is a static library" }
        if head.starts(with: Array("#!".utf8)) { return "it is a script" }
        return "it is something else"
    }
}
