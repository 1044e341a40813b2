#include "Hello.hpp"

#include <algorithm>

#include "Digest.hpp"

namespace pcap {

namespace {

enum Extension : uint16_t {
    ServerName = 0, SupportedGroups = 10, PointFormats = 11, SignatureAlgorithms = 13, ALPN = 16, SupportedVersions = 43
};

/// Values that are sent so that nobody relies on unknown ones being absent (RFC 8701).
bool isGrease(uint16_t value) { return (value & 0x0F0F) == 0x0A0A && value >> 8 == (value & 0xFF); }

std::vector<uint16_t> withoutGrease(const std::vector<uint16_t> &values) {
    std::vector<uint16_t> kept;
    for (const uint16_t value : values)
        if (!isGrease(value)) kept.push_back(value);
    return kept;
}

void readNumbers(Bytes list, std::vector<uint16_t> &numbers) {
    while (list.size() >= 2) numbers.push_back(list.u16());
}

template <class Numbers>
std::string joined(const Numbers &numbers) {
    std::string text;
    text.reserve(numbers.size() * 6);
    for (const unsigned number : numbers) {
        if (!text.empty()) text += '-';
        text += std::to_string(number);
    }
    return text;
}

std::string joinedHex(const std::vector<uint16_t> &numbers) {
    std::string text;
    text.reserve(numbers.size() * 5);
    for (const uint16_t number : numbers) {
        if (!text.empty()) text += ',';
        for (int shift = 12; shift >= 0; shift -= 4) text += "0123456789abcdef"[number >> shift & 15];
    }
    return text;
}

std::string twoDigits(size_t number) {
    const size_t shown = std::min<size_t>(number, 99);
    return {char('0' + shown / 10), char('0' + shown % 10)};
}

bool isAlphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The first and the last character of a protocol's name.
std::string endsOf(const std::string &protocol) {
    if (protocol.empty()) return "00";
    if (isAlphanumeric(protocol.front()) && isAlphanumeric(protocol.back())) return {protocol.front(), protocol.back()};
    const std::string digits = hex(protocol);
    return {digits.front(), digits.back()};
}

}  // namespace

bool Hello::read(Bytes body, bool isClient) {
    version = body.u16();
    body.skip(32);
    body.skip(body.u8());
    if (isClient) {
        readNumbers(body.take(body.u16()), ciphers);
        body.skip(body.u8());
    } else {
        ciphers.push_back(body.u16());
        body.skip(1);
    }
    if (body.failed() || version >> 8 != 3) return false;
    Bytes list = body.take(body.empty() ? 0 : body.u16());
    while (list.size() >= 4) {
        const uint16_t type = list.u16();
        const uint16_t length = list.u16();
        extensions.push_back(type);
        readExtension(type, list.take(length), isClient);
    }
    return true;
}

void Hello::readExtension(uint16_t type, Bytes value, bool isClient) {
    switch (type) {
        case ServerName: {
            Bytes names = value.take(value.u16());
            while (names.size() >= 3) {
                const uint8_t kind = names.u8();
                const uint16_t length = names.u16();
                const Bytes name = names.take(length);
                if (kind == 0 && host.empty()) host = name.text();
            }
            break;
        }
        case SupportedGroups: readNumbers(value.take(value.u16()), groups); break;
        case PointFormats: {
            Bytes formats = value.take(value.u8());
            while (!formats.empty()) pointFormats.push_back(formats.u8());
            break;
        }
        case SignatureAlgorithms: readNumbers(value.take(value.u16()), signatures); break;
        case ALPN: {
            Bytes names = value.take(value.u16());
            if (!names.empty()) protocol = names.take(names.u8()).text();
            break;
        }
        case SupportedVersions: readNumbers(isClient ? value.take(value.u8()) : value, versions); break;
        default: break;
    }
}

uint16_t Hello::newestVersion() const {
    uint16_t newest = 0;
    for (const uint16_t offered : withoutGrease(versions)) newest = std::max(newest, offered);
    return newest == 0 ? version : newest;
}

std::string Hello::nameOfVersion(uint16_t version) {
    switch (version) {
        case 0x0300: return "SSLv3";
        case 0x0301: return "TLS 1.0";
        case 0x0302: return "TLS 1.1";
        case 0x0303: return "TLS 1.2";
        case 0x0304: return "TLS 1.3";
        default: return {};
    }
}

std::string Hello::ja3() const {
    return md5(
        std::to_string(version) + "," + joined(withoutGrease(ciphers)) + "," + joined(withoutGrease(extensions)) + ","
        + joined(withoutGrease(groups)) + "," + joined(pointFormats));
}

std::string Hello::ja3s() const {
    return md5(std::to_string(version) + "," + joined(ciphers) + "," + joined(extensions));
}

std::string Hello::ja4(char transport) const {
    std::vector<uint16_t> suites = withoutGrease(ciphers), kinds = withoutGrease(extensions);
    const char *name;
    switch (newestVersion()) {
        case 0x0304: name = "13"; break;
        case 0x0303: name = "12"; break;
        case 0x0302: name = "11"; break;
        case 0x0301: name = "10"; break;
        case 0x0300: name = "s3"; break;
        default: name = "00";
    }
    const bool hasHost = std::find(kinds.begin(), kinds.end(), ServerName) != kinds.end();
    std::string print = std::string(1, transport) + name + (hasHost ? "d" : "i") + twoDigits(suites.size())
        + twoDigits(kinds.size()) + endsOf(protocol);
    std::sort(suites.begin(), suites.end());
    kinds.erase(
        std::remove_if(kinds.begin(), kinds.end(), [](uint16_t kind) { return kind == ServerName || kind == ALPN; }),
        kinds.end());
    std::sort(kinds.begin(), kinds.end());
    const auto part = [](const std::string &text) { return text.empty() ? "000000000000" : sha256(text).substr(0, 12); };
    const std::string algorithms = joinedHex(withoutGrease(signatures));
    const std::string kindsText = joinedHex(kinds);
    print += "_" + part(joinedHex(suites)) + "_";
    return print + part(kindsText.empty() || algorithms.empty() ? kindsText : kindsText + "_" + algorithms);
}

}  // namespace pcap
