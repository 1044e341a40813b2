import ElasticsearchClient
import FlareKit

/// The options of the sink `elasticsearch`.
public struct ElasticsearchSinkOptions: PluginOptions, ConnectsToCluster {
    package var connection = ConnectionOptions()
    var index = "flare-findings-{yyyy.MM.dd}"
    var dataStream: String?
    var runs: String? = "flare-runs"
    var installTemplate = true
    var deadLetter: OptionPath?

    public init() {}

    public static var options: [Option<Self>] {
        connectionOptions + [
            Option(
                "index", \.index,
                "Index of findings; {yyyy.MM.dd}, {yyyy.MM} or {yyyy} is the date of the window's end. A finding has one document a day."
            ),
            Option(
                "data_stream", \.dataStream,
                "Data stream in place of the index, such as logs-flare.findings-default. It gets a further document for each change of a finding."
            ),
            Option("runs", \.runs, "Index of run statistics; null writes none."),
            Option(
                "install_template", \.installTemplate,
                "Installs an index template with the field types, if the cluster has none from Flare."),
            Option(
                "dead_letter", \.deadLetter,
                "JSON lines file for refused findings and the reasons; by default flare-refused.jsonl in the folder of the pipeline file."
            ),
        ]
    }
}
