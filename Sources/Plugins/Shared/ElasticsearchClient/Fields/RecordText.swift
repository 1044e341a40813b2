import RecordArenas

/// Texts in the form that readers of files give them.
package enum RecordText {
    /// Cuts a text where it is long; a host or a domain comes in lower case, without a port and the dot at its end.
    package static func clean(_ text: String, isHost: Bool = false) -> String {
        guard !text.isEmpty else { return "" }
        var text = text
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CONTEXT_TEXT_ROOM)) { room in
                    let length = ContextCleanText(characters.baseAddress, characters.count, isHost, room.baseAddress)
                    return String(decoding: UnsafeRawBufferPointer(room).prefix(length), as: UTF8.self)
                }
            }
        }
    }
}
