/// A column of kept records: numbers in memory, or, where these were too many, in a file.
struct RecordColumn<Element: BitwiseCopyable & Sendable>: RandomAccessCollection, MutableCollection, Sendable {
    private var memory: ContiguousArray<Element> = []
    private var file: MappedNumbers<Element>?

    init() {}

    init(_ elements: some Sequence<Element>) { memory = ContiguousArray(elements) }

    var startIndex: Int { 0 }
    @inline(__always)
    var endIndex: Int { file?.count ?? memory.count }

    subscript(row: Int) -> Element {
        @inline(__always)
        get {
            guard let file else { return memory[row] }
            return file[row]
        }
        @inline(__always)
        set {
            bring()
            memory[row] = newValue
        }
    }

    mutating func reserveCapacity(_ count: Int) { memory.reserveCapacity(count) }

    @inline(__always)
    mutating func append(_ element: Element) {
        bring()
        memory.append(element)
    }

    mutating func append(contentsOf elements: some Sequence<Element>) {
        bring()
        memory.append(contentsOf: elements)
    }

    static func += (column: inout Self, elements: some Sequence<Element>) { column.append(contentsOf: elements) }

    /// Lets a function fill the column's memory, which has one owner meanwhile.
    mutating func fill(_ body: (inout ContiguousArray<Element>) -> Void) {
        bring()
        var elements: ContiguousArray<Element> = []
        swap(&elements, &memory)
        body(&elements)
        swap(&elements, &memory)
    }

    /// Back to memory, where it can be changed.
    @inline(__always)
    private mutating func bring() {
        guard let file else { return }
        memory = ContiguousArray(file.numbers)
        self.file = nil
    }

    /// Bytes in memory.
    var bytes: Int { memory.count * MemoryLayout<Element>.stride }

    /// Moves the column to a file, if that takes it.
    mutating func spill(to file: SpillFile) {
        guard self.file == nil, !memory.isEmpty else { return }
        guard let mapped = memory.withUnsafeBufferPointer({ file.write($0) }) else { return }
        self.file = mapped
        memory = []
    }

    /// Gives the memory back in which the system keeps parts of the file.
    func release() { file?.release() }
}
