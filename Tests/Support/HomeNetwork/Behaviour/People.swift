/// What people do: browse in sessions, look at their mail, watch.
extension Home {
    /// How likely a session begins, by the hour of the day.
    private static let dayRhythm = [2, 1, 1, 0, 0, 1, 6, 12, 10, 7, 6, 7, 11, 10, 7, 8, 11, 16, 20, 24, 26, 22, 14, 6]

    private mutating func someTime(_ dice: inout Dice) -> Moment {
        dawn + dice.index(weighing: Self.dayRhythm) * Span.hour + dice.below(Span.hour)
    }

    /// Sessions of pages at a reader's pace; a page brings its third parties along.
    mutating func browsing(_ host: Host) {
        var dice = self.dice(for: "browsing \(host.name)")
        let favourites = (0..<9).map { _ in dice.pick(Internet.sites) }
        for _ in 0..<(host.kind == .iphone || host.kind == .android ? dice.between(4...8) : dice.between(2...6)) {
            var moment = someTime(&dice)
            for _ in 0..<(1 + dice.wait(mean: 5)) {
                let site = dice.happens(750) ? dice.pick(favourites) : dice.pick(Internet.sites)
                open(site, by: host, at: moment, &dice)
                for _ in 0..<dice.below(4) {
                    let later = moment + dice.between(80...2500) * Span.millisecond
                    open(dice.pick(Internet.thirdParties), by: host, at: later, &dice)
                }
                moment = moment + 4 * Span.second + dice.wait(mean: 70 * Span.second)
            }
        }
    }

    private mutating func open(_ site: Service, by host: Host, at moment: Moment, _ dice: inout Dice) {
        let back = dice.size(from: 1500, octaves: 8)
        let paths = ["/", "/index.html", "/news", "/search?q=weather", "/static/app.js", "/img/logo.png"]
        let path = dice.pick(paths)
        let type = path.hasSuffix("js") ? "application/javascript" : path.hasSuffix("png") ? "image/png" : "text/html"
        call(
            site, by: host, at: moment, as: host.browser, out: dice.size(from: 400, octaves: 3), back: back,
            lasting: dice.between(Span.second / 5...65 * Span.second),
            request: Request(
                host: site.name, url: path, userAgent: host.browser.userAgent, contentType: type, status: 200,
                length: back),
            &dice)
    }

    /// Phones and Macs look for mail now and then, and more seldom while they lie about.
    mutating func mail(_ host: Host) {
        guard host.kind == .iphone || host.kind == .mac || host.kind == .android else { return }
        var dice = self.dice(for: "mail \(host.name)")
        var moment = dawn + dice.below(30 * Span.minute)
        while isToday(moment) {
            call(
                Internet.imap, by: host, at: moment, as: host.browser, out: dice.between(900...1500),
                back: dice.size(from: 4000, octaves: 4), lasting: dice.between(Span.second / 2...4 * Span.second),
                port: 993, &dice)
            moment = moment + 12 * Span.minute + dice.wait(mean: 25 * Span.minute)
        }
    }

    /// Evenings in front of a screen: one connection after another for the parts of a film; music on the speakers.
    mutating func streaming(_ host: Host) {
        var dice = self.dice(for: "streaming \(host.name)")
        switch host.kind {
        case .television, .stick, .console:
            var moment = dawn + 16 * Span.hour + dice.below(5 * Span.hour)
            let end = moment + dice.between(40...150) * Span.minute
            while moment < end {
                call(
                    dice.pick(Internet.videoNames), by: host, at: moment, as: host.system,
                    out: dice.between(2000...6000), back: dice.size(from: 4_000_000, octaves: 4),
                    lasting: dice.between(20 * Span.second...180 * Span.second), memory: 300, &dice)
                moment = moment + 15 * Span.second + dice.wait(mean: 50 * Span.second)
            }
        case .speaker:
            var moment = someTime(&dice)
            for _ in 0..<dice.between(0...14) {
                call(
                    Internet.music, by: host, at: moment, as: host.system, out: dice.between(900...2000),
                    back: dice.between(2_000_000...6_000_000), lasting: dice.between(20...90) * Span.second, &dice)
                moment = moment + dice.between(140...330) * Span.second
            }
        default: break
        }
    }
}
