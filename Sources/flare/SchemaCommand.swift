import ArgumentParser
import FlareKit

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON Schema of the pipeline file, over all enabled plugins.",
        discussion: """
            An editor that speaks with yaml-language-server checks and completes a pipeline file whose first line is:
              # yaml-language-server: $schema=pipeline.schema.json

            Example: flare schema > pipeline.schema.json
            """)

    @OptionGroup var files: PluginsFiles

    func run() throws { try StandardOutput.print(PipelineSchema(try files.registry()).text, terminator: "") }
}
