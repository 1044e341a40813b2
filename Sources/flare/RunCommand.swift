import ArgumentParser

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs a pipeline file.",
        discussion: """
            Example: flare run configs/demo.yaml
            Example: flare run home.yaml --set sources.0.paths.0=/var/log/suricata/eve.json --since 2026-01-31
            Example: flare run home.yaml --explain 192.168.0.53,160.153.76.129,80
            """)

    @Argument(help: "The pipeline file.", completion: .file(extensions: ["yaml", "yml"]))
    var pipeline: String

    @OptionGroup var overrides: PipelineOverrides
    @OptionGroup var options: RunOptions

    func run() async throws {
        options.logFormat.bootstrap(isQuiet: options.quiet)
        try await options.run(try overrides.definition(of: pipeline).pipeline)
    }
}
