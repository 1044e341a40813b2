import FlareKit
import Glibc

/// Reads one document again and again in this process, and prints one line: the document, its size, the median time,
/// the growth of the process's greatest memory over what the text itself needed, and the first complaint.
func measure(_ document: Document) {
    let text = document.text
    let before = peakMemory()
    var times: [Double] = []
    var complaint = "accepted"
    var isAccepted = true
    for _ in 0..<(text.utf8.count > 10_000 ? 5 : 201) {
        let clock = ContinuousClock()
        let took = clock.measure {
            do throws(ConfigurationError) {
                _ = try YAMLReader.read(text, file: "\(document.rawValue).yaml")
            } catch {
                isAccepted = false
                complaint = error.diagnostics.first.map { "refused: \($0.message)" } ?? "refused"
            }
        }
        times.append(Double(took.components.attoseconds) / 1e12 + Double(took.components.seconds) * 1e6)
    }
    let median = times.sorted()[times.count / 2]
    print(document.rawValue, text.utf8.count, median, peakMemory() - before, complaint, separator: "\t")
    if isAccepted != document.isAcceptable { exit(1) }
}

/// The greatest memory of this process so far, in kB.
func peakMemory() -> Int {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return usage.ru_maxrss
}

guard CommandLine.arguments.count == 2, let document = Document(rawValue: CommandLine.arguments[1]) else {
    print(Document.allCases.map(\.rawValue).joined(separator: "\n"))
    exit(0)
}
measure(document)
