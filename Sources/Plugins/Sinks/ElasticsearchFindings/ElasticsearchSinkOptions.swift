import ElasticsearchClient
import FlareKit

/// The options of the sink `elasticsearch`.
public struct ElasticsearchSinkOptions: PluginOptions, ConnectsToCluster {
    package var connection = ConnectionOptions()
    var index = "flare-findings-{yyyy.MM.dd}"
    var dataStream: String?
    var runs: String? = "flare-runs"
    var idPeriod = OptionDuration.hours(24)
    var installTemplate = true
    var batch = 500
    var batchSize = ByteSize.megabytes(5)
    var deadLetter: OptionPath?

    public init() {}

    public static var options: [Option<Self>] {
        connectionOptions + [
            Option(
                "index", \.index,
                "The index of findings; {yyyy.MM.dd}, {yyyy.MM} or {yyyy} is the date of the window's end."),
            Option(
                "data_stream", \.dataStream,
                "A data stream in place of the index, such as logs-flare.findings-default. A finding that changed is added there once more."
            ),
            Option("runs", \.runs, "The index of what each run did; null writes none."),
            Option(
                "id_period", \.idPeriod,
                "Within such a period a finding has one document, which a later run replaces.",
                range: OptionDuration.seconds(1)...),
            Option(
                "install_template", \.installTemplate,
                "Whether the fields' types are installed as an index template where the cluster has none of Flare's."),
            Option("batch", \.batch, "Documents a request at most.", unit: "documents", range: 1...10_000),
            Option(
                "batch_size", \.batchSize, "The length of a request at most.",
                range: ByteSize.kibibytes(64)...ByteSize.megabytes(100)),
            Option(
                "dead_letter", \.deadLetter,
                "A file that findings are added to which the cluster refuses, with its reason, as JSON lines. By default flare-refused.jsonl beside the pipeline file."
            ),
        ]
    }
}
