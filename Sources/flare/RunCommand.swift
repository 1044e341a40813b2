import ArgumentParser

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs a pipeline file.",
        discussion: """
            Example: flare run configs/demo.yaml
            Example: flare run configs/suricata-live.yaml --follow
            Example: flare run home.yaml --set sources.0.paths.0=/var/log/suricata/eve.json --since 2026-01-31
            Example: flare run home.yaml --explain 192.168.0.53,160.153.76.129,80
            """)

    @Argument(help: "The pipeline file.", completion: .file(extensions: ["yaml", "yml"]))
    var pipeline: String

    @OptionGroup var overrides: PipelineOverrides
    @OptionGroup var options: RunOptions

    @Flag(
        help: ArgumentHelp(
            "Goes on as the input grows, until it is interrupted.",
            discussion: "Judges anew each 'every' of the records' own time; sends a finding when it is news."))
    var follow = false

    @Option(
        help: ArgumentHelp(
            "The file in which a run keeps what it told somebody and, with --follow, needs to go on after a restart.",
            discussion: "By default one for each pipeline in $XDG_STATE_HOME/flare or ~/.local/state/flare."),
        completion: .file(extensions: ["json"]))
    var state: String?

    func validate() throws {
        if follow, !options.explain.isEmpty { throw ValidationError("--explain tells of one run, not with --follow") }
    }

    func run() async throws {
        options.logFormat.bootstrap(isQuiet: options.quiet)
        let pipeline = try overrides.definition(of: self.pipeline).pipeline
        if follow {
            try await options.follow(pipeline, path: self.pipeline, statePath: state)
        } else {
            try await options.run(pipeline, path: self.pipeline, statePath: state)
        }
    }
}
