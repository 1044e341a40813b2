import FlareOptions

extension PipelineDefinition {
    /// The keys of a pipeline file beside its four lists of plugins.
    public static var options: [OptionDescription] { PipelineSettings.descriptions }
}
