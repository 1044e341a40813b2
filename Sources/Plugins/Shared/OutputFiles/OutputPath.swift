import FlareKit

/// The path of a file that is written; `nil` for standard output.
///
/// - Throws: a complaint where the path leads to something of the installation's.
package func outputPath(of path: OptionPath) throws(OptionComplaint) -> String? {
    switch path.location {
    case .file(let file): return file
    case .standardStream: return nil
    case .builtIn:
        throw OptionComplaint(
            "\"\(path.text)\" is part of the installation", option: "path", expected: "a file to write")
    }
}
