import FlareOptions

extension PluginsFile {
    /// Where plugins.yaml files are looked for, the lowest layer first.
    ///
    /// A file found in two roles is read once, in the more trusted one; among equally trusted ones in the last.
    ///
    /// - Parameters:
    ///   - pipeline: the path of the pipeline file, if there is one.
    ///   - named: what `--plugins` names.
    ///   - environment: for `$FLARE_PLUGINS`, `$XDG_CONFIG_HOME` and `$HOME`.
    ///   - executable: the absolute path of the command, which tells where the installation is.
    public static func locations(
        pipeline: String?, named: String?, environment: [String: String], executable: String? = nil
    ) -> [Location] {
        var locations: [Location] = []
        if let executable = executable ?? FileBytes.resolved("/proc/self/exe") {
            let folder = FileBytes.folder(of: executable)
            let candidates = [folder, FileBytes.folder(of: folder)].map { OptionPath.join($0, "plugins.yaml") }
            if let path = candidates.first(where: { FileBytes.resolved($0) != nil }) {
                locations.append(Location(path, .installation))
            }
        }
        if let folder = TrustedFiles.userFolder(environment) {
            locations.append(Location(OptionPath.join(folder, "plugins.yaml"), .user))
        }
        if let pipeline {
            locations.append(Location(OptionPath.join(FileBytes.folder(of: pipeline), "plugins.yaml"), .pipeline))
        }
        if let path = environment["FLARE_PLUGINS"], !path.isEmpty { locations.append(Location(path, .environment)) }
        if let named { locations.append(Location(named, .commandLine)) }
        return merged(locations)
    }

    private static func merged(_ locations: [Location]) -> [Location] {
        func isBetter(_ other: Int, than index: Int) -> Bool {
            let (mine, others) = (locations[index].role, locations[other].role)
            return mine.mayNameCode == others.mayNameCode ? other > index : others.mayNameCode
        }
        let files = locations.map { FileBytes.resolved($0.path) ?? $0.path }
        return locations.indices.filter { index in
            !locations.indices.contains { $0 != index && files[$0] == files[index] && isBetter($0, than: index) }
        }.map { locations[$0] }
    }

    /// Why a file cannot be trusted to name code although its role may; `nil` if it can.
    ///
    /// Somebody else who can write the file could run code in the user's name with it.
    var distrust: String? {
        if !location.role.mayNameCode { return "it lies beside a pipeline file and may come from anywhere" }
        return location.role.isNamed ? nil : TrustedFiles.distrust(of: location.path)
    }
}
