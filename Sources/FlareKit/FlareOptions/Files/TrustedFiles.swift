import Glibc

/// Which files may name code, such as programs to run.
public enum TrustedFiles {
    /// The folder of the user's configuration of Flare: `$XDG_CONFIG_HOME/flare` or `~/.config/flare`.
    public static func userFolder(_ environment: [String: String]) -> String? {
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            return OptionPath.join(folder, "flare")
        }
        return environment["HOME"].flatMap { $0.isEmpty ? nil : OptionPath.join($0, ".config/flare") }
    }

    /// Why others could put code into a file; `nil` if they cannot.
    package static func distrust(of path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        if status.st_uid != 0, status.st_uid != geteuid() { return "it belongs to another user" }
        return status.st_mode & S_IWOTH != 0 ? "everybody can write to it" : nil
    }

    /// The folders whose files may name code: those of the user and of the machine's administrator. A pipeline file and
    /// what lies beside it may come from anywhere.
    public static func codeFolders(_ environment: [String: String]) -> [String] {
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : OptionPath.join($0, ".ssh") }
        return [userFolder(environment), home, "/etc/flare", "/etc/ssh"].compactMap { $0 }
    }

    /// Why a file that a pipeline refers to cannot be trusted to name code; `nil` if it can.
    ///
    /// - Parameters:
    ///   - path: the file, as the pipeline refers to it.
    ///   - folders: as ``codeFolders(_:)`` gives them.
    public static func distrust(ofReferred path: String, folders: [String]) -> String? {
        let file =
            FileBytes.resolved(path)
            ?? FileBytes.resolved(FileBytes.folder(of: path)).map { $0 == "/" ? "/" : $0 + "/" } ?? ""
        let isInside = folders.contains { folder in
            FileBytes.resolved(folder).map { file.hasPrefix($0 == "/" ? "/" : $0 + "/") } ?? false
        }
        return isInside ? distrust(of: path) : "it may come from anywhere, as a pipeline may"
    }
}
