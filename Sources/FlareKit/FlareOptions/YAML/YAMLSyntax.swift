/// Makes complaints of libyaml's.
enum YAMLSyntax {
    static func diagnostic(for failure: YAMLEvents.Failure, in source: SourceText) -> Diagnostic {
        let mark = source.mark(failure.place)
        let character = character(at: mark)
        switch failure.problem {
        case "found character that cannot start any token" where character == "\t":
            return Diagnostic("a tab cannot indent YAML", at: mark, suggestion: "use spaces")
        case "found character that cannot start any token":
            return Diagnostic(
                "a value cannot begin with this character", at: mark, suggestion: "put the value in quotes")
        case "mapping values are not allowed in this context":
            return Diagnostic(
                "a \":\" cannot stand here", at: mark,
                suggestion: "check the indentation; a value with \": \" in it needs quotes")
        case "did not find expected key", "did not find expected '-' indicator":
            return Diagnostic(
                "this does not belong to the block that began in line \(failure.contextPlace.line)", at: mark,
                suggestion: "check the indentation")
        case "did not find expected node content":
            return Diagnostic("a value, \"]\" or \"}\" is missing here", at: mark)
        case "could not find expected ':'":
            return Diagnostic(
                "a \":\" is missing after the name in line \(failure.contextPlace.line)", at: mark,
                expected: "NAME: VALUE")
        case "found unexpected end of stream":
            return Diagnostic(
                "the text ends within quotes that began in line \(failure.contextPlace.line)", at: mark,
                suggestion: "close the quotes")
        case "did not find expected ',' or ']'":
            return Diagnostic(
                "the list that began in line \(failure.contextPlace.line) is not closed", at: mark,
                expected: "\",\" or \"]\"")
        case "did not find expected ',' or '}'":
            return Diagnostic(
                "the mapping that began in line \(failure.contextPlace.line) is not closed", at: mark,
                expected: "\",\" or \"}\"")
        default:
            let context = failure.context.map { " \($0)" } ?? ""
            return Diagnostic("this is not YAML: \(failure.problem)\(context)", at: mark)
        }
    }

    private static func character(at mark: SourceMark) -> Unicode.Scalar? {
        mark.source.line(mark.line)?.unicodeScalars.dropFirst(mark.column - 1).first
    }
}

extension SourceText {
    /// A place of libyaml's, which puts the end of a text after its last line.
    fileprivate func mark(_ place: YAMLPlace) -> SourceMark {
        if line(place.line) != nil { return SourceMark(self, line: place.line, column: place.column) }
        var last = place.line
        while last > 1, line(last) == nil { last -= 1 }
        return SourceMark(self, line: last, column: (line(last)?.unicodeScalars.count ?? 0) + 1)
    }
}
