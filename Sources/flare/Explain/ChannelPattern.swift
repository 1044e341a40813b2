import FlareKit
import Foundation

/// Channels as the command line names them: `SRC,DST,PORT`, of which every part may be `*`, and the port left out.
struct ChannelPattern: Sendable {
    let text: String
    private let source: IPAddress?
    private let peer: Peer?
    private let port: UInt16?

    /// - Returns: `nil` for what is no such text.
    init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard (2...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.text = text
        if parts[0] == "*" {
            source = nil
        } else if let address = IPAddress(parts[0]) {
            source = address
        } else {
            return nil
        }
        peer = parts[1] == "*" ? nil : IPAddress(parts[1]).map(Peer.address) ?? .name(parts[1].lowercased())
        if parts.count == 2 || parts[2] == "*" {
            port = nil
        } else if let number = UInt16(parts[2]) {
            port = number
        } else {
            return nil
        }
    }

    func matches(_ key: ChannelKey) -> Bool {
        isNear(key) && (port == nil || key.port == nil || key.port == port)
    }

    /// Whether the two ends are those asked for, at whatever port.
    func isNear(_ key: ChannelKey) -> Bool {
        (source == nil || key.source == source) && (peer == nil || key.peer == peer)
    }
}
