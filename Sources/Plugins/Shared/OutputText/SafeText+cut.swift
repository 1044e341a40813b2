extension SafeText {
    /// The text made safe to show, on one line and of at most `limit` characters; a longer one ends with `…`.
    ///
    /// Counted in Unicode scalars, so that a tower of joined characters is no way around the limit.
    package static func line(_ text: String, limit: Int) -> String {
        // What lies far beyond the limit need not be looked at.
        let scalars = text.unicodeScalars.prefix(limit * 4)
        let safe = shown(String(String.UnicodeScalarView(scalars)))
        let view = safe.unicodeScalars
        guard view.count > limit || scalars.endIndex < text.unicodeScalars.endIndex else { return safe }
        return String(String.UnicodeScalarView(view.prefix(limit - 1))) + "…"
    }
}
