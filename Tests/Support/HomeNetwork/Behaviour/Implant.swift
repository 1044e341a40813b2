/// The story: one machine that calls home, two that came by, and the rule that saw it.
extension Home {
    /// A shell loop on the Mac: look the name up, fetch the page with curl, sleep a minute, all day and night.
    ///
    /// The loop's period is the minute plus the time that curl takes, some 60.3 s; a few calls are lost with the Wi-Fi.
    ///
    /// - Parameter interval: seconds between calls.
    mutating func implant(every interval: Int) {
        guard let mac = Household.host(at: Household.infected) else { return }
        var dice = self.dice(for: "implant")
        let server = Internet.commandServer
        var moment = dawn + dice.between(1...59) * Span.second + dice.below(Span.second)
        var alertAfter = moment
        while isToday(moment) {
            let took = dice.between(90...260) * Span.millisecond + dice.below(Span.millisecond)
            if !dice.happens(6) {
                // The sensor's threshold lets one alert an hour through for a source.
                let isAlerted = moment >= alertAfter
                if isAlerted { alertAfter = moment + Span.hour }
                call(
                    server, by: mac, at: moment, as: .curl, out: 84, back: 1297, lasting: took, memory: 0,
                    request: Request(
                        host: server.name, url: "/", userAgent: Software.curl.userAgent, contentType: "text/html",
                        status: 200, length: 1016),
                    alert: isAlerted ? .curlOutbound : nil, &dice)
            }
            moment = moment + interval * Span.second + took + dice.between(20...90) * Span.millisecond
        }
    }

    /// Two people in the house who opened the same site in a browser.
    mutating func curiosity() {
        for address in Household.curious {
            guard let host = Household.host(at: address) else { continue }
            var dice = self.dice(for: "curiosity \(address)")
            var moment = dawn + 17 * Span.hour + dice.below(2 * Span.hour)
            for _ in 0..<dice.between(5...9) {
                let back = dice.size(from: 4000, octaves: 4)
                call(
                    Internet.commandServer, by: host, at: moment, as: host.browser, out: dice.between(380...520),
                    back: back, lasting: dice.between(Span.second...12 * Span.second), memory: 600, &dice)
                moment = moment + 10 * Span.second + dice.wait(mean: 4 * Span.minute)
            }
        }
    }
}
