import ArgumentParser
import ElasticsearchRecords
import FlareKit
import Foundation

/// A cluster as the input of `flare hunt`: found out by asking it, with credentials from the environment or a file.
struct ClusterInput: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Of a cluster, the indices to look at; by default those of all known sensors.", valueName: "pattern"))
    var index: String?

    @Option(
        help: ArgumentHelp(
            "Of a cluster, a file with the password of the user in FLARE_ES_USERNAME. FLARE_ES_PASSWORD, "
                + "FLARE_ES_API_KEY and FLARE_ES_TOKEN are taken too, and FLARE_ES_CA names the authority to trust.",
            valueName: "file"), completion: .file())
    var passwordFile: String?

    /// Whether an input is the URL of a cluster.
    static func isCluster(_ input: String) -> Bool { input.hasPrefix("http://") || input.hasPrefix("https://") }

    /// Asks the cluster what it holds, and says what was chosen.
    ///
    /// - Returns: the source of a pipeline, in which credentials stand by the names of the environment alone; and whether
    ///   it can be asked for what the sensor said on the findings.
    /// - Throws: `ExitCode` 1 where it does not answer or holds no flows.
    func source(_ url: String) async throws -> (source: String, hasContext: Bool) {
        let environment = ProcessInfo.processInfo.environment
        let hunt = ClusterHunt(url: url, index: index, environment: environment, passwordFile: passwordFile)
        let found: ClusterHunt.Found
        do {
            found = try await hunt.find()
        } catch {
            StandardError.write(TerminalText.safe("flare: \(error)\n"))
            throw ExitCode(FlareExit.failed)
        }
        for choice in found.choices { StandardError.write(TerminalText.safe("flare: \(choice)\n")) }
        var options = [
            ("urls", "[\(PipelineDraft.quoted(url))]"), ("index", PipelineDraft.quoted(found.index)),
            ("schema", found.schema),
        ]
        let auth = auth(environment)
        if !auth.isEmpty { options.append(("auth", "{\(auth.joined(separator: ", "))}")) }
        if environment["FLARE_ES_CA"] != nil { options.append(("tls", "{ca: \"${FLARE_ES_CA}\"}")) }
        let members = ([("plugin", "elasticsearch")] + options).map { "\($0.0): \($0.1)" }
        return ("{" + members.joined(separator: ", ") + "}", found.hasContext)
    }

    private func auth(_ environment: [String: String]) -> [String] {
        var auth: [String] = []
        func take(_ option: String, _ name: String) {
            if environment[name] != nil { auth.append("\(option): \"${\(name)}\"") }
        }
        take("username", "FLARE_ES_USERNAME")
        if let passwordFile {
            auth.append("password_file: \(PipelineDraft.quoted(PipelineDraft.absolute(passwordFile)))")
        } else {
            take("password", "FLARE_ES_PASSWORD")
        }
        take("api_key", "FLARE_ES_API_KEY")
        take("token", "FLARE_ES_TOKEN")
        return auth
    }
}
