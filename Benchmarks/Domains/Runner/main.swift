import Domain
import FlareKit
import Foundation

/// From this likelihood on a name is called generated.
let threshold = 0.9
let drawn = 20_000

func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("domain-benchmark: \(message)\n".utf8))
    exit(2)
}

func labels(_ path: String, _ suffixes: PublicSuffixList) throws -> [String] {
    var seen: Set<String> = []
    return try DomainKnowledge.names(path, atMost: .max).compactMap { suffixes.registeredDomain(of: $0)?.label }
        .filter { seen.insert($0).inserted }
}

func percent(_ count: Int, of all: Int) -> String {
    String(format: "%6.2f %%", 100 * Double(count) / Double(max(1, all)))
}

func report(_ title: String, _ names: [String], _ model: NameModel) {
    let likelihoods = names.compactMap { model.likelihood($0) }
    let flagged = likelihoods.count { $0 >= threshold }
    let name = title.padding(toLength: 44, withPad: " ", startingAt: 0)
    print(
        "\(name) \(String(format: "%7d", names.count)) \(String(format: "%7d", likelihoods.count))   \(percent(flagged, of: likelihoods.count))"
    )
}

var arguments = Array(CommandLine.arguments.dropFirst())
let isTraining = arguments.first == "--train"
if isTraining { arguments.removeFirst() }
guard let top = arguments.first else { fail("usage: domain-benchmark [--train] TOP_SITES [FURTHER_NAMES…]") }
guard let text = try? String(contentsOfFile: "configs/domains/public_suffix_list.dat", encoding: .utf8),
    let suffixes = PublicSuffixList(text)
else { fail("configs/domains/public_suffix_list.dat is not there; run it in the project's folder") }
let sites = try labels(top, suffixes)

if isTraining {
    var model = NameModel()
    for label in sites { model.learn(label) }
    model.seal()
    let head =
        "# Three characters in a row, and how often they occur in the registered labels of top sites; ^ is a border.\n"
    try (head + model.text).write(toFile: "configs/domains/name-model.txt", atomically: true, encoding: .utf8)
    print("learned \(sites.count) labels")
    exit(0)
}

// Every fifth name is kept apart.
var model = NameModel()
for (place, label) in sites.enumerated() where place % 5 != 0 { model.learn(label) }
model.seal()
print("names                                           labels  judged   called generated")
report("top sites, learned", sites.enumerated().filter { $0.offset % 5 != 0 }.map(\.element), model)
report("top sites, kept apart", sites.enumerated().filter { $0.offset % 5 == 0 }.map(\.element), model)
for path in arguments.dropFirst() {
    let known = Set(sites)
    report(
        "not learned, of \(URL(fileURLWithPath: path).lastPathComponent)",
        try labels(path, suffixes).filter { !known.contains($0) }, model)
}
var dice = Dice(state: 2026)
for family in GeneratedNames.allCases {
    report("drawn: \(family.rawValue)", (0..<drawn).map { _ in family.draw(&dice) }, model)
}
