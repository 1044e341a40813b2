/// The error of a plugin that could not do its work: what happened, where, and what to do about it.
public struct PluginError: Error, CustomStringConvertible {
    public var what: String
    public var place: String?
    public var remedy: String?

    public init(_ what: String, at place: String? = nil, remedy: String? = nil) {
        self.what = what
        self.place = place
        self.remedy = remedy
    }

    public var description: String {
        (place.map { "\($0): " } ?? "") + what + (remedy.map { "; \($0)" } ?? "")
    }
}
