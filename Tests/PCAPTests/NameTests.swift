import FlareKit
import Foundation
import Testing

@testable import PCAP

@Suite("What connections say")
struct NameTests {
    @Test("each request of a connection is a record, with its response")
    func requests() async throws {
        let found = try await read([Frames.path("http.pcap")]).words(.http)
        let polls = found.filter { $0[.host] == "c2.example.net" }
        #expect(polls.map { $0[.url] } == (0..<5).map { "/poll?\($0)" })
        #expect(polls.map { $0.numbers[.length] } == [0, 100, 200, 300, 400])
        #expect(Set(polls.map(\.id)).count == 1)
        #expect(polls.allSatisfy { $0.numbers[.status] == 200 && $0[.userAgent] == "curl/7.88" })
        let starts = polls.map { Timestamp(nanoseconds: $0.start).seconds }
        #expect(zip(starts, starts.dropFirst()).allSatisfy { abs($1 - $0 - 30) < 1 })
    }

    @Test("pipelined requests, bodies in chunks and answers to HEAD are told apart")
    func pipelined() async throws {
        let found = try await read([Frames.path("http.pcap")]).words(.http).filter { $0.port == 8080 }
        #expect(found.map { "\($0[.method]) \($0[.url])" } == ["GET /1", "POST /2", "HEAD /3"])
        #expect(found.map { $0.numbers[.length] } == [3, 15, 0])
    }

    @Test("the type of a content is told by its first bytes, and stands beside the declared one")
    func contents() async throws {
        let found = try await read([Frames.path("contents.pcap")]).words(.http)
        #expect(
            found.map { "\($0[.contentType]) \($0[.declaredType])" } == [
                "application/x-dosexec text/html", "application/x-executable image/png", "text/html text/html",
                "text/html text/html", "application/pdf text/html", "text/html text/html", "text/html text/html",
            ])
    }

    @Test("a request to a proxy is named by its target, and marked")
    func proxied() async throws {
        let found = try await read([Frames.path("http.pcap")]).words(.http).filter { $0.port == 3128 }
        #expect(found.map { $0[.host] } == ["other.example.org"])
        #expect(found.map { $0.numbers[.isProxied] } == [1])
        let others = try await read([Frames.path("http.pcap")]).words(.http).filter { $0.port != 3128 }
        #expect(others.allSatisfy { $0.numbers[.isProxied] == 0 })
    }

    @Test("segments out of order, twice or missing do not hide requests")
    func odd() async throws {
        let found = try await read([Frames.path("http.pcap")]).words(.http).filter { $0.id != 0 }
        let odd = found.filter { ["/odd", "/after"].contains($0[.url]) }
        #expect(odd.map { $0[.url] } == ["/odd", "/after"])
        #expect(odd.map { $0.numbers[.status] } == [200, 404])
    }

    @Test("where the opening was not captured the requests tell the client")
    func middle() async throws {
        let yield = try await read([Frames.path("http.pcap")])
        let found = try #require(yield.words(.http).first { $0[.url] == "/middle" })
        #expect(found.port == 8000)
        #expect(yield.flows.contains { $0.id == found.id && $0.port == 8000 && $0.state == "OTH" })
        #expect(yield.ingest.noted["connections whose beginning was not captured"]?.count == 1)
    }

    @Test("inside a tunnel through a proxy the handshake is read")
    func tunnel() async throws {
        let found = try await read([Frames.path("tunnel.pcap")])
        #expect(found.words(.http).map { $0[.method] } == ["CONNECT"])
        #expect(found.words.map { $0[.host] } == ["c2.example.net", "c2.example.net"])
        #expect(found.words(.tls).map { $0[.subject] } == ["C=LV, O=Example Ltd, CN=c2.example.net"])
    }

    @Test("names of TLS are read, of hellos in many segments too, and certificates up to TLS 1.2")
    func handshakes() async throws {
        let found = try await read([Frames.path("tls.pcap")]).words(.tls)
        #expect(
            found.map { $0[.host] } == [
                "c2.example.net", "new.example.net", "pieces.example.net", "", "six.example.net", "www.example.org",
            ])
        #expect(found.map { $0[.version] } == ["TLS 1.2", "TLS 1.3", "TLS 1.2", "TLS 1.2", "TLS 1.3", ""])
        let subject = "C=LV, O=Example Ltd, CN=c2.example.net"
        #expect(found.map { $0[.subject] } == [subject, "", subject, subject, "", ""])
        let shown = found[0]
        #expect(shown[.issuer] == subject)
        #expect(shown[.serial] == "12:34:AB:CD")
        #expect(shown[.alternativeNames] == "c2.example.net\n*.example.net")
        #expect(shown.numbers[.validFrom] == 1_698_796_800_000_000_000)
        #expect(shown.numbers[.validUntil] == 1_724_716_800_000_000_000)
        #expect(shown[.fingerprint].split(separator: ":").count == 20)
        #expect(shown[.fingerprint] == found[2][.fingerprint])
    }

    @Test("JA4 is that which its authors publish for a browser's hello")
    func ja4() async throws {
        let found = try await read([Frames.path("tls.pcap")]).words(.tls)
        #expect(found.last?[.ja4] == "t13d1516h2_8daaf6152771_e5627efa2ab1")
    }

    @Test("the hello of QUIC is decrypted, version 1 and 2, in two datagrams too")
    func quic() async throws {
        let found = try await read([Frames.path("quic.pcap")])
        #expect(
            found.words(.tls).map { $0[.host] } == ["quic1.example.net", "quic2.example.net", "halves.example.net"])
        #expect(found.words(.tls).allSatisfy { $0[.ja4].hasPrefix("q13d") })
        #expect(found.flows.allSatisfy { $0.service == "quic" })
    }

    @Test("lookups are questions with their answers, by UDP and TCP")
    func lookups() async throws {
        let found = try await read([Frames.path("dns.pcap")]).words(.dns)
        #expect(
            found.map { "\($0[.query]) \($0[.queryType]) \($0[.responseCode]) \($0[.answers])" } == [
                "www.example.com A NOERROR edge.example.net\n203.0.113.9",
                "six.example.com AAAA NOERROR 2001:db8:ffff::9",
                "gone.example.com A NXDOMAIN ", "silent.example.com A  ", "txt.example.com TXT NOERROR helloworld",
                "both.example.com A NOERROR 203.0.113.9", "both.example.com AAAA NOERROR 2001:db8:ffff::9",
                "tcp.example.com A NOERROR 203.0.113.9",
            ])
    }

    @Test("a lookup is read for its question and for its answers, each with its time to live", arguments: [1, 100])
    func answers(capacity: Int) async throws {
        let kinds: [RecordKind: Set<ColumnName>] = [.dns: [.query], .lookup: [.query, .answers, .answerTTLs]]
        let found = try await read([Frames.path("dns.pcap")], kinds: kinds, capacity: capacity)
        let lookups = found.words(.lookup)
        #expect(lookups.map { $0[.query] } == found.words(.dns).map { $0[.query] })
        #expect(lookups[0][.answers] == "edge.example.net\n203.0.113.9")
        #expect(lookups[0][.answerTTLs] == "60\n60")
        #expect(found.ingest.used["dns"]?.count == lookups.count)
    }

    @Test("nothing is read of payloads where nobody asks for names")
    func nobodyAsks() async throws {
        let found = try await read([Frames.path("http.pcap")], kinds: [.flow: [.bytesToServer]])
        #expect(found.words.isEmpty)
        #expect(found.ingest.used.keys.sorted() == ["flow"])
    }
}
