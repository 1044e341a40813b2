import FlareKit
import Foundation
import Testing

@testable import Evaluation

@Suite("Channels for a notebook")
struct NumpyArchiveTests {
    @Test("CRC-32 of the digits 1 to 9")
    func checksum() { #expect(Checksum.crc32(Array("123456789".utf8)) == 0xCBF4_3926) }

    @Test("an array begins with numpy's head, as long as a multiple of 64")
    func head() {
        let bytes = NumpyArray.integers([1, -1])
        #expect(bytes.starts(with: [0x93] + Array("NUMPY".utf8) + [1, 0]))
        #expect((bytes.count - 16).isMultiple(of: 64))
        #expect(bytes.suffix(16) == [1, 0, 0, 0, 0, 0, 0, 0] + Array(repeating: 0xFF, count: 8))
        #expect(NumpyArray.texts(["é", ""]).suffix(8) == [0xE9, 0, 0, 0, 0, 0, 0, 0])
    }

    static let channel = ChannelView(
        id: ChannelID(0),
        key: ChannelKey(
            source: IPAddress("10.0.0.1") ?? IPAddress(v4: 0), peer: .name("a,b.example"), port: 443, proto: 6),
        times: [1_700_000_000_250_000_000, 1_700_000_001_000_000_000], bytesToServer: SizeSeries([10, nil]),
        bytesToClient: SizeSeries([nil, 20]))

    @Test("a row a record, sizes that are not known are empty")
    func csv() {
        var text = ChannelText(.csv)
        let lines = String(decoding: text.bytes(of: Self.channel, Census()), as: UTF8.self).split(separator: "\n")
        #expect(
            lines == [
                "0,10.0.0.1,\"a,b.example\",443,tcp,1700000000.250000000,10,",
                "0,10.0.0.1,\"a,b.example\",443,tcp,1700000001.000000000,,20",
            ])
    }

    @Test("an object a channel")
    func jsonl() throws {
        var text = ChannelText(.jsonl)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text.bytes(of: Self.channel, Census()))) as? [String: Any])
        #expect(object["times"] as? [Double] == [1_700_000_000.25, 1_700_000_001])
        #expect(object["src_ip"] as? String == "10.0.0.1")
    }
}
