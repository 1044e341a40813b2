import Dispatch
import Foundation

/// The results of `body` for 0 ..< count, in order, on all cores.
func concurrently<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
    let results = Results<Result>()
    DispatchQueue.concurrentPerform(iterations: count) { index in results.put(body(index), at: index) }
    return results.inOrder
}

private final class Results<Result: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var results: [Int: Result] = [:]

    func put(_ result: Result, at index: Int) { lock.withLock { results[index] = result } }

    var inOrder: [Result] { results.sorted { $0.key < $1.key }.map(\.value) }
}
