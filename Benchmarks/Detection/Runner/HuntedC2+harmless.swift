import SyntheticTraffic

/// Harmless programs that look like what the implants do. Every second one calls from the machine of somebody who browses.
extension HuntedC2.Caller {
    static let harmless: [HuntedC2.Caller] = [
        HuntedC2.Caller("health check of a bare address", every: 30) { server, _ in
            .plain(name: nil) { _, _ in
                Request(
                    host: server, url: "/healthz", agent: "UptimeProbe/2.1", declared: "text/plain"
                )
            }
        },
        HuntedC2.Caller("camera, certificate signed by itself, 8443", every: 60) { _, _ in
            var channel = HuntedC2.Channel.encrypted(
                named: nil, certificate: .selfSigned("C=CN, O=Camera, CN=IPC"), port: 8443,
                print: ClientPrint(ja3: "a533df9fc81f107d47fbf70096b3af53", ja4: "t12i060500_0f2cb44170f4_5f8c8f3d1a2b")
            )
            channel.hosts = 3
            return channel
        },
        HuntedC2.Caller("curl by cron, on a desktop", every: 300) { _, _ in
            .plain(name: "api.weathermap.example.org") { _, _ in
                Request(
                    host: "api.weathermap.example.org", url: "/v2/now?city=Bern", agent: "curl/8.5.0",
                    declared: "application/json")
            }
        },
        HuntedC2.Caller("curl by cron, on a server", every: 300) { _, _ in
            .plain(name: "api.weathermap.example.net") { _, _ in
                Request(
                    host: "api.weathermap.example.net", url: "/v2/now?city=Bern", agent: "curl/8.5.0",
                    declared: "application/json")
            }
        },
        HuntedC2.Caller("updater with versions in its agent", every: 600, .uniform(0.1)) { _, _ in
            .plain(name: "updates.drawtool.com") { number, _ in
                Request(
                    host: "updates.drawtool.com", url: "/check?b=\(4180 + number / 4)",
                    agent: "DrawTool/12.1.\(4180 + number / 4)", declared: "application/xml")
            }
        },
        HuntedC2.Caller("updater with a number of the request in its agent", every: 600, .uniform(0.1)) { _, _ in
            .plain(name: "updates.photopress.com") { number, dice in
                Request(
                    host: "updates.photopress.com", url: "/feed", agent: "PhotoPress/7 (req=\(dice.below(1 << 30)))",
                    declared: "application/xml")
            }
        },
        HuntedC2.Caller("AnyDesk's relay", every: 90, .uniform(0.1)) { _, _ in
            .encrypted(
                named: "relay-3fc2a1d0.net.anydesk.com",
                certificate: .init(
                    subject: "C=DE, O=philandro Software GmbH, CN=AnyNet Relay",
                    issuer: "CN=AnyNet Root CA, O=philandro Software GmbH, C=DE"))
        },
        HuntedC2.Caller("RustDesk, a server of one's own", every: 12) { _, _ in
            HuntedC2.Channel(port: 21_116, name: "rust.ourcompany.org", out: 120...180, back: 100...140) { _, _ in
                .unknown
            }
        },
        HuntedC2.Caller("content network that answers with its own certificate", every: 120, .uniform(0.1)) { _, _ in
            .encrypted(
                named: "static.ourshop.com", certificate: .trusted("default.edgecdn.net", "*.edgecdn.net"))
        },
        HuntedC2.Caller("connection kept for another name of the same service", every: 120, .uniform(0.1)) { _, _ in
            .encrypted(named: "push.mailhouse.com", asking: "imap.mailhouse.com")
        },
        HuntedC2.Caller("messenger of its own protocol on 443", every: 180, .uniform(0.3)) { _, _ in
            HuntedC2.Channel(port: 443, name: "g.chatterbox.net") { _, _ in .unknown }
        },
        HuntedC2.Caller("sensor with a name, same sizes", every: 60) { _, _ in
            var channel = HuntedC2.Channel.encrypted(
                named: "ingest.thermo.io", print: ClientPrint(ja3: "0ffee3ba8e615ad22535e7f771690a28", ja4: nil))
            (channel.out, channel.back, channel.hosts) = (611...613, 404...405, 2)
            return channel
        },
        HuntedC2.Caller("pictures in a newer format", every: 30, .uniform(0.1)) { _, _ in
            .plain(name: "tiles.maphouse.com") { number, _ in
                Request(
                    host: "tiles.maphouse.com", url: "/tile/\(number).png", declared: "image/gif", content: .picture)
            }
        },
        HuntedC2.Caller("old device without Host", every: 300) { _, _ in
            .plain(name: "time.meterworks.com") { _, _ in
                Request(host: nil, url: "/report.cgi", agent: nil, method: "POST", declared: "text/plain")
            }
        },
        HuntedC2.Caller("notebook server on 8888", every: 30) { _, _ in
            .plain(name: "notebooks.ourlab.org", port: 8888) { _, _ in
                Request(host: "notebooks.ourlab.org:8888", url: "/api/status", declared: "application/json")
            }
        },
        HuntedC2.Caller("page that counts its readers by /__utm.gif", every: 60, .uniform(0.1)) { _, _ in
            .plain(name: "stats.newspage.com") { _, _ in
                Request(
                    host: "stats.newspage.com", url: "/__utm.gif?utmwv=5.7", declared: "image/gif", content: .picture)
            }
        },
        HuntedC2.Caller("old browser on a kiosk", every: 60, .uniform(0.2)) { _, _ in
            .plain(name: "kiosk.ourshop.com") { number, _ in
                Request(
                    host: "kiosk.ourshop.com", url: "/index.html?n=\(number)",
                    agent: "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko")
            }
        },
        HuntedC2.Caller("telemetry with a name", every: 120, .uniform(0.05)) { _, _ in
            .encrypted(named: "t1.appcounts.com")
        },
        HuntedC2.Caller("telemetry with a name", every: 300, .uniform(0.05)) { _, _ in
            .encrypted(named: "t2.appcounts.net")
        },
        HuntedC2.Caller("telemetry with a name", every: 60) { _, _ in .encrypted(named: "events.playhouse.io") },
        HuntedC2.Caller("telemetry with a name", every: 600) { _, _ in
            .encrypted(named: "sync.notesapp.com", certificate: .trusted("sync.notesapp.com"))
        },
    ]
}
