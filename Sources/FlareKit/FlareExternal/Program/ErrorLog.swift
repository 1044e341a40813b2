import FlareOptions
import Logging

/// What a program writes to standard error, line by line into the log, as far as it is worth reading.
struct ErrorLog {
    private let logger: Logger
    private let limit: ByteSize
    private var line: [UInt8] = []
    private var taken: Int64 = 0
    private var logged = 0
    private var dropped = 0
    /// The last few lines, for the error of a program that ends.
    private(set) var lastLines: [String] = []

    /// The most lines that are logged.
    private static let mostLines = 200
    /// The longest line that is logged, in bytes; the rest is cut off.
    private static let longestLine = 2000
    private static let keptLines = 3

    init(_ logger: Logger, limit: ByteSize) {
        self.logger = logger
        self.limit = limit
    }

    /// - Returns: `false` where it is more than the program may write.
    mutating func take(_ bytes: some Collection<UInt8>) -> Bool {
        taken += Int64(bytes.count)
        for byte in bytes {
            if byte == 0x0A {
                endLine()
            } else if line.count < Self.longestLine {
                line.append(byte)
            }
        }
        return taken <= limit.bytes
    }

    /// Logs what is left, and how much was not logged.
    mutating func finish() {
        if !line.isEmpty { endLine() }
        if dropped > 0 { logger.notice("\(dropped) further lines were left out") }
    }

    private mutating func endLine() {
        let text = String(decoding: line, as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        guard text.contains(where: { !$0.isWhitespace }) else { return }
        lastLines.append(text)
        if lastLines.count > Self.keptLines { lastLines.removeFirst() }
        guard logged < Self.mostLines else {
            dropped += 1
            return
        }
        logged += 1
        logger.notice("\(text)")
    }
}
