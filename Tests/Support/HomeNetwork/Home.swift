/// The home while a day is lived in it: who knows which name, which port comes next, and the sensor that listens.
struct Home {
    let seed: UInt64
    /// Midnight at which the day begins, in UTC.
    let dawn: Moment
    private(set) var sensor: Sensor
    private var remembered: [String: Moment] = [:]
    private var nextPort: [String: Int] = [:]
    /// What is going on, for the labels; `nil` for what is neither regular nor malicious.
    var activity: Activity?
    /// What is known of channels, in the order in which they were first seen.
    private(set) var labels: [ChannelLabel] = []
    /// How many calls each of them has.
    private(set) var calls: [ChannelLabel: Int] = [:]

    init(seed: UInt64, dawn: Moment) {
        self.seed = seed
        self.dawn = dawn
        sensor = Sensor(seed: seed)
    }

    func dice(for name: String) -> Dice { Dice(seed: seed, for: name) }

    /// Whether a moment still belongs to the day.
    func isToday(_ moment: Moment) -> Bool {
        moment >= dawn && moment < dawn + Span.day
    }

    mutating func see(_ conversation: Conversation) {
        guard isToday(conversation.start) else { return }
        sensor.see(conversation)
        // Lookups are asked of one resolver for all activities.
        guard let activity, conversation.serverPort != 53 else { return }
        let label = ChannelLabel(conversation, activity)
        if calls[label] == nil { labels.append(label) }
        calls[label, default: 0] += 1
    }

    /// A client port that this machine has not used for a while.
    mutating func port(of client: String, _ dice: inout Dice) -> Int {
        let last = nextPort[client] ?? 49_152 + dice.below(16_000)
        let port = last >= 65_500 ? 49_152 + dice.below(200) : last + 1 + dice.below(3)
        nextPort[client] = port
        return port
    }

    // MARK: Names

    /// Looks a service up unless the machine still remembers it.
    ///
    /// - Parameter memory: seconds for which the answer serves; 0 asks each time.
    /// - Returns: the address to call, and the moment at which it is known.
    mutating func lookUp(
        _ service: Service, by host: Host, at moment: Moment, memory: Int, _ dice: inout Dice
    ) -> (address: String, known: Moment) {
        let address = dice.pick(service.addresses)
        let key = host.address + " " + service.name
        if let until = remembered[key], moment < until { return (address, moment) }
        remembered[key] = moment + memory * Span.second
        let isLocal = host.resolver == Household.router
        let took = dice.between(isLocal ? 300...4000 : 9000...31_000)
        let id = dice.below(65_536)
        // Ethernet, IP and UDP headers, the DNS header, the question; 16 bytes an answer.
        let asked = 14 + 20 + 8 + 12 + service.name.utf8.count + 2 + 4
        see(
            Conversation(
                start: moment, duration: took, transport: .udp, client: host.address,
                clientPort: port(of: host.address, &dice), server: host.resolver, serverPort: 53, state: .established,
                application: "dns", packetsOut: 1, packetsBack: 1, bytesOut: asked,
                bytesBack: asked + 16 * service.addresses.count,
                words: [
                    .query(name: service.name, id: id),
                    .answer(name: service.name, id: id, addresses: service.addresses, lifetime: max(memory, 60)),
                ]))
        return (address, moment + took + dice.between(500...3000))
    }

    // MARK: Connections

    /// Looks a service up and exchanges bytes with it over TLS, or over HTTP where it speaks no TLS.
    ///
    /// - Parameters:
    ///   - out, back: bytes of payload to the server and to the client.
    ///   - lasting: microseconds from the first packet to the last.
    ///   - port: the service's own unless another is given.
    mutating func call(
        _ service: Service, by host: Host, at moment: Moment, as client: Software, out: Int, back: Int, lasting: Int,
        memory: Int = 1800, port: Int? = nil, request: Request? = nil, alert: Rule? = nil, _ dice: inout Dice
    ) {
        let (address, known) = lookUp(service, by: host, at: moment, memory: memory, &dice)
        var words: [Word] = []
        if service.isEncrypted {
            words.append(.handshake(handshake(with: service, as: client)))
        } else {
            let request =
                request
                ?? Request(
                    host: service.name, url: "/", userAgent: client.userAgent, contentType: "text/html", status: 200,
                    length: back)
            words.append(.request(request))
            if let alert { words.insert(.alert(alert, request), at: 0) }
        }
        let packetsOut = 4 + out / 1448 + back / 2896
        let packetsBack = 4 + back / 1448
        see(
            Conversation(
                start: known, duration: lasting, transport: .tcp, client: host.address,
                clientPort: self.port(of: host.address, &dice), server: address, serverPort: port ?? service.port,
                state: .closed, application: service.isEncrypted ? "tls" : "http", packetsOut: packetsOut,
                packetsBack: packetsBack, bytesOut: packetsOut * 66 + 12 + out, bytesBack: packetsBack * 66 + 8 + back,
                words: words))
    }

    private func handshake(with service: Service, as client: Software) -> Handshake {
        let trait = fingerprint(service.name)
        let isShort = trait % 3 == 0
        return Handshake(
            name: service.name, client: client,
            validFrom: dawn + -Int(10 + trait % (isShort ? 60 : 300)) * Span.day, validDays: isShort ? 90 : 365,
            issuer: isShort
                ? "C=US, O=Let's Encrypt, CN=Let's Encrypt Authority X3"
                : "C=US, O=DigiCert Inc, CN=DigiCert SHA2 Secure Server CA")
    }
}
