import Foundation
import Glibc

extension FileHandle {
    /// All that comes until the other end is closed.
    ///
    /// Other tests raise signals in this process; `readToEnd` takes an interrupted call for an error.
    public func readWhole() -> Data {
        var whole = Data()
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(fileDescriptor, &part, part.count)
            if count > 0 {
                whole.append(contentsOf: part[..<count])
            } else if count == 0 || errno != EINTR {
                return whole
            }
        }
    }
}
