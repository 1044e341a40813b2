import FlareModel
import FlareOptions
import FlarePlugins

/// The sinks of a run side by side: one that fails does not take the others' output away.
actor SinkSet {
    private let stages: [Pipeline.Stage<any Sink>]
    private var failures: [Int: String] = [:]
    private var written: [Int: Int] = [:]
    private var kept: Set<Int> = []
    private(set) var marks: [String: SinkMark] = [:]
    /// What failed sinks of a live run have missed.
    private var owed: [Int: [Finding]] = [:]

    init(_ stages: [Pipeline.Stage<any Sink>]) { self.stages = stages }

    /// Whether every sink has failed, and nothing is kept anywhere.
    var isDead: Bool { failures.count == stages.count && !isWhole }

    /// Whether every output stands that a restart would miss; a sink that tells keeps by itself what it could not deliver.
    var isWhole: Bool { failures.keys.allSatisfy { stages[$0].plugin.mode == .tell } }

    /// What failed, in the order of the sinks.
    var failureTexts: [String] { failures.sorted { $0.key < $1.key }.map { "\(stages[$0.key].name): \($0.value)" } }

    func begin(_ header: RunHeader, _ columns: [Column], resume: [String: SinkMark] = [:]) async {
        for (place, stage) in stages.enumerated() {
            await attempt(place) { try await stage.plugin.begin(header, columns, resume: resume[stage.name]) }
        }
    }

    /// Writes all findings to whole sinks, and to the others what is theirs.
    ///
    /// - Parameters:
    ///   - changed: for sinks that replace findings by their id.
    ///   - appended: for sinks that add to their end.
    ///   - news: for sinks that tell.
    ///   - run: whose findings they are.
    func write(all: [Finding], changed: [Finding], appended: [Finding], news: [Finding], of run: Run) async {
        for (place, stage) in stages.enumerated() {
            let mode = stage.plugin.mode
            let new =
                switch mode {
                case .whole: all
                case .append: appended
                case .upsert: changed
                case .tell: news
                }
            let findings =
                (owed[place] ?? [])
                + new.map { finding in
                    var finding = finding
                    finding.judged = run.judged
                    return finding
                }
            if failures[place] == nil { await attempt(place) { try await stage.plugin.write(findings) } }
            switch mode {
            case .whole: break
            case .append, .upsert: owed[place] = findings
            // What it took it keeps itself.
            case .tell: owed[place] = failures[place] == nil ? nil : findings
            }
            written[place] = mode == .whole ? all.count : (written[place] ?? 0) + new.count
        }
    }

    /// Makes the output stand; the run's report names each output and what failed.
    ///
    /// - Parameter keepsWhole: whether sinks that write their output anew leave what an earlier run wrote.
    func commit(_ run: inout Run, keepsWhole: Bool = false) async {
        kept = []
        for (place, stage) in stages.enumerated() where keepsWhole && stage.plugin.mode == .whole {
            // What goes to the terminal replaces nothing.
            guard stage.plugin.destination != nil, failures[place] == nil else { continue }
            await stage.plugin.abort()
            kept.insert(place)
        }
        run.outputs = reports
        for (place, stage) in stages.enumerated() where !kept.contains(place) {
            let report = run
            await attempt(place) {
                let mark = try await stage.plugin.commit(report)
                keep(mark, for: stage.name)
                owed[place] = nil
            }
        }
        run.outputs = reports
    }

    /// Where the outputs are before a live run has written anything.
    func standing() async -> [String: SinkMark] {
        for (place, stage) in stages.enumerated() {
            await attempt(place) { keep(try await stage.plugin.mark(), for: stage.name) }
        }
        return marks
    }

    /// Begins failed sinks again; what they missed they get with the next findings.
    func retry(_ header: RunHeader, _ columns: [Column], resume: [String: SinkMark]) async {
        for (place, stage) in stages.enumerated() where failures[place] != nil {
            failures[place] = nil
            await attempt(place) {
                try await stage.plugin.begin(header, columns, resume: marks[stage.name] ?? resume[stage.name])
            }
        }
    }

    /// Takes back what does not stand yet.
    func abort() async {
        for stage in stages { await stage.plugin.abort() }
    }

    private func keep(_ mark: SinkMark?, for name: String) { marks[name] = mark }

    private var reports: [OutputReport] {
        stages.enumerated().map { place, stage in
            OutputReport(
                sink: stage.name, destination: stage.plugin.destination.map(Redaction.redacted),
                findings: written[place] ?? 0, failure: failures[place], isKept: kept.contains(place))
        }
    }

    private func attempt(_ place: Int, _ body: () async throws -> Void) async {
        guard failures[place] == nil else { return }
        do {
            try await body()
        } catch {
            failures[place] = error is CancellationError ? "the run was ended" : Redaction.redacted("\(error)")
            await stages[place].plugin.abort()
        }
    }
}
