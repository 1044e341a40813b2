import FlareKit
import Foundation
import PeerMatching

/// Numbers that look random and are the same in every run (Knuth's MMIX).
struct Dice {
    var state: UInt64
    mutating func roll(_ sides: UInt64) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % sides
    }
}

/// What the issue of an answer may cost at most, each.
enum Bound {
    static let nanosecondsAMatch = 1000.0
    static let secondsToLoad = 1.0
    static let bytes = 200_000_000
}

let entries = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
let lookups = 1_000_000
var isRight = true
var dice = Dice(state: 14)

/// The process's memory in use now, in bytes (proc(5), statm).
func memory() -> Int {
    let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
}

/// The most memory the process ever used, in bytes.
func peak() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    let took = start.duration(to: .now).components
    return Double(took.seconds) + Double(took.attoseconds) / 1e18
}

@MainActor
func line(_ name: String, _ value: String, _ ok: Bool) {
    print("\(name.padding(toLength: 44, withPad: " ", startingAt: 0)) \(value)\(ok ? "" : "   TOO MUCH")")
    isRight = isRight && ok
}

/// The best of three, in nanoseconds each.
@MainActor
func nanoseconds(_ count: Int, _ body: () -> Int) -> Double {
    (0..<3).map { _ in seconds { if body() < 0 { print("never") } } }.min().map { $0 * 1e9 / Double(count) } ?? 0
}

// Two lists: 9 addresses to each network, and names as top-site lists have them.
var networks: [CIDR] = []
var names: [String] = []
let folder = FileManager.default.temporaryDirectory.appendingPathComponent("matching-\(getpid())")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
do {
    var plain = ""
    var ranked = ""
    for number in 0..<entries {
        let address = IPAddress(v4: UInt32(truncatingIfNeeded: dice.roll(1 << 32)))
        let network = CIDR(address, bits: number % 10 == 0 ? 96 + 16 + Int(dice.roll(15)) : 128)
        networks.append(network)
        plain += (network.bits == 128 ? address.description : network.description) + "\n"
        let name = "site\(dice.roll(1 << 31)).\(["example", "co", "zone\(number % 1000)"][number % 3]).test"
        names.append(name)
        ranked += "\(number + 1),\(name)\n"
    }
    try plain.write(to: folder.appendingPathComponent("plain.txt"), atomically: false, encoding: .utf8)
    try ranked.write(to: folder.appendingPathComponent("top.csv"), atomically: false, encoding: .utf8)
}

/// Loads one list, in a matcher of its own.
@MainActor
func load(_ file: String) throws -> PeerMatcher {
    let before = memory()
    var matcher = PeerMatcher(PeerMatcher.Builder())
    var count = 0
    let took = try seconds {
        var builder = PeerMatcher.Builder()
        count = try ListFile(path: folder.appendingPathComponent(file).path).read(into: &builder, from: 0).entries
        matcher = PeerMatcher(builder)
    }
    line("loading \(file), \(count) entries", String(format: "%.2f s", took), took < Bound.secondsToLoad)
    let grown = memory() - before
    line("  memory it stays in", "\(grown / 1_000_000) MB", grown < Bound.bytes)
    return matcher
}

let addressMatcher = try load("plain.txt")
let nameMatcher = try load("top.csv")

func isIn(_ matcher: PeerMatcher, _ peer: Peer) -> Bool {
    var found = false
    matcher.forEach(matching: peer) { _ in
        found = true
        return false
    }
    return found
}

// Half of what is looked up is in the lists.
let addresses = (0..<lookups).map { number in
    number % 2 == 0
        ? IPAddress(v4: UInt32(truncatingIfNeeded: dice.roll(1 << 32)))
        : networks[Int(dice.roll(UInt64(entries)))].first
}
let hosts = (0..<lookups).map { number in
    number % 2 == 0 ? "www.host\(dice.roll(1 << 31)).example.test" : "a.b." + names[Int(dice.roll(UInt64(entries)))]
}

// The plain way: a set for each length of prefix, and a set of names asked for every ending.
var byLength: [Int: Set<IPAddress>] = [:]
for network in networks { byLength[network.bits, default: []].insert(network.first) }
let nameSet = Set(names)
@MainActor
func plainly(_ address: IPAddress) -> Bool {
    byLength.contains { $0.value.contains(CIDR(address, bits: $0.key).first) }
}
@MainActor
func plainly(_ host: String) -> Bool {
    var rest = host[...]
    while true {
        if nameSet.contains(String(rest)) { return true }
        guard let dot = rest.firstIndex(of: ".") else { return false }
        rest = rest[rest.index(after: dot)...]
    }
}
let checked = min(lookups, 200_000)
let wrong =
    addresses.prefix(checked).count { isIn(addressMatcher, .address($0)) != plainly($0) }
    + hosts.prefix(checked).count { isIn(nameMatcher, .name($0)) != plainly($0) }
line("answers unlike the plain way's, of \(2 * checked)", "\(wrong)", wrong == 0)

let addressTime = nanoseconds(lookups) { addresses.count { isIn(addressMatcher, .address($0)) } }
let plainAddressTime = nanoseconds(checked) { addresses.prefix(checked).count { plainly($0) } }
line(
    "an address",
    String(
        format: "%.0f ns, the plain way %.0f ns (x %.1f)", addressTime, plainAddressTime, plainAddressTime / addressTime
    ),
    addressTime < Bound.nanosecondsAMatch)
let nameTime = nanoseconds(lookups) { hosts.count { isIn(nameMatcher, .name($0)) } }
let plainNameTime = nanoseconds(checked) { hosts.prefix(checked).count { plainly($0) } }
line(
    "a host name",
    String(format: "%.0f ns, the plain way %.0f ns (x %.1f)", nameTime, plainNameTime, plainNameTime / nameTime),
    nameTime < Bound.nanosecondsAMatch)
print("peak of the whole process, both lists and the plain ways: \(peak() / 1_000_000) MB")
exit(isRight ? 0 : 1)
