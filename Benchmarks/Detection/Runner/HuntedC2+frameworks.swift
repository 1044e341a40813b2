import SyntheticTraffic

/// Frameworks and trojans as they come, by what is publicly documented of each: configs/frameworks has the sources. Where no default
/// sleep is known, it is drawn as that of the liars.
extension HuntedC2.Caller {
    static let frameworks: [HuntedC2.Caller] = [
        HuntedC2.Caller("Cobalt Strike, HTTPS", every: 60) { _, _ in
            .encrypted(
                named: nil,
                certificate: .selfSigned(
                    "C=Earth, ST=Cyberspace, L=Somewhere, O=cobaltstrike, OU=AdvancedPenTesting, CN=Major Cobalt Strike",
                    serial: "08:BB:00:EE", age: 300),
                print: ClientPrint(
                    ja3: "72a589da586844d7f0818ce684948eea", ja3s: "ae4edc6faf64d08308082ad26be60767",
                    ja4: "t12i190700_d83cc789557e_16bbda4055b2"))
        },
        HuntedC2.Caller("Cobalt Strike, HTTP", every: 60) { server, dice in
            let url = dice.pick([
                "/dpixel", "/__utm.gif", "/pixel.gif", "/ca", "/ptj", "/j.ad", "/match", "/updates.rss",
            ])
            return .plain(name: nil) { _, _ in
                Request(
                    host: server, url: url,
                    agent: "Mozilla/4.0 (compatible; MSIE 6.0;Windows NT 5.1)",
                    declared: "application/octet-stream")
            }
        },
        HuntedC2.Caller("Sliver, mTLS", every: 75, .uniform(0.2)) { _, _ in
            .encrypted(
                named: nil, port: 8888,
                print: ClientPrint(
                    ja3: "19e29534fd49dd27d09234e639c4057e", ja4: "t13i190900_9dc949149365_97f8aa674fd9"))
        },
        HuntedC2.Caller("Mythic, HTTP", every: 10, .uniform(0.23)) { server, _ in
            .plain(name: nil) { number, dice in
                let isTask = dice.chance(0.9)
                return Request(
                    host: server, url: isTask ? "/index?q=\(dice.below(1 << 30))" : "/data",
                    agent: "Mozilla/5.0 (Windows NT 6.3; Trident/7.0; rv:11.0) like Gecko",
                    method: isTask ? "GET" : "POST")
            }
        },
        HuntedC2.Caller("Havoc, HTTP", every: 2, .uniform(0.15)) { server, _ in
            .plain(name: nil) { _, dice in
                Request(
                    host: server, url: dice.pick(["/funny_cat.gif", "/helloworld.js"]),
                    agent: "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) "
                        + "Chrome/96.0.4664.110 Safari/537.36", method: "POST")
            }
        },
        HuntedC2.Caller("Metasploit, TCP, nobody listens", every: 10) { _, _ in
            HuntedC2.Channel(port: 4444, out: 60...180) { _, _ in .silence }
        },
        HuntedC2.Caller("Empire, HTTP", every: 5) { server, _ in
            .plain(name: nil) { _, dice in
                Request(
                    host: server,
                    url: dice.pick(["/admin/get.php", "/news.php", "/login/process.php"]),
                    agent: "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko")
            }
        },
        HuntedC2.Caller("Covenant, HTTP", every: 5, .uniform(0.1)) { server, _ in
            .plain(name: nil) { _, dice in
                Request(
                    host: server,
                    url: dice.pick(["/en-us/index.html", "/en-us/docs.html", "/en-us/test.html"]),
                    agent: "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) "
                        + "Chrome/41.0.2228.0 Safari/537.36")
            }
        },
        HuntedC2.Caller("Merlin, HTTP", every: 30, .uniform(0.1)) { server, _ in
            .plain(name: nil) { _, _ in
                Request(
                    host: server, url: "/",
                    agent: "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                        + "Chrome/40.0.2214.85 Safari/537.36", method: "POST", declared: "application/octet-stream")
            }
        },
        HuntedC2.Caller("PoshC2, HTTPS", every: 5, .uniform(0.2)) { _, _ in
            .encrypted(
                named: nil,
                certificate: .selfSigned(
                    "C=US, ST=Minnesota, L=Minnetonka, O=Pajfds, OU=Jethpro, CN=P18055077", age: 20))
        },
        HuntedC2.Caller("Brute Ratel, HTTPS") { _, _ in
            .encrypted(
                named: nil,
                certificate: .selfSigned("C=US, ST=California, O=Microsoft, OU=Security, CN=localhost", age: 20))
        },
        HuntedC2.Caller("AsyncRAT") { _, dice in
            .encrypted(
                named: nil, certificate: .selfSigned("CN=AsyncRAT Server", age: 200),
                port: dice.pick([6606, 7707, 8808]),
                print: ClientPrint(
                    ja3: "fc54e0d16d9764783542f0146a98b300", ja3s: "b74704234e6128f33bff9865696e31b3", ja4: nil))
        },
        HuntedC2.Caller("DcRAT") { _, _ in
            .encrypted(
                named: nil,
                certificate: .init(
                    subject: "CN=DcRat", issuer: "CN=DcRat Server, OU=qwqdanchun, O=DcRat By qwqdanchun, L=SH, C=CN",
                    age: 200), port: 8848,
                print: ClientPrint(
                    ja3: "fc54e0d16d9764783542f0146a98b300", ja3s: "b74704234e6128f33bff9865696e31b3", ja4: nil))
        },
        HuntedC2.Caller("Quasar") { _, _ in
            .encrypted(
                named: nil, certificate: .selfSigned("CN=Quasar Server CA", age: 200), port: 4782,
                print: ClientPrint(ja3: "c12f54a3f91dc7bafd92cb59fe009a35", ja4: nil))
        },
        HuntedC2.Caller("njRAT, TCP") { _, dice in
            HuntedC2.Channel(port: 1177, name: "\(dice.pick(Names.sites)).ddns.net") { _, _ in .unknown }
        },
        HuntedC2.Caller("Remcos, TLS") { _, _ in
            .encrypted(
                named: nil, port: 2404,
                print: ClientPrint(
                    ja3: "a85be79f7b569f1df5e6087b69deb493", ja4: "t13i010400_0f2cb44170f4_5c4c70b73fa0"))
        },
        HuntedC2.Caller("NetSupport, HTTP on 443", every: 60) { server, _ in
            .plain(name: nil, port: 443) { _, _ in
                Request(
                    host: server, url: "http://\(server)/fakeurl.htm",
                    agent: "NetSupport Manager/1.3", method: "POST")
            }
        },
        HuntedC2.Caller("Trickbot, TLS") { _, dice in
            .encrypted(
                named: nil, certificate: .selfSigned("C=AU, ST=Some-State, O=Internet Widgits Pty Ltd", age: 30),
                port: dice.pick([447, 449]),
                print: ClientPrint(
                    ja3: "6734f37431670b3ab4292b8f60f29984", ja3s: "623de93db17d313345d7ea481e7443cf", ja4: nil))
        },
        HuntedC2.Caller("Emotet, HTTPS") { _, dice in
            .encrypted(
                named: nil,
                certificate: .selfSigned(
                    "C=GB, ST=London, L=London, O=Global Security, OU=IT Department, CN=example.com"),
                port: dice.pick([443, 7080, 8080]),
                print: ClientPrint(
                    ja3: "4d7a28d6f2263ed61de88ca66eb011e3", ja3s: "80b3a14bccc8598a1f3bbe83e71f735f", ja4: nil))
        },
        HuntedC2.Caller("IcedID, HTTPS", every: 300, .uniform(0.1)) { _, dice in
            .encrypted(
                named: Names.drawn(&dice),
                certificate: .selfSigned("CN=localhost, C=AU, ST=Some-State, O=Internet Widgits Pty Ltd", age: 10),
                print: ClientPrint(
                    ja3: "a0e9f5d64349fb13191bc781f81f42e1", ja4: "t13d201100_2b729b4bf6f3_9e7b989ebec8"))
        },
        HuntedC2.Caller("Qakbot, TLS on 65400") { _, _ in
            .encrypted(
                named: nil,
                certificate: .init(subject: "C=DE, OU=Uvsdtm, CN=qezlfa.biz", issuer: "C=DE, O=Zeoipa, CN=qezlfa.biz"),
                port: 65_400)
        },
    ]
}
