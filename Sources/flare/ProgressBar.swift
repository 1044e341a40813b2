import FlareKit
import Foundation
import Synchronization

/// A line on the terminal that says how far a long read is: bytes, records, rate, time left.
final class ProgressBar: Sendable {
    private let drawing: Task<Void, Never>
    private let state: SharedState

    /// What the line looks like now; cleared once and for all.
    private final class SharedState: Sendable {
        enum Phase { case waiting, drawn, cleared }
        let phase = Mutex(Phase.waiting)
    }

    /// A run that takes no longer than this shows nothing.
    private static let patience = Duration.milliseconds(500)
    private static let pause = Duration.milliseconds(200)

    init(_ meter: ReadMeter) {
        let start = ContinuousClock().now
        let state = SharedState()
        self.state = state
        drawing = Task.detached {
            try? await Task.sleep(for: Self.patience)
            while !Task.isCancelled {
                Self.draw(meter.current, since: start, state)
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    /// Wipes the line for good.
    func clear() {
        drawing.cancel()
        state.phase.withLock { phase in
            if phase == .drawn { StandardError.write("\r\u{1B}[K") }
            phase = .cleared
        }
    }

    private static func draw(_ reading: ReadMeter.Reading, since start: ContinuousClock.Instant, _ state: SharedState) {
        let elapsed = start.duration(to: ContinuousClock().now)
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let line = Self.line(reading, seconds: seconds)
        state.phase.withLock { phase in
            guard phase != .cleared else { return }
            StandardError.write("\r\u{1B}[K\(line)")
            phase = .drawn
        }
    }

    /// - Parameter seconds: since the run began, above 0.
    static func line(_ reading: ReadMeter.Reading, seconds: Double) -> String {
        guard reading.step == "read" else { return "\(reading.step) …" }
        let rate = Double(reading.bytes) / seconds
        var line = "read \(Quantity.bytes(reading.bytes))"
        if let extent = reading.extent, extent > 0 {
            let share = min(1, Double(reading.bytes) / Double(extent))
            let filled = Int(share * 20)
            line =
                "[\(String(repeating: "#", count: filled))\(String(repeating: ".", count: 20 - filled))] "
                + "\(Int(share * 100)) % of \(Quantity.bytes(extent))"
        }
        line += ", \(reading.records.grouped) records, \(Quantity.bytes(Int64(clamping: rate)))/s"
        if let extent = reading.extent, rate > 0, extent > reading.bytes {
            line += ", \(Quantity.seconds(Double(extent - reading.bytes) / rate)) left"
        }
        return line
    }
}
