import SyntheticTraffic

/// Implants each of which lies in one way alone, behind calls that are otherwise everybody's.
extension HuntedC2.Caller {
    /// What the others are compared with: the calls alone, for a name and by a program as everybody's.
    static let plain = [HuntedC2.Caller("no lie: the calls alone") { _, dice in .encrypted(named: Names.drawn(&dice)) }]

    static let lies: [HuntedC2.Caller] = [
        HuntedC2.Caller("programs as pictures") { _, dice in
            let name = Names.drawn(&dice)
            return .plain(name: name) { number, dice in
                let isProgram = dice.chance(0.4)
                return Request(
                    host: name, url: "/img/\(number).gif", declared: "image/gif",
                    content: isProgram ? .program : .picture)
            }
        },
        HuntedC2.Caller("address as Host") { server, _ in
            .plain(name: nil) { number, _ in Request(host: server, url: "/news/\(number)") }
        },
        HuntedC2.Caller("no Host") { _, dice in
            .plain(name: Names.drawn(&dice)) { number, _ in Request(host: nil, url: "/news/\(number)") }
        },
        HuntedC2.Caller("SNI against certificate") { _, dice in
            let name = Names.drawn(&dice)
            return .encrypted(
                named: name, asking: "www.microsoft.com", certificate: .trusted(name, "www.\(name)"))
        },
        HuntedC2.Caller("SNI against lookup, no certificate seen") { _, dice in
            .encrypted(named: Names.drawn(&dice), asking: "www.\(Names.drawn(&dice))")
        },
        HuntedC2.Caller("no SNI, certificate signed by itself") { _, _ in
            .encrypted(named: nil, certificate: .selfSigned("C=US, ST=WA, O=Acme, CN=web01"))
        },
        HuntedC2.Caller("agent that nobody else has") { _, dice in
            let name = Names.drawn(&dice)
            return .plain(name: name) { number, _ in
                Request(host: name, url: "/news/\(number)", agent: "Mozilla/4.0 (compatible; MSIE 8.0; Win32)")
            }
        },
        HuntedC2.Caller("another agent on every call") { _, dice in
            let name = Names.drawn(&dice)
            return .plain(name: name) { number, dice in
                Request(
                    host: name, url: "/news/\(number)",
                    agent:
                        "Mozilla/5.0 (Windows NT 10.0; rv:\(dice.below(90) + 20).\(number)) Gecko/20100101 Firefox/91.0"
                )
            }
        },
        HuntedC2.Caller("one URI over and over") { _, dice in
            let name = Names.drawn(&dice)
            return .plain(name: name) { _, _ in Request(host: name, url: "/gate.php", method: "POST") }
        },
        HuntedC2.Caller("same size up and down") { _, dice in
            var channel = HuntedC2.Channel.encrypted(named: Names.drawn(&dice))
            (channel.out, channel.back) = (812...814, 1204...1209)
            return channel
        },
        HuntedC2.Caller("no TLS on its port, address not looked up") { _, _ in
            HuntedC2.Channel(port: 443) { _, _ in .unknown }
        },
        HuntedC2.Caller("no TLS on its port, address looked up") { _, dice in
            HuntedC2.Channel(port: 443, name: Names.drawn(&dice)) { _, _ in .unknown }
        },
        HuntedC2.Caller("three of these at once: address as Host, one URI, same size") { server, _ in
            var channel = HuntedC2.Channel.plain(name: nil) { _, _ in
                Request(host: server, url: "/gate.php", method: "POST")
            }
            (channel.out, channel.back) = (512...514, 304...306)
            return channel
        },
    ]
}

extension HuntedC2.Channel {
    static func plain(
        name: String?, port: Int = 80, _ request: @escaping (Int, inout SeededGenerator) -> Request
    ) -> HuntedC2.Channel {
        HuntedC2.Channel(port: port, name: name) { .request(request($0, &$1)) }
    }

    /// - Parameter asking: SNI, where it is not the name that was looked up.
    static func encrypted(
        named name: String?, asking: String? = nil, certificate: ServerCertificate? = nil, port: Int = 443,
        print: ClientPrint = .browser
    ) -> HuntedC2.Channel {
        let handshake = Handshake(name: asking ?? name, certificate: certificate, print: print)
        return HuntedC2.Channel(port: port, name: name) { _, _ in .handshake(handshake) }
    }
}

/// Names that are made up.
enum Names {
    static let sites = [
        "harbour", "mapleroad", "tealeaf", "oldmill", "riverside", "sunfield", "bluedoor", "lantern", "cobble",
        "meadow",
    ]

    static func drawn(_ dice: inout SeededGenerator) -> String {
        "api.\(dice.pick(sites))\(dice.pick(["shop", "app", "hub", "cloud", "team"])).\(dice.pick(["com", "net", "io"]))"
    }
}
