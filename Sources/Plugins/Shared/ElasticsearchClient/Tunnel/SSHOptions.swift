import FlareKit

/// A way to the cluster through a machine that is reached by SSH.
package struct SSHOptions: PluginOptions, Equatable {
    package var host = ""
    package var config: OptionPath?

    package init() {}

    package static var options: [Option<Self>] {
        [
            Option(
                "host", \.host,
                "SSH server: user@host, or a Host of the SSH configuration, which also sets the port, the key and jump hosts.",
                required: true),
            Option(
                "config", \.config,
                "SSH configuration file; by default that of the user. It can run programs, so it must be in ~/.ssh, "
                    + "~/.config/flare, /etc/ssh or /etc/flare."),
        ]
    }

    /// What is wrong with them: a name that ssh would take for an option or a shell for a command, or a configuration
    /// that anybody may have written.
    ///
    /// ssh puts names into commands that a shell runs (ProxyJump, ProxyCommand, Match exec; CVE-2023-51385).
    ///
    /// - Parameter codeFolders: the folders whose files may name code.
    package func complaint(codeFolders: [String]) -> OptionComplaint? {
        if host.hasPrefix("-") { return OptionComplaint("\"\(host)\" begins with a hyphen", option: "ssh.host") }
        if let sign = host.unicodeScalars.first(where: { !Self.isOfName($0) }) {
            return OptionComplaint("\"\(host)\" has a sign that no such name has: \(sign)", option: "ssh.host")
        }
        if let config, let file = config.file, let why = TrustedFiles.distrust(ofReferred: file, folders: codeFolders) {
            return OptionComplaint(
                "\"\(config.text)\" can run programs, and is not taken: \(why)", option: "ssh.config",
                expected: "a file in ~/.ssh, ~/.config/flare, /etc/ssh or /etc/flare",
                suggestion: "move it there, or write what it says into ~/.ssh/config")
        }
        return host.isEmpty ? OptionComplaint("there is no host", option: "ssh.host") : nil
    }

    private static func isOfName(_ sign: Unicode.Scalar) -> Bool {
        switch sign {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-", "@", ":", "%", "+": true
        default: false
        }
    }

    /// The arguments of ssh.
    ///
    /// - Parameters:
    ///   - local: the loopback port to listen at.
    ///   - target: where the cluster answers, as seen from the machine.
    package func arguments(local: Int, target: ClusterURL) -> [String] {
        var arguments = [
            "ssh", "-N", "-T", "-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes", "-o",
            "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4", "-o", "ClearAllForwardings=no", "-L",
            "127.0.0.1:\(local):\(target.host):\(target.port)",
        ]
        if let config = config?.file { arguments += ["-F", config] }
        return arguments + ["--", host]
    }
}
