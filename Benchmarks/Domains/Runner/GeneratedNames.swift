/// Numbers that look random and are the same in every run (Knuth's MMIX).
struct Dice {
    var state: UInt64
    mutating func roll(_ sides: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(sides))
    }
}

/// Labels drawn as families of malware are known to draw them; nothing is a family's own code.
enum GeneratedNames: String, CaseIterable {
    /// Letters, 5 to 11, as Conficker (Porras, Saidi, Yegneswaran, "An analysis of Conficker's logic", 2009).
    case letters5to11 = "letters, 5-11"
    /// Letters, 12 to 15, as CryptoLocker.
    case letters12to15 = "letters, 12-15"
    /// Letters and digits, 20 to 28, as Gameover Zeus (Andriesse et al., "Highly resilient peer-to-peer botnets", 2013).
    case alphanumeric = "letters and digits, 20-28"
    /// Hexadecimal digits, 16, as of a hash.
    case hexadecimal = "hexadecimal, 16"
    /// Consonants and vowels by turns, 8 to 12, as Kraken; to be pronounceable.
    case pronounceable = "consonant-vowel, 8-12"
    /// Two words of a dictionary, as Suppobox.
    case words = "two words"

    private static let dictionary = [
        "above", "action", "against", "although", "amount", "answer", "apple", "around", "arrive", "beauty", "begin",
        "belief", "between", "bottle", "bright", "broken", "building", "captain", "chief", "choose", "circle",
        "company",
        "condition", "country", "difficult", "distant", "double", "electric", "either", "enough", "evening",
        "experience",
        "father", "flower", "forever", "gentle", "glass", "heaven", "history", "husband", "journey", "kitchen",
        "leader",
        "listen", "machine", "measure", "meeting", "morning", "nothing", "number", "ocean", "perhaps", "picture",
        "pleasant", "position", "prepare", "question", "rather", "school", "several", "silver", "simple", "smoke",
        "station", "strange", "stream", "summer", "system", "through", "tomorrow", "travel", "trouble", "valley",
        "water",
        "weather", "window", "wonder", "yellow",
    ]

    func draw(_ dice: inout Dice) -> String {
        func text(_ signs: String, _ length: Int) -> String {
            let signs = Array(signs)
            return String((0..<length).map { _ in signs[dice.roll(signs.count)] })
        }
        let letters = "abcdefghijklmnopqrstuvwxyz"
        switch self {
        case .letters5to11: return text(letters, 5 + dice.roll(7))
        case .letters12to15: return text(letters, 12 + dice.roll(4))
        case .alphanumeric: return text(letters + "0123456789", 20 + dice.roll(9))
        case .hexadecimal: return text("0123456789abcdef", 16)
        case .pronounceable:
            return (0..<4 + dice.roll(3)).map { _ in text("bcdfghjklmnpqrstvwxz", 1) + text("aeiouy", 1) }.joined()
        case .words:
            return Self.dictionary[dice.roll(Self.dictionary.count)] + Self.dictionary[dice.roll(Self.dictionary.count)]
        }
    }
}
