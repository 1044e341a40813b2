import FlareKit
import FoundationEssentials
import HTTP
import Synchronization

/// RDAP over HTTPS (RFC 7480 to 9224): the server is found by IANA's bootstrap files.
final class RDAPProvider: OwnerProvider {
    let name = "rdap"
    private let bootstrap: [String]
    private let timeout: Duration
    private let concurrency: Int
    private let cache: OwnerCache?
    /// Servers in clear text are asked only where the user names bootstrap files of his own.
    private let allowsPlain: Bool
    /// Until when a server wants to be left alone.
    private let pauses = Mutex<[String: ContinuousClock.Instant]>([:])

    static let standardBootstrap = ["https://data.iana.org/rdap/ipv4.json", "https://data.iana.org/rdap/ipv6.json"]
    /// How long bootstrap files are good for, in seconds; IANA's own say a day.
    private static let bootstrapLife: Int64 = 86_400
    private static let mostRedirects = 5
    private static let longestAnswer = 1 << 20
    private static let longestBootstrap = 8 << 20
    private static let mostTries = 3
    /// Where a server says "too many" and not for how long.
    private static let defaultPause = Duration.seconds(2)

    init(bootstrap: [String] = [], timeout: Duration, concurrency: Int, cache: OwnerCache?) {
        self.bootstrap = bootstrap.isEmpty ? Self.standardBootstrap : bootstrap
        self.timeout = timeout
        self.concurrency = concurrency
        self.cache = cache
        allowsPlain = !bootstrap.isEmpty
    }

    var disclosure: String? {
        "rdap sends global addresses of findings to the registries' servers that \(bootstrap.joined(separator: " and ")) "
            + "name, over HTTPS"
    }

    func answers(to addresses: [IPAddress], by deadline: ContinuousClock.Instant) async -> [IPAddress: OwnerAnswer] {
        var settings = HTTPSettings()
        settings.connectTimeout = timeout
        settings.connections = concurrency
        do {
            let client = try HTTPClient(settings)
            let answers = await answers(to: addresses, client, by: deadline)
            await client.close()
            return answers
        } catch {
            return Self.failures(of: addresses, "rdap: \(error)")
        }
    }

    private static func failures(of addresses: [IPAddress], _ reason: String) -> [IPAddress: OwnerAnswer] {
        Dictionary(addresses.map { ($0, .failed(reason)) }) { first, _ in first }
    }

    private func answers(to addresses: [IPAddress], _ client: HTTPClient, by deadline: ContinuousClock.Instant) async
        -> [IPAddress: OwnerAnswer]
    {
        let families: [RDAPBootstrap]
        do throws(Fault) {
            families = try await loadBootstrap(client, by: deadline)
        } catch {
            return Self.failures(of: addresses, "rdap bootstrap: \(error)")
        }
        return await Bounded.map(addresses, atOnce: concurrency) { [allowsPlain] address in
            let server = families.lazy.compactMap { $0.server(for: address, allowsPlain: allowsPlain) }.first
            guard let server else { return .unknown }
            let url = server + (server.hasSuffix("/") ? "" : "/") + "ip/\(address)"
            do throws(Fault) {
                let json = try await self.json(at: url, client, atMost: Self.longestAnswer, by: deadline)
                guard let owner = RDAPAnswer(json).owner(of: address) else {
                    return .failed("\(Self.host(of: url)): its answer is about another network")
                }
                return owner.isEmpty ? .unknown : .owner(owner)
            } catch {
                if case .status(404) = error { return .unknown }
                return .failed("\(Self.host(of: url)): \(error)")
            }
        }
    }

    /// Why a request came to nothing.
    private enum Fault: Error, CustomStringConvertible {
        case status(Int)
        case rateLimited
        case timedOut
        case noConnection(String)
        case tooLong
        case notJSON
        case badRedirect(String)

        var description: String {
            switch self {
            case .status(let code): "HTTP status \(code)"
            case .rateLimited: "asked too often, it wants to be left alone for longer than this run waits"
            case .timedOut: "no answer in time"
            case .noConnection(let reason): "no connection (\(reason))"
            case .tooLong: "the answer does not end"
            case .notJSON: "the answer is no JSON"
            case .badRedirect(let target): "it redirects to \(target)"
            }
        }
    }

    private func loadBootstrap(_ client: HTTPClient, by deadline: ContinuousClock.Instant) async throws(Fault)
        -> [RDAPBootstrap]
    {
        var families: [RDAPBootstrap] = []
        for place in bootstrap {
            let json: AnyJSON
            if let text = cache?.text("bootstrap \(place)"), let known = Self.decode(Array(text.utf8)) {
                json = known
            } else if place.hasPrefix("https://") || place.hasPrefix("http://") {
                let bytes = try await bytes(at: place, client, atMost: Self.longestBootstrap, by: deadline)
                guard let decoded = Self.decode(bytes) else { throw .notJSON }
                json = decoded
                cache?.keep("bootstrap \(place)", String(decoding: bytes, as: UTF8.self), seconds: Self.bootstrapLife)
            } else {
                guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: place)),
                    let decoded = Self.decode(Array(bytes))
                else { throw .notJSON }
                json = decoded
            }
            guard let family = RDAPBootstrap(json) else { throw .notJSON }
            families.append(family)
        }
        return families
    }

    private static func decode(_ bytes: [UInt8]) -> AnyJSON? {
        try? JSONDecoder().decode(AnyJSON.self, from: Data(bytes))
    }

    private func json(
        at url: String, _ client: HTTPClient, atMost longest: Int, by deadline: ContinuousClock.Instant
    ) async throws(Fault) -> AnyJSON {
        guard let json = Self.decode(try await bytes(at: url, client, atMost: longest, by: deadline)) else {
            throw .notJSON
        }
        return json
    }

    /// Fetches a page, following redirects and waiting where the server asks for it.
    private func bytes(
        at url: String, _ client: HTTPClient, atMost longest: Int, by deadline: ContinuousClock.Instant
    ) async throws(Fault) -> [UInt8] {
        var url = url
        var seen: Set<String> = [url]
        var tries = 0
        while true {
            try await waitForPause(of: Self.host(of: url), by: deadline)
            let response = try await get(url, client, atMost: longest, by: deadline)
            switch response.status {
            case 200: return response.body
            case 301, 302, 303, 307, 308:
                let target = response.header("location").flatMap {
                    URL(string: $0, relativeTo: URL(string: url))
                }
                guard let next = target?.absoluteString, seen.insert(next).inserted, seen.count <= Self.mostRedirects,
                    next.hasPrefix("https://")
                        || (allowsPlain && next.hasPrefix("http://") && !url.hasPrefix("https://"))
                else { throw .badRedirect(target.map { AddressOwner.clean($0.absoluteString) ?? "" } ?? "nowhere") }
                url = next
            case 429, 503:
                tries += 1
                guard tries < Self.mostTries else { throw .rateLimited }
                let pause =
                    response.header("retry-after").flatMap(RetryAfter.init)?.pause ?? Self.defaultPause
                let host = Self.host(of: url)
                pauses.withLock { $0[host] = ContinuousClock.now.advanced(by: pause) }
            default: throw .status(response.status)
            }
        }
    }

    private func waitForPause(of host: String, by deadline: ContinuousClock.Instant) async throws(Fault) {
        guard let end = pauses.withLock({ $0[host] }), end > .now else { return }
        guard end < deadline else { throw .rateLimited }
        do {
            try await Task.sleep(until: end, clock: .continuous)
        } catch {
            throw .timedOut
        }
    }

    private func get(
        _ url: String, _ client: HTTPClient, atMost longest: Int, by deadline: ContinuousClock.Instant
    ) async throws(Fault) -> HTTPResponse {
        let request = HTTPRequest(
            url: url,
            headers: [("Accept", "application/rdap+json, application/json"), ("User-Agent", "flare")],
            timeout: min(timeout, ContinuousClock.now.duration(to: deadline)), longestAnswer: longest)
        do {
            return try await client.send(request)
        } catch HTTPFailure.timeout, HTTPFailure.connectTimeout {
            throw .timedOut
        } catch HTTPFailure.tooLong {
            throw .tooLong
        } catch {
            throw .noConnection(AddressOwner.clean("\(error)") ?? "")
        }
    }

    private static func host(of url: String) -> String {
        let rest = url.split(separator: "/", maxSplits: 2).last.map(String.init) ?? url
        return String(rest.prefix { $0 != "/" })
    }
}

/// The header Retry-After (RFC 9110, section 10.2.3): seconds, or a date.
struct RetryAfter {
    let pause: Duration

    /// Nobody waits longer.
    private static let longest = 86_400.0

    /// - Returns: `nil` for a text that is neither.
    init?(_ text: String) { self.init(text, now: Date()) }

    init?(_ text: String, now: Date) {
        if let seconds = Double(text), seconds >= 0 {
            pause = .seconds(min(seconds, Self.longest))
            return
        }
        // "Sun, 06 Nov 1994 08:49:37 GMT"
        let words = text.split { $0 == " " || $0 == "," || $0 == ":" }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard words.count == 8, let month = months.firstIndex(of: String(words[2])), let day = Int(words[1]),
            let year = Int(words[3]), let hour = Int(words[4]), let minute = Int(words[5]), let second = Int(words[6]),
            let zone = TimeZone(secondsFromGMT: 0)
        else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let parts = DateComponents(year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second)
        guard let date = calendar.date(from: parts) else { return nil }
        pause = .seconds(min(max(0, date.timeIntervalSince(now)), Self.longest))
    }
}
