import FlareKit

/// A way to the cluster through a machine that is reached by SSH.
struct SSHOptions: PluginOptions, Equatable {
    var host = ""
    var user: String?
    var port = 22
    var identityFile: OptionPath?
    var jump: String?
    var config: OptionPath?

    static var options: [Option<Self>] {
        [
            Option("host", \.host, "The machine to go through, a name of ~/.ssh/config too.", required: true),
            Option("user", \.user, "The user there; by default what ssh takes."),
            Option("port", \.port, "The port of its SSH server.", range: 1...65_535),
            Option("identity_file", \.identityFile, "The private key. It has no passphrase, or the agent knows it."),
            Option("jump", \.jump, "A machine on the way there: user@host:port."),
            Option("config", \.config, "A configuration file of ssh in place of the user's."),
        ]
    }

    /// What is wrong with them: a name that ssh would take for an option.
    var complaint: OptionComplaint? {
        for (name, value) in [("host", host), ("user", user ?? ""), ("jump", jump ?? "")] where value.hasPrefix("-") {
            return OptionComplaint("\"\(value)\" begins with a hyphen", option: "ssh.\(name)")
        }
        return host.isEmpty ? OptionComplaint("there is no host", option: "ssh.host") : nil
    }

    /// The arguments of ssh.
    ///
    /// - Parameters:
    ///   - local: the loopback port to listen at.
    ///   - target: where the cluster answers, as seen from the machine.
    func arguments(local: Int, target: ClusterURL) -> [String] {
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
