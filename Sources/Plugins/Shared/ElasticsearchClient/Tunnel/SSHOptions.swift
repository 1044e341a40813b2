import FlareKit

/// A way to the cluster through a machine that is reached by SSH.
package struct SSHOptions: PluginOptions, Equatable {
    package var host = ""
    package var user: String?
    package var port = 22
    package var identityFile: OptionPath?
    package var jump: String?
    package var config: OptionPath?

    package init() {}

    package static var options: [Option<Self>] {
        [
            Option("host", \.host, "The machine to go through, a name of ~/.ssh/config too.", required: true),
            Option("user", \.user, "The user there; by default what ssh takes."),
            Option("port", \.port, "The port of its SSH server.", range: 1...65_535),
            Option("identity_file", \.identityFile, "The private key. It has no passphrase, or the agent knows it."),
            Option("jump", \.jump, "A machine on the way there: user@host:port."),
            Option(
                "config", \.config,
                "A configuration file of ssh in place of the user's. It can run programs, so it has to lie in ~/.ssh, "
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
        for (name, value) in [("host", host), ("user", user ?? ""), ("jump", jump ?? "")] {
            if value.hasPrefix("-") {
                return OptionComplaint("\"\(value)\" begins with a hyphen", option: "ssh.\(name)")
            }
            if let sign = value.unicodeScalars.first(where: { !Self.isOfName($0) }) {
                return OptionComplaint("\"\(value)\" has a sign that no such name has: \(sign)", option: "ssh.\(name)")
            }
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
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-", "@", ":", "[", "]", ",", "/", "%", "+": true
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
            "127.0.0.1:\(local):\(target.host):\(target.port)", "-p", String(port),
        ]
        if let config = config?.file { arguments += ["-F", config] }
        if let key = identityFile?.file { arguments += ["-i", key, "-o", "IdentitiesOnly=yes"] }
        if let jump { arguments += ["-J", jump] }
        if let user { arguments += ["-l", user] }
        return arguments + ["--", host]
    }
}
