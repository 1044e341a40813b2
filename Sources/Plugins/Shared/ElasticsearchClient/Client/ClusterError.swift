import FlareKit
import HTTP

/// What a cluster answered instead of what was asked for.
package struct ClusterError: Error, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// No connection came about: nobody listens there, the name is not known, or a certificate is not trusted.
        case noConnection
        /// No answer came: the connection broke.
        case noAnswer
        /// The answer was not whole when its time was up.
        case tooSlow
        /// The answer's status says that it failed.
        case status(Int)
        /// The answer is not what a cluster answers.
        case malformed
        /// The answer covers only a part of the index.
        case partial
        /// The point in time or the scroll was closed before its end.
        case expired
    }

    package var kind: Kind
    /// What happened, as a sentence without its end.
    package var what: String
    /// The request: `POST https://host:9200/index/_search`.
    package var place: String
    package var remedy: String?
    /// What the server asked for by `Retry-After`, in seconds.
    package var retryAfter: Double?
    /// The server's own name for the error: `index_not_found_exception`.
    package var type: String?

    package init(_ kind: Kind, _ what: String, at place: String, remedy: String? = nil) {
        self.kind = kind
        self.what = what
        self.place = place
        self.remedy = remedy
    }

    /// Whether the same request may succeed later.
    package var isPassing: Bool {
        switch kind {
        case .noAnswer, .tooSlow, .malformed: true
        case .status(let status): RetryPolicy.passingStatuses.contains(status)
        case .noConnection, .partial, .expired: false
        }
    }

    package var description: String { "\(place): \(what)" + (remedy.map { "; \($0)" } ?? "") }
}

extension ClusterError {
    /// The error of an answer with a status of 300 or more, without the secrets that the server may have sent back.
    package init(status: Int, body: [UInt8], place: String) {
        let answer = try? JSON(parsing: body)
        let error = answer?["error"]
        let root = error?["root_cause"]?.elements?.first ?? error
        let cause = Self.deepestCause(of: error)
        let type = cause?["type"]?.text ?? root?["type"]?.text
        var reason = cause?["reason"]?.text ?? root?["reason"]?.text ?? error?["reason"]?.text ?? error?.text
        if reason == nil, !body.isEmpty, answer == nil {
            reason = String(decoding: body.prefix(Self.longestBody), as: UTF8.self)
                .split(whereSeparator: \.isNewline).joined(separator: " ")
        }
        // Masked before it is cut: half a secret would not be known for one.
        reason = reason.map { Redaction.redacted($0).prefix(Self.longestReason).description }
        var kind = Kind.status(status)
        if type == "search_context_missing_exception" { kind = .expired }
        self.init(
            kind, "status \(status)" + (reason.map { ", \($0)" } ?? ""), at: place, remedy: Self.remedy(status, type))
        self.type = type
    }

    /// How much is read of a body that is no JSON, in bytes.
    private static let longestBody = 65_536
    /// How much is shown of a server's words, in characters.
    private static let longestReason = 500

    /// The innermost `caused_by`, which names what really happened.
    private static func deepestCause(of error: JSON?) -> JSON? {
        let shard = error?["failed_shards"]?.elements?.first?["reason"]
        var cause = shard ?? error?["caused_by"]
        while let deeper = cause?["caused_by"] { cause = deeper }
        return cause
    }

    private static func remedy(_ status: Int, _ type: String?) -> String? {
        switch (status, type) {
        case (_, "search_context_missing_exception"): "the search took longer than keep_alive allows; raise it"
        case (401, _): "see whether auth names the right user, key or token"
        case (403, _): "the user lacks a privilege: reading needs read and view_index_metadata on the index"
        case (413, _): "the request is larger than the server takes"
        case (429, _): "the cluster is too busy; lower connections or page"
        default: nil
        }
    }
}

extension PluginError {
    /// What a cluster's error means for a run.
    package init(_ error: ClusterError) { self.init(error.what, at: error.place, remedy: error.remedy) }
}
