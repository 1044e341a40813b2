import CCurl
import Glibc
import Synchronization

/// The thread that drives a client's transfers, and what others may say to it.
final class TransferLoop: Sendable {
    /// libcurl's set of transfers.
    ///
    /// `@unchecked`: the loop's thread alone uses it, but for `wake`, which any thread may call until it is freed
    /// (curl_multi_wakeup(3)); it is freed after the thread took it out of the state, under whose lock others wake it.
    struct Multi: @unchecked Sendable {
        let handle: UnsafeMutableRawPointer

        func wake() { curl_multi_wakeup(handle) }
    }

    private struct State {
        var arrived: [Transfer] = []
        /// `nil` once the thread ends.
        var multi: Multi?
        var isStopped = false
        var thread: pthread_t?
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let settings: HTTPSettings
    private let state: Mutex<State>

    /// How long the thread sleeps at most, in milliseconds; whatever happens wakes it.
    private static let longestSleep: Int32 = 60_000

    /// libcurl asks to be started once in a process, before all else.
    static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private init(_ settings: HTTPSettings, _ multi: Multi) {
        self.settings = settings
        state = Mutex(State(multi: multi))
    }

    static func start(_ settings: HTTPSettings) throws(HTTPFailure) -> TransferLoop {
        guard isReady, let handle = curl_multi_init() else { throw .other("libcurl cannot be started") }
        let loop = TransferLoop(settings, Multi(handle: handle))
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(loop)
        let code = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<TransferLoop>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            curl_multi_cleanup(handle)
            throw .other("no thread could be started (\(String(cString: strerror(code))))")
        }
        let started = thread
        loop.state.withLock { $0.thread = started }
        return loop
    }

    func add(_ transfer: Transfer) {
        let isTaken = state.withLock { state in
            guard !state.isStopped, let multi = state.multi else { return false }
            state.arrived.append(transfer)
            multi.wake()
            return true
        }
        if !isTaken { transfer.finish(.failure(CancellationError())) }
    }

    /// Lets the thread look for transfers that were cancelled.
    func wake() { state.withLock { $0.multi?.wake() } }

    /// Asks the thread to end all transfers and itself.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            state.multi?.wake()
        }
    }

    /// Stops the thread, and leaves it to end by itself.
    func leave() {
        stop()
        if let thread = takeThread() { pthread_detach(thread) }
    }

    /// Stops the thread, and waits until it has ended: where the process ends next, OpenSSL's own end must not meet it.
    func end() async {
        stop()
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if state.multi != nil { state.waiting.append(continuation) }
                return state.multi == nil
            }
            if hasEnded { continuation.resume() }
        }
        // It has nothing left to do but to return.
        if let thread = takeThread() { pthread_join(thread, nil) }
    }

    private func takeThread() -> pthread_t? {
        state.withLock { state in
            defer { state.thread = nil }
            return state.thread
        }
    }
}

extension TransferLoop {
    /// What the thread does.
    private func run() {
        // Signals are for other threads; a connection that is gone is told by its write.
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_SETMASK, &signals, nil)
        guard let multi = state.withLock({ $0.multi })?.handle else { return }
        var waiting: [Transfer] = []
        var active: [UnsafeMutableRawPointer: Exchange] = [:]
        func drop(_ easy: UnsafeMutableRawPointer) -> Exchange? {
            curl_multi_remove_handle(multi, easy)
            return active.removeValue(forKey: easy)
        }
        while true {
            let (arrived, isStopped) = state.withLock { state in
                defer { state.arrived = [] }
                return (state.arrived, state.isStopped)
            }
            waiting += arrived
            for transfer in waiting where transfer.isCancelled || isStopped {
                transfer.finish(.failure(CancellationError()))
            }
            waiting.removeAll { $0.isCancelled || isStopped }
            for (easy, exchange) in active where exchange.transfer.isCancelled || isStopped {
                drop(easy)?.transfer.finish(.failure(CancellationError()))
            }
            if isStopped { break }
            while active.count < settings.connections, !waiting.isEmpty {
                let transfer = waiting.removeFirst()
                do throws(HTTPFailure) {
                    let exchange = try Exchange(transfer, settings)
                    let code = curl_multi_add_handle(multi, exchange.easy)
                    guard code == CURLM_OK else { throw .other(String(cString: curl_multi_strerror(code))) }
                    active[exchange.easy] = exchange
                } catch {
                    transfer.finish(.failure(error))
                }
            }
            var running: Int32 = 0
            var left: Int32 = 0
            var code = curl_multi_perform(multi, &running)
            var hasFinished = false
            while let message = curl_multi_info_read(multi, &left)?.pointee {
                guard message.msg == CURLMSG_DONE, let easy = message.easy_handle else { continue }
                let result = message.data.result
                if let exchange = drop(easy) { exchange.transfer.finish(exchange.result(result)) }
                hasFinished = true
            }
            if hasFinished { continue }
            if code == CURLM_OK { code = curl_multi_poll(multi, nil, 0, Self.longestSleep, nil) }
            if code != CURLM_OK {
                let failure = HTTPFailure.other(String(cString: curl_multi_strerror(code)))
                for easy in active.keys { drop(easy)?.transfer.finish(.failure(failure)) }
                stop()
            }
        }
        let ended = state.withLock { state in
            defer { state = State(isStopped: true, thread: state.thread) }
            return (state.arrived, state.waiting)
        }
        curl_multi_cleanup(multi)
        for transfer in ended.0 { transfer.finish(.failure(CancellationError())) }
        for continuation in ended.1 { continuation.resume() }
    }
}
