/// What a machine does regularly.
enum Activity: String {
    case implant, time, updates, telemetry
    case localChatter = "local chatter"

    var isMalicious: Bool { self == .implant }
}

/// What is known of a channel of the day: the implant, and what calls by nature.
struct ChannelLabel: Hashable {
    let client: String
    let server: String
    let port: Int
    let transport: Conversation.Transport
    let activity: Activity

    init(_ conversation: Conversation, _ activity: Activity) {
        client = conversation.client
        server = conversation.server
        port = conversation.serverPort
        transport = conversation.transport
        self.activity = activity
    }

    static let head = "src_ip,dest_ip,dest_port,proto,label,malicious,periodic"

    /// With fewer calls nobody can tell a rhythm.
    private static let fewestCalls = 12

    /// A row of a CSV as `flare eval --truth` takes it.
    func row(calls: Int) -> String {
        "\(client),\(server),\(port),\(transport.rawValue.lowercased()),\(activity.rawValue),"
            + "\(activity.isMalicious ? 1 : 0),\(calls >= Self.fewestCalls ? 1 : 0)"
    }
}
