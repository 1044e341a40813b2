import FlareKit
import Glibc

/// Names that the system's resolver knows for addresses.
struct ReverseNames: Sendable {
    /// Whether addresses of the internet are asked about too.
    let includesGlobal: Bool
    let concurrency: Int

    func isFor(_ address: IPAddress) -> Bool {
        switch address.scope {
        case .global: includesGlobal
        case .private, .linkLocal, .loopback: true
        default: false
        }
    }

    func names(of addresses: [IPAddress], by deadline: ContinuousClock.Instant) async -> [IPAddress: String] {
        let answers = await Bounded.map(addresses, atOnce: concurrency) { address in
            guard deadline > .now else { return String?.none }
            return await OneOf<String?>.run(by: deadline) { Self.name(of: address) } ?? nil
        }
        return answers.compactMapValues { $0 }
    }

    /// - Returns: `nil` where the resolver knows no name.
    private static func name(of address: IPAddress) -> String? {
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status: Int32
        if let v4 = address.v4 {
            var socket = sockaddr_in()
            socket.sin_family = sa_family_t(AF_INET)
            socket.sin_addr.s_addr = v4.bigEndian
            status = withUnsafePointer(to: &socket) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    getnameinfo(
                        $0, socklen_t(MemoryLayout<sockaddr_in>.size), &host, socklen_t(host.count), nil, 0, NI_NAMEREQD
                    )
                }
            }
        } else {
            var socket = sockaddr_in6()
            socket.sin6_family = sa_family_t(AF_INET6)
            withUnsafeMutableBytes(of: &socket.sin6_addr) {
                $0.storeBytes(of: address.high.bigEndian, toByteOffset: 0, as: UInt64.self)
                $0.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            status = withUnsafePointer(to: &socket) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    getnameinfo(
                        $0, socklen_t(MemoryLayout<sockaddr_in6>.size), &host, socklen_t(host.count), nil, 0,
                        NI_NAMEREQD)
                }
            }
        }
        guard status == 0 else { return nil }
        let bytes = host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return AddressOwner.clean(String(decoding: bytes, as: UTF8.self))
    }
}
