/// Where the command is installed.
enum Installation {
    /// The absolute folder that holds plugins.yaml: beside the command or one folder up; one folder up if neither
    /// has one; `nil` if the system does not say where the command is.
    static let folder: String? = {
        guard let executable = FileBytes.resolved("/proc/self/exe") else { return nil }
        let beside = FileBytes.folder(of: executable)
        let holdsPlugins = FileBytes.resolved(OptionPath.join(beside, "plugins.yaml")) != nil
        return holdsPlugins ? beside : FileBytes.folder(of: beside)
    }()
}
