import FlareKit
import TestKit
import Testing

@testable import FlarePipeline

@Suite("Hostile configuration")
struct HostileConfigurationTests {
    @Test("ten thousand unknown options are counted, and the first of them shown")
    func manyUnknownOptions() {
        let keys = (0..<10_000).map { "    k\($0): 1" }.joined(separator: "\n")
        let text = Sample.complaints(Sample.text + "\n" + keys)
        #expect(text.hasSuffix("and 9800 more"))
    }

    @Test("cut, doubled and swapped pieces of a pipeline file are read or refused, and never more than that")
    func mutations() {
        var random = SeededDice(seed: 7)
        let text = Sample.text + "\nenrichers: &e [{plugin: whois}]\nmax_age: ${A:-2h}\nevery: \"5m\"\n"
        let scalars = Array(text.unicodeScalars)
        let odd: [Unicode.Scalar] = [
            "\t", "{", "}", "[", "]", ":", "-", "&", "*", "!", "'", "\"", "\0", "$", "#", "\u{FEFF}",
        ]
        for _ in 0..<1000 {
            var mutated = scalars
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<mutated.count, using: &random)
                let length = min(Int.random(in: 1...20, using: &random), mutated.count - place)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: mutated.removeSubrange(place..<place + length)
                case 1: mutated.insert(contentsOf: mutated[place..<place + length], at: place)
                case 2: mutated[place] = odd.randomElement(using: &random) ?? "x"
                default: mutated.insert(odd.randomElement(using: &random) ?? "x", at: place)
                }
                if mutated.isEmpty { mutated = scalars }
            }
            let shown = Sample.complaints(String(String.UnicodeScalarView(mutated)))
            #expect(!shown.isEmpty)
        }
    }
}
