#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What standard output can show.
public struct Terminal: Sendable {
    /// Columns; `nil` where nothing limits them: a file, a pipe.
    public var width: Int?
    public var hasColors: Bool

    public init(width: Int?, hasColors: Bool) {
        self.width = width
        self.hasColors = hasColors
    }

    /// Standard output as it is now.
    ///
    /// `COLUMNS` goes before what the terminal says of itself. Colours need a terminal that is not dumb, and no
    /// `NO_COLOR` (no-color.org: set to anything but nothing).
    ///
    /// - Parameter environment: reads a variable.
    public static func standardOutput(
        isTerminal: Bool = isatty(STDOUT_FILENO) == 1, reportedWidth: Int? = reportedWidth(),
        environment: (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
    ) -> Terminal {
        let asked = environment("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        let forbids = !(environment("NO_COLOR") ?? "").isEmpty
        return Terminal(
            width: asked ?? (isTerminal ? reportedWidth ?? 80 : nil),
            hasColors: isTerminal && !forbids && environment("TERM") != "dumb")
    }

    /// The columns that the terminal behind standard output says it has.
    public static func reportedWidth() -> Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}

/// A look of a text on a terminal (ECMA-48, SGR).
enum Style: String {
    case bold = "1"
    case dim = "2"
    case critical = "1;31"
    case high = "31"
    case medium = "33"

    func applied(to text: String) -> String { "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" }
}
