import FlareKit
import FlareKitTesting
import Foundation
import HTTP
import Synchronization
import TestKit
import Testing

@testable import Messages

/// Somebody who takes messages, or does not.
private final class Receiver: Courier {
    let titles = Mutex<[String]>([])
    /// What is thrown at each attempt, in order; nothing once they are over.
    private let failures: Mutex<[DeliveryFailure?]>

    init(_ failures: [DeliveryFailure?] = []) { self.failures = Mutex(failures) }

    func deliver(_ message: Message) async throws {
        let failure = failures.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if let failure { throw failure }
        titles.withLock { $0.append(message.title) }
    }

    /// What was taken since it was last asked.
    func taken() -> [String] {
        titles.withLock { titles in
            defer { titles = [] }
            return titles
        }
    }
}

@Suite("What somebody is told, and when")
struct TellerTests {
    private let folder = TemporaryFolder()
    private static let later = DeliveryFailure(reason: "busy", isPassing: true, retryAfter: 3)
    private static let never = DeliveryFailure(reason: "gone for good", isPassing: false)

    private final class Surroundings: Sendable {
        let now = Mutex(Timestamp(seconds: 1_714_525_200))
        let pauses = Mutex<[Double]>([])
    }

    private let world = Surroundings()

    private func teller(_ receiver: Receiver, _ options: TellOptions = TellOptions(), name: String = "it") -> Teller {
        let world = world
        let policy = RetryPolicy(retries: 2, dice: { 0 }) { pause in world.pauses.withLock { $0.append(pause) } }
        return Teller(
            options, name: name, PluginContext(folder: folder.path), receiver, policy: policy,
            clock: { world.now.withLock { $0 } })
    }

    private func tell(_ teller: Teller, _ findings: [Finding]) async throws {
        await teller.begin(SampleNotice.run.header, Column.all(with: []))
        await teller.write(findings)
        try await teller.commit(SampleNotice.run)
    }

    private var undelivered: [String] {
        ((try? folder.read("flare-undelivered.jsonl")) ?? "").split(separator: "\n").map(String.init)
    }

    @Test(
        "a message each, none for what is less severe than asked for or calls by nature, and no file where all is well")
    func each() async throws {
        let receiver = Receiver()
        var low = SampleNotice.finding(7)
        low.modifiers = [Finding.Modifier("known", -40, "known")]
        try await tell(teller(receiver), [SampleNotice.finding(1), low, SampleNotice.finding(2)])
        #expect(receiver.taken().map { $0.suffix(19) } == ["host-1.example:8443", "host-2.example:8443"])
        #expect(folder.names.isEmpty)
    }

    @Test("a digest is one message of all")
    func digest() async throws {
        let receiver = Receiver()
        var options = TellOptions()
        options.digest = true
        try await tell(teller(receiver, options), (0..<3).map { SampleNotice.finding($0) })
        #expect(receiver.taken() == ["3 findings: 3 critical"])
    }

    @Test(
        "beyond the limit of an hour the last message is a digest, and what comes then waits for the next hour, over restarts"
    )
    func limit() async throws {
        let receiver = Receiver()
        var options = TellOptions()
        options.limit = 3
        let first = teller(receiver, options)
        try await tell(first, (0..<5).map { SampleNotice.finding($0) })
        #expect(receiver.taken().suffix(1) == ["3 findings: 3 critical"])
        try await tell(first, [SampleNotice.finding(5), SampleNotice.finding(6)])
        #expect(receiver.taken().isEmpty)
        #expect(undelivered.count == 2)
        world.now.withLock { $0 = $0.advanced(by: 3601 * 1_000_000_000) }
        try await tell(first, [])
        #expect(receiver.taken().count == 2)
        #expect(undelivered.isEmpty)
    }

    @Test("who is busy is asked again, after the pause that was asked for")
    func retried() async throws {
        let receiver = Receiver([Self.later, Self.later])
        try await tell(teller(receiver), [SampleNotice.finding()])
        #expect(receiver.taken().count == 1)
        #expect(world.pauses.withLock { $0 } == [3, 3])
    }

    @Test("who stays away gets it later, from another run too, and the failure says where it waits")
    func waiting() async throws {
        let receiver = Receiver(Array(repeating: Self.later, count: 3))
        let error = await #expect(throws: PluginError.self) {
            try await tell(teller(receiver), [SampleNotice.finding(1), SampleNotice.finding(2)])
        }
        #expect("\(String(describing: error))".contains("2 findings could not be told: busy"))
        #expect(undelivered.count == 2)
        // Another sink's file is its own.
        try await tell(teller(receiver, name: "other"), [])
        #expect(receiver.taken().isEmpty)
        try await tell(teller(receiver), [SampleNotice.finding(3)])
        #expect(receiver.taken().map { $0.suffix(19).prefix(6) } == ["host-1", "host-2", "host-3"])
        #expect(undelivered.isEmpty)
    }

    @Test("what is refused for good stays in the file with the reason, is not sent again, and the rest goes its way")
    func refused() async throws {
        let receiver = Receiver([Self.never])
        await #expect(throws: PluginError.self) {
            try await tell(teller(receiver), [SampleNotice.finding(1), SampleNotice.finding(2)])
        }
        #expect(receiver.taken().count == 1)
        try await tell(teller(receiver), [SampleNotice.finding(3)])
        #expect(receiver.taken().count == 1)
        #expect(undelivered.count == 1)
        #expect(undelivered[0].contains("gone for good") && undelivered[0].contains("host-1.example"))
    }

    @Test("a run that is ended loses nothing")
    func cancelled() async throws {
        let receiver = Receiver()
        let teller = teller(receiver)
        teller.cancel()
        await #expect(throws: PluginError.self) { try await tell(teller, [SampleNotice.finding()]) }
        #expect(undelivered.count == 1)
    }
}
