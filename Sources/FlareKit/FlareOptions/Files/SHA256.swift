import CCrypto
import FlareModel

/// SHA-256 (FIPS 180-4, section 6.2) by OpenSSL: of a description, the files of a pinned command, a page's script, a message.
package enum SHA256 {
    /// The digest in hexadecimal.
    package static func hex(_ bytes: some Sequence<UInt8>) -> String {
        digest(bytes).map(\.hexadecimal).joined()
    }

    /// The digest: 32 bytes.
    package static func digest(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let bytes = Array(bytes)
        var digest = [UInt8](repeating: 0, count: 32)
        let isDone = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
        precondition(isDone == 1, "OpenSSL has no SHA-256")
        return digest
    }

    /// The keyed digest in hexadecimal (HMAC, RFC 2104).
    package static func hmac(_ bytes: [UInt8], key: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        let isDone = HMAC(EVP_sha256(), key, Int32(key.count), bytes, bytes.count, &digest, nil) != nil
        precondition(isDone, "OpenSSL has no SHA-256")
        return digest.map(\.hexadecimal).joined()
    }
}
