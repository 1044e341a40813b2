import FlareKit

/// A sink that writes a report of a whole run: it keeps the findings until the commit, and a live run's evaluation writes
/// the report anew.
public protocol ReportSink: Sink, Actor {
    var held: HeldFindings { get set }

    /// The report's text.
    func report(of run: Run, _ findings: [Finding], _ columns: [Column]) throws -> String
}

/// What a report sink keeps until the commit.
public struct HeldFindings {
    fileprivate var file: WholeFile
    fileprivate var columns: [Column] = []
    fileprivate var findings: [Finding] = []

    /// - Parameter path: `nil` for standard output.
    public init(_ path: String?) { file = WholeFile(path) }
}

extension ReportSink {
    public nonisolated var mode: SinkMode { .whole }

    public func begin(_ run: RunHeader, _ columns: [Column], resume: SinkMark?) async throws {
        held.columns = columns
        held.findings = []
        try held.file.open()
    }

    public func write(_ findings: [Finding]) async throws { held.findings += findings }

    public func commit(_ run: Run) async throws -> SinkMark? {
        try held.file.write(report(of: run, held.findings, held.columns).utf8)
        try held.file.commit()
        held.findings = []
        return nil
    }

    public func abort() async {
        held.findings = []
        held.file.abort()
    }
}
