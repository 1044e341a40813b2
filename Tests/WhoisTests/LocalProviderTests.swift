import FlareKit
import Foundation
import Testing

@testable import Whois

@Suite("Owners by text files")
struct TableTests {
    static let ranges = """
        1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUDFLARENET
        1.0.1.0\t1.0.3.255\t0\tNone\tNot routed
        160.153.0.0\t160.153.255.255\t26496\tUS\tGO-DADDY-COM-LLC
        2001:4860::\t2001:4860:ffff:ffff:ffff:ffff:ffff:ffff\t15169\tUS\tGOOGLE
        nonsense

        """

    @Test("an ip2asn file tells number, name, country and the network around an address", arguments: [false, true])
    func ranges(isGzip: Bool) throws {
        let folder = try Folder()
        var path = try folder.write("ip2asn.tsv", Self.ranges)
        if isGzip {
            let gzip = Process()
            gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            gzip.arguments = ["gzip", path]
            try gzip.run()
            gzip.waitUntilExit()
            path += ".gz"
        }
        let table = try TableProvider(path: path, names: nil)
        let owner = try #require(table.owner(of: IPAddress(known: "160.153.76.129")))
        #expect(
            owner
                == AddressOwner(
                    asNumber: 26496, name: "GO-DADDY-COM-LLC", country: "US", prefix: "160.153.0.0/16"))
        #expect(owner.label == "GO-DADDY-COM-LLC, US")
        #expect(table.owner(of: IPAddress(known: "2001:4860:4860::8888"))?.asNumber == 15169)
        #expect(table.owner(of: IPAddress(known: "2001:4860:4860::8888"))?.prefix == "2001:4860::/32")
        #expect(table.owner(of: IPAddress(known: "1.0.2.1")) == nil)
        #expect(table.owner(of: IPAddress(known: "1.0.4.0")) == nil)
        #expect(table.owner(of: IPAddress(known: "0.255.255.255")) == nil)
        #expect(table.unreadable == 1)
    }

    @Test("addresses may be numbers, as in ip2asn-v4-u32")
    func numbers() throws {
        let folder = try Folder()
        let path = try folder.write("u32.tsv", "16777216\t16777471\t13335\tUS\tCLOUDFLARENET\n")
        #expect(try TableProvider(path: path, names: nil).owner(of: IPAddress(known: "1.0.0.1"))?.asNumber == 13335)
    }

    @Test("pyasn's networks go with a JSON of names, whose end is the country")
    func pyasn() throws {
        let folder = try Folder()
        let networks = try folder.write(
            "ipasn.dat", "; IP-ASN32-DAT file\n160.153.0.0/16\t26496\n160.153.64.0/20\t64500\n8.8.8.0/24\t15169\n")
        let names = try folder.write(
            "names.json", #"{"26496": "GO-DADDY-COM-LLC - GoDaddy.com, LLC, US", "15169": "GOOGLE, US"}"#)
        let table = try TableProvider(path: networks, names: names)
        #expect(
            table.owner(of: IPAddress(known: "8.8.8.8"))
                == AddressOwner(asNumber: 15169, name: "GOOGLE", country: "US", prefix: "8.8.8.0/24"))
        #expect(table.owner(of: IPAddress(known: "160.153.76.129"))?.label == "AS64500")
        #expect(table.owner(of: IPAddress(known: "160.153.1.1"))?.label == "GO-DADDY-COM-LLC - GoDaddy.com, LLC, US")
    }

    @Test("a file that was replaced is read anew")
    func refresh() throws {
        let folder = try Folder()
        let path = try folder.write("ip2asn.tsv", "1.0.0.0\t1.0.0.255\t1\tUS\tONE\n")
        let table = try TableProvider(path: path, names: nil)
        try folder.write("ip2asn.tsv", "1.0.0.0\t1.0.0.255\t2\tUS\tTWO-TWO\n")
        #expect(try table.refreshed().owner(of: IPAddress(known: "1.0.0.1"))?.name == "TWO-TWO")
    }

    @Test("what is no table says so, with the file's name")
    func wrong() throws {
        let folder = try Folder()
        let path = try folder.write("page.html", "<html>\n<b>not found</b>\n")
        #expect { try TableProvider(path: path, names: nil) } throws: {
            "\($0)".hasPrefix("\(path): no line of it can be read")
        }
        #expect { try TableProvider(path: "/nowhere", names: nil) } throws: {
            "\($0)" == "/nowhere: there is no such file"
        }
    }

    @Test("one's own hosts have the name of the smallest network around them")
    func hostNames() throws {
        let folder = try Folder()
        let csv = try HostNames(
            path: folder.write("hosts.csv", "network,name\n10.0.0.0/8,lab\n\n# the NAS\n10.0.0.5, \"nas\"\n"))
        #expect(csv.name(of: IPAddress(known: "10.0.0.5")) == "nas")
        #expect(csv.name(of: IPAddress(known: "10.0.0.6")) == "lab")
        #expect(csv.name(of: IPAddress(known: "11.0.0.6")) == nil)
        let yaml = try HostNames(path: folder.write("hosts.yaml", "10.0.0.0/8: lab\nfd00::5: nas\n"))
        #expect(yaml.name(of: IPAddress(known: "fd00::5")) == "nas")
        let wrong = try folder.write("wrong.csv", "10.0.0.0/8,lab\n\n10.0.0.0/99,x\n")
        #expect { try HostNames(path: wrong) } throws: { "\($0)" == "\(wrong) line 3: \"10.0.0.0/99\" is no network" }
    }

    @Test("names are shown without control characters and marks that cannot be seen, HTML as the text it is")
    func clean() {
        let owner = AddressOwner(name: "EVIL\u{1B}[31m\r\n\u{202E}<b onload=x>CORP\u{0}\u{200B}, DE")
        #expect(owner.name == "EVIL [31m <b onload=x>CORP")
        #expect(owner.country == "DE")
        #expect(AddressOwner(name: String(repeating: "x", count: 10_000)).name?.count == AddressOwner.longestName)
        #expect(AddressOwner(name: " \u{7} ", country: "ZZ").isEmpty)
    }
}

@Suite("Owners by MaxMind DB files", .enabled(if: Python.isThere))
struct MMDBTests {
    static func folder() throws -> Folder {
        let folder = try Folder()
        _ = try Python.run("write", folder.path)
        return folder
    }

    @Test("files of several kinds complement each other")
    func several() throws {
        let folder = try Self.folder()
        let provider = try MMDBProvider(paths: ["\(folder.path)/asn.mmdb", "\(folder.path)/city.mmdb"])
        #expect(
            provider.owner(of: IPAddress(known: "198.51.7.1"))
                == AddressOwner(asNumber: 64496, name: "EXAMPLE-NET", prefix: "198.51.0.0/18"))
        #expect(
            provider.owner(of: IPAddress(known: "198.51.100.1"))
                == AddressOwner(asNumber: 64497, name: "EXAMPLE-SUB", country: "DE", prefix: "198.51.100.0/24"))
        #expect(provider.owner(of: IPAddress(known: "2001:4860:4860::8888"))?.label == "GOOGLE, US")
        #expect(provider.owner(of: IPAddress(known: "2001:4860:4860::8888"))?.prefix == "2001:4860::/32")
        #expect(provider.owner(of: IPAddress(known: "203.0.113.1")) == nil)
    }

    @Test("IPinfo's names and files with IPv4 alone are understood")
    func otherKinds() throws {
        let folder = try Self.folder()
        let info = try MMDBProvider(paths: ["\(folder.path)/ipinfo.mmdb"])
        #expect(info.owner(of: IPAddress(known: "198.51.7.1"))?.label == "Example Inc., NL")
        #expect(info.owner(of: IPAddress(known: "198.51.7.1"))?.asNumber == 64496)
        let four = try MMDBProvider(paths: ["\(folder.path)/asn4.mmdb"])
        #expect(
            four.owner(of: IPAddress(known: "198.51.7.1"))
                == AddressOwner(asNumber: 64498, name: "EXAMPLE-FOUR", prefix: "198.51.0.0/16"))
        #expect(four.owner(of: IPAddress(known: "2001:4860::1")) == nil)
    }

    @Test("a file that was replaced is opened anew, and a broken one leaves the old in use")
    func replaced() throws {
        let folder = try Self.folder()
        let path = "\(folder.path)/asn.mmdb"
        let provider = try MMDBProvider(paths: [path])
        #expect(rename("\(folder.path)/asn-new.mmdb", path) == 0)
        let newer = provider.refreshed()
        #expect(newer.owner(of: IPAddress(known: "198.51.7.1"))?.name == "EXAMPLE-NEW")
        try folder.write("broken", "this is no database")
        #expect(rename("\(folder.path)/broken", path) == 0)
        #expect(try newer.refreshed().owner(of: IPAddress(known: "198.51.7.1"))?.name == "EXAMPLE-NEW")
    }

    @Test("what is no database says so")
    func broken() throws {
        let folder = try Folder()
        let path = try folder.write("x.mmdb", "this is no database")
        #expect { try MMDBProvider(paths: [path]) } throws: {
            "\($0)".hasPrefix("\(path): the MaxMind DB file cannot be used")
        }
        #expect { try MMDBProvider(paths: ["/nowhere.mmdb"]) } throws: { "\($0)".contains("No such file or directory") }
    }

    @Test("the real GeoLite2-City answers as MaxMind's own reader for Python does")
    func realCity() throws {
        struct Answers: Decodable {
            enum Cell: Decodable {
                case text(String)
                case number(Int)
                init(from decoder: any Decoder) throws {
                    let container = try decoder.singleValueContainer()
                    if let number = try? container.decode(Int.self) {
                        self = .number(number)
                    } else {
                        self = .text(try container.decode(String.self))
                    }
                }
            }
            let path: String
            let answers: [String: [Cell]]
        }
        let expected = try JSONDecoder().decode(Answers.self, from: Python.run("read"))
        let provider = try MMDBProvider(paths: [expected.path])
        let file = try MMDBFile(path: expected.path)
        #expect(file.type == "GeoLite2-City")
        var countries = 0
        for (text, cells) in expected.answers {
            let address = try #require(IPAddress(text))
            guard case .text(let country) = cells[0], case .number(let length) = cells[1] else { continue }
            #expect(provider.owner(of: address)?.country ?? "" == country, "\(text)")
            if let record = file.record(of: address) {
                #expect(record.network.bits - (address.isV4 ? 96 : 0) == length, "\(text)")
                countries += 1
            }
        }
        #expect(countries > 1000)
    }
}
