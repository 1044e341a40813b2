/// A machine in the home.
struct Host: Sendable {
    /// What the machine is, and with it how it behaves.
    enum Kind: String, Sendable {
        case windows, mac, linux, iphone, android
        case television, stick, console, speaker, printer, storage, camera, thermostat, bulb, plug, hub, reader

        /// Somebody sits in front of it and browses.
        var isPersonal: Bool {
            switch self {
            case .windows, .mac, .linux, .iphone, .android: true
            default: false
            }
        }
    }

    let name: String
    let kind: Kind
    let address: String

    /// Software that speaks for it when a person browses.
    var browser: Software {
        switch kind {
        case .windows, .console: .chrome
        case .mac, .iphone: .safari
        case .linux: .firefox
        case .android, .stick: .android
        default: .gadget
        }
    }

    /// Software that speaks for it when it is on its own.
    var system: Software {
        switch kind {
        case .windows: .windows
        case .mac, .iphone: .apple
        case .linux: .apt
        case .android, .stick: .android
        default: .gadget
        }
    }

    /// The server it asks for names: most ask the router; Google's own machines, and the Mac of the story, ask 8.8.8.8.
    var resolver: String {
        switch kind {
        case .stick: Household.publicResolver
        default: address == Household.infected ? Household.publicResolver : Household.router
        }
    }
}

/// The 100 machines behind one router, at 192.168.0.0/24.
enum Household {
    static let router = "192.168.0.1"
    static let broadcast = "192.168.0.255"
    static let publicResolver = "8.8.8.8"
    /// The Mac that calls home.
    static let infected = "192.168.0.53"
    /// Two that looked at the same server by browser: a destination is rarely one host's alone.
    static let curious = ["192.168.0.21", "192.168.0.88"]

    /// How many there are of each kind.
    private static let inventory: [(Host.Kind, Int)] = [
        (.windows, 8), (.mac, 5), (.linux, 2), (.iphone, 12), (.android, 14), (.television, 4), (.stick, 3),
        (.console, 2), (.speaker, 8), (.printer, 2), (.storage, 1), (.camera, 6), (.thermostat, 3), (.bulb, 14),
        (.plug, 10), (.hub, 4), (.reader, 2),
    ]

    static let hosts: [Host] = {
        var hosts: [Host] = []
        var lastOctets = addresses()
        for (kind, count) in inventory {
            for number in 1...count {
                let address = kind == .mac && number == 1 ? infected : "192.168.0.\(lastOctets.removeFirst())"
                hosts.append(Host(name: "\(kind.rawValue)-\(number)", kind: kind, address: address))
            }
        }
        return hosts
    }()

    static func host(at address: String) -> Host? {
        hosts.first { $0.address == address }
    }

    /// The last octets in the order in which the router hands them out; the two curious machines come first and at the
    /// place of the first iPhone, the infected one is set apart.
    private static func addresses() -> [Int] {
        var free = Array(10...109).filter { $0 != 53 && $0 != 21 && $0 != 88 }
        free.insert(21, at: 0)
        free.insert(88, at: 14)
        return free
    }
}

/// What a client shows of itself on the wire.
struct Software: Sendable {
    /// The `User-Agent` header of plain HTTP.
    let userAgent: String
    /// The TLS client hello as JA3's string, and its MD5.
    let ja3: String
    let ja3Hash: String
}

extension Software {
    static let chrome = Software(
        userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            + "Chrome/58.0.3029.110 Safari/537.36",
        ja3: "771,4865-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53-10,"
            + "65281-0-23-35-13-5-18-16-30032-11-10,29-23-24,0",
        ja3Hash: "886e81df452315b861e191e34ade316e")
    static let safari = Software(
        userAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_12_5) AppleWebKit/603.2.4 (KHTML, like Gecko) "
            + "Version/10.1.1 Safari/603.2.4",
        ja3:
            "771,49196-49195-49188-49187-49162-49161-52393-49200-49199-49192-49191-49172-49171-52392-157-156-61-60-53-47,"
            + "65281-0-23-13-5-13172-18-16-11-10,29-23-24-25,0",
        ja3Hash: "a69708a64f853c3bcc214c2c5faf84f3")
    static let firefox = Software(
        userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:53.0) Gecko/20100101 Firefox/53.0",
        ja3: "771,49195-49199-52393-52392-49196-49200-49162-49161-49171-49172-51-57-47-53-10,"
            + "0-23-65281-10-11-35-16-5-13,29-23-24-25,0",
        ja3Hash: "0ffee3ba8e615ad22535e7f771690a28")
    static let windows = Software(
        userAgent: "Microsoft-Delivery-Optimization/10.0",
        ja3:
            "771,49196-49195-49200-49199-159-158-49188-49187-49192-49191-49162-49161-49172-49171-157-156-61-60-53-47-10,"
            + "0-5-10-11-13-35-23-65281,29-23-24,0",
        ja3Hash: "ce5f3254611a8c095a3d821d44539877")
    static let apple = Software(
        userAgent: "CaptiveNetworkSupport-346.50.1 wispr", ja3: safari.ja3, ja3Hash: safari.ja3Hash)
    static let android = Software(
        userAgent: "Dalvik/2.1.0 (Linux; U; Android 7.1.2; Pixel Build/NJH47B)",
        ja3: "771,49195-49196-52393-49199-49200-52392-49161-49162-49171-49172-156-157-47-53,"
            + "65281-0-23-35-13-16-11-10,23-24-25,0",
        ja3Hash: "8d9d89314e99f247da01237d1d5b6e60")
    static let gadget = Software(
        userAgent: "ESP8266HTTPClient",
        ja3: "771,49195-49199-49187-49191-49161-49171-156-60-47-255,0-11-10-13,23-24,0",
        ja3Hash: "a533df9fc81f107d47fbf70096b3af53")
    static let apt = Software(
        userAgent: "Debian APT-HTTP/1.3 (1.4.6)", ja3: firefox.ja3, ja3Hash: firefox.ja3Hash)
    /// The implant's: curl on a Mac.
    static let curl = Software(userAgent: "curl/7.54.0", ja3: safari.ja3, ja3Hash: safari.ja3Hash)
}
