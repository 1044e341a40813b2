/// What is installed with the running command.
enum Installation {
    /// The absolute folder that holds plugins.yaml and configs: beside the command or one folder up; for a command that
    /// still lies where SwiftPM builds, the checkout around `.build`; one folder up if there is none of these; `nil` if
    /// the system does not say where the command is.
    static let folder: String? = FileBytes.resolved("/proc/self/exe").map(folder(of:))

    static func folder(of executable: String) -> String {
        let beside = FileBytes.folder(of: executable)
        let up = FileBytes.folder(of: beside)
        let checkout = beside.split(separator: "/").firstIndex { $0.hasPrefix(".build") }.map { place in
            "/" + beside.split(separator: "/")[..<place].joined(separator: "/")
        }
        let candidates = [beside, up] + (checkout.map { [$0] } ?? [])
        return candidates.first { FileBytes.resolved(OptionPath.join($0, "plugins.yaml")) != nil } ?? up
    }
}
