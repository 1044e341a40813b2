import Synchronization

/// What has to be taken back if the process ends at once, as it does where an interrupted run is blocked: files that are
/// not whole, programs that were started.
public enum SuddenEnd {
    /// Something that would be taken back.
    public struct Token: Sendable, Hashable {
        fileprivate let number: Int
    }

    private struct State {
        var next = 0
        var actions: [Int: @Sendable () -> Void] = [:]
    }

    private static let state = Mutex(State())

    /// Notes what there is to take back from now on.
    ///
    /// - Parameter action: must not wait for anything: it runs while other threads are blocked.
    public static func wouldNeed(_ action: @escaping @Sendable () -> Void) -> Token {
        state.withLock { state in
            state.next += 1
            state.actions[state.next] = action
            return Token(number: state.next)
        }
    }

    /// There is nothing to take back any more.
    public static func needsNot(_ token: Token) { state.withLock { $0.actions[token.number] = nil } }

    /// Takes back all of it, the last first.
    public static func takeBack() {
        let actions = state.withLock { state in
            defer { state.actions = [:] }
            return state.actions
        }
        for (_, action) in actions.sorted(by: { $0.key > $1.key }) { action() }
    }
}
