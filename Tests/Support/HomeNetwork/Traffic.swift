/// One exchange between two machines, as it went over the wire.
struct Conversation {
    enum Transport: String {
        case tcp = "TCP"
        case udp = "UDP"
    }

    /// Suricata's name for how far a flow came.
    enum State: String {
        case new, established, closed
    }

    var start: Moment
    /// Microseconds from the first packet to the last.
    var duration: Int
    var transport: Transport
    var client: String
    var clientPort: Int
    var server: String
    var serverPort: Int
    var state: State
    /// What the sensor recognised: `dns`, `http`, `tls`, `ntp`, `failed`; `nil` where it says nothing.
    var application: String?
    var packetsOut = 1
    var packetsBack = 0
    /// Bytes of whole frames, as Suricata counts them.
    var bytesOut: Int
    var bytesBack = 0
    /// What the sensor wrote down besides the flow, in the order in which it happened.
    var words: [Word] = []
}

/// What the sensor says about a conversation besides that it took place.
enum Word {
    case query(name: String, id: Int)
    case answer(name: String, id: Int, addresses: [String], lifetime: Int)
    case request(Request)
    case handshake(Handshake)
    case alert(Rule, Request)
    case lease(address: String, hardware: String, id: Int)
}

/// An HTTP request and its answer.
struct Request {
    var host: String
    var url: String
    var userAgent: String
    var contentType: String?
    var status: Int
    /// Bytes of the answer's body.
    var length: Int
    var method = "GET"
}

/// A TLS handshake.
struct Handshake {
    var name: String
    var client: Software
    /// The first day of the server's certificate, which is good for 90 or for 365.
    var validFrom: Moment
    var validDays: Int
    var issuer: String
}

/// A rule of the sensor that fired.
struct Rule {
    var id: Int
    var revision: Int
    var signature: String
    var category: String
    var severity: Int

    static let curlOutbound = Rule(
        id: 2_013_028, revision: 4, signature: "ET POLICY curl User-Agent Outbound",
        category: "Attempted Information Leak", severity: 2)
    static let aptOutbound = Rule(
        id: 2_013_504, revision: 5,
        signature: "ET POLICY GNU/Linux APT User-Agent Outbound likely related to package management",
        category: "Not Suspicious Traffic", severity: 3)
}
