/// The columns of the sensor's other words on a flow: what a `ContextSource` fills.
///
/// Hosts and names are in lower case, without a port and without the dot at the end. A column that holds several texts
/// has them on lines of their own.
extension ColumnName {
    /// The source port; 0 where there is none. It tells which way a record was written down.
    public static let sourcePort = number("src_port")

    /// `dns`: A, AAAA, TXT …
    public static let queryType = text("query_type")
    /// `dns`, `lookup`: the answers' data, a line each; empty for a query without its answer. Of `lookup` commas may stand in
    /// place of line feeds, and answers that are no addresses may be left out.
    public static let answers = text("answers")
    /// `dns`, `lookup`: for how many seconds each answer may be kept, in the order of the answers and separated as they are; empty
    /// where the sensor did not say.
    public static let answerTTLs = text("answer_ttls")
    /// `dns`: NOERROR, NXDOMAIN …
    public static let responseCode = text("response_code")

    /// `dns`: 1 of an answer that the sensor wrote by itself, beside its question. Who asks for it gets such records, as the
    /// client's; who does not gets questions alone.
    public static let isAnswer = number("is_answer")

    /// `tls`, `certificate`: the certificate's subject.
    public static let subject = text("subject")
    /// `tls`, `certificate`: who signed it.
    public static let issuer = text("issuer")
    public static let serial = text("serial")
    /// `tls`: the hash of the server's certificate, or where the sensor has none the id of the file that it was, which is another
    /// one in each handshake; `certificate`: what `tls` records call it by.
    public static let fingerprint = text("fingerprint")
    /// `tls`, `certificate`: the names that it is for, a line each.
    public static let alternativeNames = text("alternative_names")
    /// `tls`, `certificate`: nanoseconds since 1970 from which it is valid.
    public static let validFrom = number("valid_from")
    /// `tls`, `certificate`: nanoseconds since 1970 until which it is valid.
    public static let validUntil = number("valid_until")
    /// `tls`: the protocol's version.
    public static let version = text("version")
    public static let ja3 = text("ja3")
    public static let ja3s = text("ja3s")
    public static let ja4 = text("ja4")

    /// `http`: GET, POST …
    public static let method = text("method")
    /// `http`: as it was asked for, mostly without the host.
    public static let url = text("url")
    public static let userAgent = text("user_agent")
    /// `http`, `file`: the type of the content: as the sensor saw it, else as the server declares it.
    public static let contentType = text("content_type")
    /// `http`, `file`: the type that the server declares in its header, where the sensor looks at the content too.
    public static let declaredType = text("declared_type")
    /// `http`: the status.
    public static let status = number("status")
    /// `http`, `file`: bytes of content.
    public static let length = number("length")

    /// `file`: its name.
    public static let fileName = text("filename")
    /// `file`: the best hash that was logged.
    public static let hash = text("hash")

    /// `ssh`: what the client and the server call themselves.
    public static let clientSoftware = text("client_software")
    public static let serverSoftware = text("server_software")

    /// `alert`: the text of the rule; `notice`: what the sensor remarked.
    public static let signature = text("signature")
    /// `alert`: the rule's number or name.
    public static let signatureID = text("signature_id")
    public static let category = text("category")
    /// `alert`: 1 is the most severe.
    public static let alertSeverity = number("severity")
    /// `alert`: allowed, blocked.
    public static let action = text("action")
    /// `alert`: what the rule says of itself, `key: value` a line.
    public static let metadata = text("metadata")

    /// `process`: the program, with its path where that was logged.
    public static let process = text("process")
    /// `process`: on whose behalf it ran.
    public static let user = text("user")
    /// `process`: how it was started.
    public static let commandLine = text("command_line")
    /// `process`: the name of the machine.
    public static let machine = text("machine")
}
