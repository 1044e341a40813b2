/// What machines do by themselves toward the outside: the time, updates, keeping in touch with their makers.
extension Home {
    /// A clock's polls: rarer as it settles, a little off each time, of a server that the name gives out anew.
    mutating func timeSync(_ host: Host) {
        guard let clock = Internet.clocks.first(where: { $0.kinds.contains(host.kind) }) else { return }
        var dice = self.dice(for: "time \(host.name)")
        var pause = dice.pick([1024, 2048, 4096]) * Span.second
        var moment = dawn + dice.below(pause)
        while isToday(moment) {
            let (address, known) = lookUp(clock.service, by: host, at: moment, memory: 4 * 3600, &dice)
            let isAnswered = !dice.happens(15)
            see(
                Conversation(
                    start: known, duration: isAnswered ? dice.between(8...60) * Span.millisecond : 0, transport: .udp,
                    client: host.address, clientPort: port(of: host.address, &dice), server: address, serverPort: 123,
                    state: isAnswered ? .established : .new, application: "ntp", packetsBack: isAnswered ? 1 : 0,
                    bytesOut: 90, bytesBack: isAnswered ? 90 : 0))
            moment = moment + pause + dice.below(pause / 10)
            if dice.happens(100) { pause = min(pause * 2, 8192 * Span.second) }
        }
    }

    /// Whether there is something new, and whether there is a network at all.
    mutating func updates(_ host: Host) {
        switch host.kind {
        case .windows:
            repeating("updates", host, every: 5 * 3600, give: 2 * 3600) { home, moment, dice in
                home.call(
                    Internet.windowsUpdates, by: host, at: moment, as: .windows, out: 4200, back: 11_300,
                    lasting: 2 * Span.second, &dice)
                guard dice.happens(300) else { return }
                let back = dice.size(from: 500_000, octaves: 5)
                home.call(
                    Internet.windowsDownloads, by: host, at: moment + 9 * Span.second, as: .windows, out: 420,
                    back: back, lasting: 20 * Span.second, &dice)
            }
            probe(Internet.windowsCheck, path: "/ncsi.txt", by: host, every: 3 * 3600, give: 3 * 3600)
        case .mac:
            repeating("updates", host, every: 6 * 3600, give: 3600) { home, moment, dice in
                home.call(
                    Internet.appleUpdates, by: host, at: moment, as: .apple, out: 1100, back: 240_000,
                    lasting: 3 * Span.second, &dice)
            }
            probe(Internet.appleCheck, path: "/hotspot-detect.html", by: host, every: 2 * 3600, give: 2 * 3600)
        case .iphone:
            probe(Internet.appleCheck, path: "/hotspot-detect.html", by: host, every: 3600, give: 2 * 3600)
        case .linux:
            repeating("updates", host, every: 6 * 3600, give: 1800) { home, moment, dice in
                let server = Internet.debianUpdates
                home.call(
                    server, by: host, at: moment, as: .apt, out: 900, back: dice.size(from: 60_000, octaves: 5),
                    lasting: 2 * Span.second,
                    request: Request(
                        host: server.name, url: "/debian/dists/jessie/InRelease", userAgent: Software.apt.userAgent,
                        contentType: nil, status: 200, length: 117_231),
                    alert: .aptOutbound, &dice)
            }
        case .android, .stick:
            probe(Internet.googleCheck, path: "/generate_204", by: host, every: 1800, give: 3600)
        default: break
        }
    }

    /// Gadgets that keep in touch, each at its maker's pace; consoles and printers nearly as steadily as an implant.
    mutating func telemetry(_ host: Host) {
        let (service, pace, give, out, back): (Service, Int, Int, Int, Int)
        switch host.kind {
        case .camera: (service, pace, give, out, back) = (Internet.cameraCloud, 240, 150, 1900, 900)
        case .plug: (service, pace, give, out, back) = (Internet.plugCloud, 800, 300, 1100, 700)
        case .bulb: (service, pace, give, out, back) = (Internet.bulbBroker, 3600, 3600, 1500, 2600)
        case .thermostat: (service, pace, give, out, back) = (Internet.thermostatCloud, 900, 400, 2400, 1300)
        case .hub: (service, pace, give, out, back) = (Internet.hubCloud, 1500, 600, 1300, 900)
        case .speaker: (service, pace, give, out, back) = (Internet.speakerCloud, 600, 1800, 3300, 800)
        case .printer: (service, pace, give, out, back) = (Internet.printerCloud, 1800, 3, 1200, 800)
        case .reader: (service, pace, give, out, back) = (Internet.readerCloud, 5400, 5400, 1900, 2300)
        case .console: (service, pace, give, out, back) = (Internet.consoleCloud, 300, 2, 1600, 600)
        case .storage: (service, pace, give, out, back) = (Internet.storageCloud, 21_600, 600, 1400, 5200)
        case .iphone: (service, pace, give, out, back) = (Internet.icloud, 2400, 5400, 2700, 3100)
        case .mac: (service, pace, give, out, back) = (Internet.push, 3600, 7200, 2700, 3600)
        default: return
        }
        repeating("telemetry", host, every: pace, give: give) { home, moment, dice in
            home.call(
                service, by: host, at: moment, as: host.system, out: out + dice.below(out / 4),
                back: back + dice.below(back / 2), lasting: dice.between(Span.second / 4...3 * Span.second),
                memory: 3600, &dice)
        }
    }

    private mutating func probe(_ service: Service, path: String, by host: Host, every pause: Int, give: Int) {
        repeating("probe", host, every: pause, give: give) { home, moment, dice in
            home.call(
                service, by: host, at: moment, as: host.system, out: 160, back: 280,
                lasting: dice.between(30...200) * Span.millisecond,
                request: Request(
                    host: service.name, url: path, userAgent: host.system.userAgent, contentType: "text/html",
                    status: path.hasSuffix("204") ? 204 : 200, length: 69), &dice)
        }
    }

    /// Does something all day long, at pauses of `every` seconds and up to `give` more.
    private mutating func repeating(
        _ what: String, _ host: Host, every pause: Int, give: Int, _ act: (inout Home, Moment, inout Dice) -> Void
    ) {
        var dice = self.dice(for: "\(what) \(host.name)")
        var moment = dawn + dice.below(pause * Span.second)
        while isToday(moment) {
            act(&self, moment, &dice)
            moment = moment + pause * Span.second + dice.below(give * Span.second)
        }
    }
}
