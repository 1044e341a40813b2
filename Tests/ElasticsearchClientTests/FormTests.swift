import FlareKit
import HTTP
import RecordSchemas
import Testing

@testable import ElasticsearchClient
@testable import ElasticsearchRecords

@Suite("the forms of what is sent and read")
struct FormTests {
    @Test("JSON is read as it is written", arguments: [#"{"a":[1,-2.5,true,null,"x\"\\\n"],"b":{}}"#, "[]", #""é""#])
    func json(_ text: String) throws {
        #expect(try JSON(parsing: Array(text.utf8)).description == text)
    }

    @Test(
        "what is no JSON is refused",
        arguments: [#"{"a":1"#, "[1,]", #"{"a" 1}"#, "tru", #""open"#, "1 2", "", #"{"a":}"#, "nope"])
    func notJSON(_ text: String) {
        #expect(throws: JSONError.self) { try JSON(parsing: Array(text.utf8)) }
    }

    @Test("counts of channels stop at the largest number")
    func largeCounts() throws {
        var channels = ClusterChannels(ignoring: [])
        for key in [#"{"s":"10.0.0.1","d":"203.0.113.9","p":443,"t":"tcp"}"#, #"{"s":"no address"}"#] {
            for _ in 0..<3 {
                try channels.add(
                    JSON(parsing: Array(#"{"key":\#(key),"doc_count":4611686018427387904}"#.utf8)))
            }
        }
        #expect(channels.records == .max)
        #expect(channels.counts == [.max])
        #expect(Array(channels.unreadable.values) == [.max])
    }

    @Test("escapes are read, surrogate pairs too")
    func escapes() throws {
        #expect(try JSON(parsing: Array(#""\u00e9\ud83d\ude00\/\t""#.utf8)) == .text("é😀/\t"))
    }

    @Test(
        "a field is found nested, flat, and half and half",
        arguments: [
            #"{"flow":{"start":"x"}}"#, #"{"flow.start":"x"}"#, #"{"other":{"start":1},"flow":{"start":["x","y"]}}"#,
        ])
    func fields(_ text: String) throws {
        let tree = FieldTree([("flow.start", 0), ("a.b.c", 1)])
        var found: [Int: String] = [:]
        let bytes = Array(text.utf8)
        try bytes.withUnsafeBufferPointer { buffer in
            var scanner = JSONScanner(buffer)
            try tree.read(&scanner) { found[$0] = $1.text }
        }
        #expect(found == [0: "x"])
    }

    @Test(
        "servers are told apart by their root answer",
        arguments: [
            (#"{"version":{"number":"6.8.23","build_flavor":"default"}}"#, Server.Context.scroll),
            (#"{"version":{"number":"7.10.2"}}"#, .scroll), (#"{"version":{"number":"7.17.9"}}"#, .pointInTime),
            (#"{"version":{"number":"9.1.0"}}"#, .pointInTime),
            (#"{"version":{"number":"1.3.20","distribution":"opensearch"}}"#, .scroll),
            (#"{"version":{"number":"2.19.0","distribution":"opensearch"}}"#, .scroll),
            (#"{"version":{"number":"3.8.0","distribution":"opensearch"}}"#, .openSearchPointInTime),
        ])
    func servers(_ root: String, _ context: Server.Context) throws {
        #expect(try Server(root: JSON(parsing: Array(root.utf8)))?.context == context)
    }

    @Test("a URL with a password is refused without showing it")
    func passwordInURL() {
        let complaint = #expect(throws: OptionComplaint.self) { try ClusterURL("https://elastic:geheim@host:9200") }
        #expect(complaint?.message.contains("geheim") == false)
    }

    @Test(
        "a URL is read with what is usual",
        arguments: [
            ("host", "http://host:9200"), ("https://es.example:443/prefix/", "https://es.example:443/prefix"),
            ("http://[::1]", "http://[::1]:9200"),
        ])
    func urls(_ text: String, _ expected: String) throws {
        #expect(try ClusterURL(text).description == expected)
    }

    @Test("every built-in field map is read, and says where its facts come from", arguments: BuiltInSchemas.names)
    func maps(_ name: String) throws {
        let map = try #require(try BuiltInSchemas.schema(name))
        #expect(!map.sources.isEmpty && !map.title.isEmpty && !map.index.isEmpty)
        #expect(!map.flow["source"].isEmpty && !map.flow["destination"].isEmpty)
    }

    @Test("pauses grow up to a limit, and a server's wish is kept")
    func pauses() {
        var policy = RetryPolicy(retries: 5)
        policy.dice = { 0 }
        #expect((0..<4).map { policy.pause(before: $0) } == [0.125, 0.25, 0.5, 1])
        #expect(policy.pause(before: 30) == 15)
        #expect(policy.pause(before: 0, wish: 7) == 7)
    }

    @Test("an end of a window inside a millisecond is rounded outward")
    func milliseconds() {
        let window = TimeWindow(since: Timestamp(nanoseconds: 1_999_999), until: Timestamp(nanoseconds: 3_000_001))
        #expect(
            RecordQuery.range("t", window).description
                == #"{"range":{"t":{"format":"epoch_millis","gte":1,"lt":4}}}"#)
    }

    @Test("API keys as id:key are encoded, encoded ones are not")
    func apiKeys() throws {
        #expect(try AuthOptions.read("api_key: ${KEY}", environment: ["KEY": "id:key"]).header() == "ApiKey aWQ6a2V5")
        #expect(try AuthOptions.read("api_key: ${KEY}", environment: ["KEY": "aWQ6a2V5"]).header() == "ApiKey aWQ6a2V5")
        #expect(
            try AuthOptions.read("username: u\npassword: ${P}", environment: ["P": "p"]).header() == "Basic dTpw")
    }
}
