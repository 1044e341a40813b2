#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace pcap {

/// In hexadecimal, in lower case.
std::string hex(std::string_view bytes);
std::string md5(std::string_view text);
std::string sha256(std::string_view text);
/// Bytes in pairs with colons between them, as certificates' fingerprints are written.
std::string sha1WithColons(std::string_view bytes);

using Secret = std::array<uint8_t, 32>;
/// HMAC with SHA-256 (RFC 2104).
///
/// - key: 64 bytes at most.
Secret hmac(std::string_view key, std::string_view text);

}  // namespace pcap
