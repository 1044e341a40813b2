import CFlareSpawn
import FlareOptions
import FlarePipeline
import Glibc

/// How a program is started: what, where, with which environment, behind which walls.
struct ExternalLaunch: Sendable {
    /// As recorded; the first is looked for on the path unless it holds a slash.
    let command: [String]
    /// The absolute folder it runs in.
    let folder: String
    let sandbox: ExternalRecord.Sandbox
    /// Names of variables it is given beside the few that everyone needs.
    let environment: [String]
    /// The command's own environment.
    let surroundings: [String: String]

    /// What programs cannot do without.
    private static let basics = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"]

    /// - Throws: `ExternalFault.notStarted`.
    func start(_ limits: ExternalLimits) throws(ExternalFault) -> flare_child {
        let words = try sandboxed()
        guard let program = words.first.flatMap(find) else {
            let isPath = words.first?.contains("/") == true
            throw .notStarted(
                "there is no program \"\(words.first ?? "")\"" + (isPath ? " in \(folder)" : " on the path"))
        }
        let values = variables.map { "\($0.key)=\($0.value)" }.sorted()
        var child = flare_child()
        let code = Self.withCStrings(words) { arguments in
            Self.withCStrings(values) { values in
                flare_spawn(
                    program, arguments, values, folder, UInt64(limits.memory.bytes),
                    UInt64(limits.cpu.seconds.rounded(.up)),
                    &child)
            }
        }
        guard code == 0 else { throw .notStarted("\(program): \(String(cString: strerror(code)))") }
        return child
    }

    /// The environment: a few variables, those that were asked for, and that it is Flare that calls.
    private var variables: [String: String] {
        let names = Self.basics + environment
        var variables = surroundings.filter { names.contains($0.key) }
        variables["PYTHONUNBUFFERED"] = "1"
        variables["FLARE_PROTOCOL"] = "\(ExternalDescription.version)"
        return variables
    }

    private func sandboxed() throws(ExternalFault) -> [String] {
        switch sandbox {
        case .none: return command
        case .bubblewrap:
            guard find("bwrap") != nil else {
                throw .notStarted("plugins.yaml asks for bubblewrap, and there is no program \"bwrap\" on the path")
            }
            return [
                "bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp",
                "--ro-bind", folder, folder, "--unshare-all", "--die-with-parent", "--chdir", folder, "--",
            ] + command
        }
    }

    /// The path of an executable file.
    func find(_ name: String) -> String? {
        let candidates =
            name.contains("/")
            ? [name.hasPrefix("/") ? name : OptionPath.join(folder, name[...])]
            : (surroundings["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
                .map { OptionPath.join(String($0), name[...]) }
        return candidates.first { access($0, X_OK) == 0 && !Self.isFolder($0) }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func withCStrings<Result>(
        _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>?) -> Result
    ) -> Result {
        let copies = texts.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        return copies.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}
