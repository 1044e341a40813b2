import ArgumentParser
import FlareKit
import Foundation
import Logging

/// How remarks are written to standard error.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json

    /// Sets up logging for the whole process; called once.
    func bootstrap(isQuiet: Bool) {
        LoggingSystem.bootstrap { _ in
            StandardErrorLog(format: self, logLevel: isQuiet ? .error : .notice)
        }
    }
}

/// Writes a remark as a line for people, or as one JSON object.
struct StandardErrorLog: LogHandler {
    let format: LogFormat
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { Redaction.redacted("\($0)") }
        switch format {
        case .text:
            let details = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            StandardError.write(TerminalText.safe("flare: \(event.level): \(event.message)\(details)\n"))
        case .json:
            fields["level"] = "\(event.level)"
            fields["message"] = Redaction.redacted("\(event.message)")
            fields["time"] = Timestamp(seconds: Date().timeIntervalSince1970).description
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            guard let line = try? encoder.encode(fields) else { return }
            StandardError.write(line + Data("\n".utf8))
        }
    }
}
