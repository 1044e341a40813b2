#include "QUIC.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include <openssl/evp.h>

#include "Digest.hpp"

namespace pcap {

namespace {

constexpr uint32_t version1 = 1, version2 = 0x6B3343CF;
constexpr size_t keySize = 16, nonceSize = 12, tagSize = 16, sampleSize = 16, hashSize = 32;

/// RFC 9001, section 5.2, and RFC 9369, section 3.3.1.
constexpr uint8_t salt1[] = {0x38, 0x76, 0x2C, 0xF7, 0xF5, 0x59, 0x34, 0xB3, 0x4D, 0x17,
                             0x9A, 0xE6, 0xA4, 0xC8, 0x0C, 0xAD, 0xCC, 0xBB, 0x7F, 0x0A};
constexpr uint8_t salt2[] = {0x0D, 0xED, 0xE3, 0xDE, 0xF7, 0x00, 0xA6, 0xDB, 0x81, 0x93,
                             0x81, 0xBE, 0x6E, 0x26, 0x9D, 0xCB, 0xF9, 0xBD, 0x2E, 0xD9};

std::string_view text(const uint8_t *bytes, size_t size) { return {reinterpret_cast<const char *>(bytes), size}; }

/// HKDF-Expand-Label (RFC 8446, section 7.1) of at most one block.
Secret expand(const Secret &secret, const char *label, size_t length) {
    uint8_t info[64];
    const std::string full = std::string("tls13 ") + label;
    size_t size = 0;
    info[size++] = 0;
    info[size++] = uint8_t(length);
    info[size++] = uint8_t(full.size());
    std::memcpy(info + size, full.data(), full.size());
    size += full.size();
    info[size++] = 0;
    info[size++] = 1;
    return hmac(text(secret.data(), secret.size()), text(info, size));
}

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
Cipher makeCipher() { return Cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free); }

/// Looking an algorithm up takes longer than using it: it is done once.
const EVP_CIPHER *blocks() {
    static const EVP_CIPHER *const algorithm = EVP_CIPHER_fetch(nullptr, "AES-128-ECB", nullptr);
    return algorithm;
}

const EVP_CIPHER *sealing() {
    static const EVP_CIPHER *const algorithm = EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
    return algorithm;
}

/// A number whose first two bits tell its length (RFC 9000, section 16).
uint64_t variable(Bytes &bytes) {
    const uint8_t first = bytes.u8();
    uint64_t value = first & 0x3F;
    for (int rest = (1 << (first >> 6)) - 1; rest > 0; --rest) value = value << 8 | bytes.u8();
    return value;
}

}  // namespace

bool QUICReader::parse(Bytes datagram, Initial &initial) {
    initial.packet = datagram;
    const uint8_t first = datagram.u8();
    const uint32_t version = datagram.u32();
    initial.isSecondVersion = version == version2;
    const int type = first >> 4 & 3;
    if ((first & 0xC0) != 0xC0 || (version != version1 && version != version2)) return false;
    if (type != (initial.isSecondVersion ? 1 : 0)) return false;
    const uint8_t destinationLength = datagram.u8();
    initial.destination = datagram.take(destinationLength);
    const uint8_t sourceLength = datagram.u8();
    datagram.skip(sourceLength);
    datagram.skip(size_t(std::min<uint64_t>(variable(datagram), SIZE_MAX)));
    const uint64_t length = variable(datagram);
    if (datagram.failed() || destinationLength > 20 || sourceLength > 20 || length < 4 + sampleSize
        || length > datagram.size())
        return false;
    initial.numberPlace = initial.packet.size() - datagram.size();
    initial.packet = initial.packet.prefix(initial.numberPlace + size_t(length));
    return true;
}

bool QUICReader::begins(Bytes bytes) {
    Initial initial;
    // A client's first packets fill a datagram of 1,200 bytes (RFC 9000, section 14.1).
    return bytes.size() >= 1200 && parse(bytes, initial);
}

bool QUICReader::decrypt(const Initial &initial, Bytes destination, std::vector<uint8_t> &plain) const {
    const bool isSecond = initial.isSecondVersion;
    const Secret common = hmac(text(isSecond ? salt2 : salt1, sizeof salt1), destination.text());
    const Secret client = expand(common, "client in", hashSize);
    const Secret key = expand(client, isSecond ? "quicv2 key" : "quic key", keySize);
    const Secret nonce = expand(client, isSecond ? "quicv2 iv" : "quic iv", nonceSize);
    const Secret mask = expand(client, isSecond ? "quicv2 hp" : "quic hp", keySize);

    const Cipher block = makeCipher();
    uint8_t bits[32];
    int written = 0;
    if (!block || !EVP_EncryptInit_ex(block.get(), blocks(), nullptr, mask.data(), nullptr)
        || !EVP_EncryptUpdate(
            block.get(), bits, &written, initial.packet.data() + initial.numberPlace + 4, int(sampleSize)))
        return false;
    std::vector<uint8_t> head(initial.packet.data(), initial.packet.data() + initial.numberPlace + 4);
    head[0] ^= bits[0] & 0x0F;
    const size_t numberLength = size_t(head[0] & 3) + 1;
    head.resize(initial.numberPlace + numberLength);
    uint8_t counter[nonceSize];
    std::memcpy(counter, nonce.data(), nonceSize);
    for (size_t i = 0; i < numberLength; ++i) {
        uint8_t &byte = head[initial.numberPlace + i];
        byte ^= bits[1 + i];
        counter[nonceSize - numberLength + i] ^= byte;
    }

    Bytes sealed = initial.packet;
    sealed.skip(head.size());
    if (sealed.size() < tagSize) return false;
    const size_t length = sealed.size() - tagSize;
    plain.resize(length + keySize);
    uint8_t tag[tagSize];
    std::memcpy(tag, sealed.data() + length, tagSize);
    const Cipher cipher = makeCipher();
    int size = 0, rest = 0;
    const bool isOpen = cipher && EVP_DecryptInit_ex(cipher.get(), sealing(), nullptr, key.data(), counter)
        && EVP_DecryptUpdate(cipher.get(), nullptr, &size, head.data(), int(head.size()))
        && EVP_DecryptUpdate(cipher.get(), plain.data(), &size, sealed.data(), int(length))
        && EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, int(tagSize), tag)
        && EVP_DecryptFinal_ex(cipher.get(), plain.data() + size, &rest) > 0;
    plain.resize(isOpen ? length : 0);
    return isOpen;
}

bool QUICReader::take(const Payload &payload, const Ends &ends) {
    Initial initial;
    if (payload.sender != Client || !parse(payload.bytes, initial)) return false;
    if (++packets > mostPackets) return true;
    if (time == 0) {
        time = payload.time;
        position = payload.position;
    }
    if (firstDestination.empty()) firstDestination = initial.destination.text();
    const Bytes first(reinterpret_cast<const uint8_t *>(firstDestination.data()), firstDestination.size());
    std::vector<uint8_t> plain;
    if (!decrypt(initial, first, plain)) {
        // After a retry the keys follow from another identifier (RFC 9001, section 5.2).
        if (!decrypt(initial, initial.destination, plain)) return false;
        firstDestination = initial.destination.text();
    }
    takeFrames(Bytes(plain.data(), plain.size()));
    return write(ends);
}

void QUICReader::takeFrames(Bytes frames) {
    enum Frame : uint64_t { Padding = 0, Ping = 1, Acknowledgement = 2, AcknowledgementECN = 3, Crypto = 6 };
    while (!frames.empty() && !frames.failed()) {
        const uint64_t type = variable(frames);
        if (type == Padding || type == Ping) continue;
        if (type == Acknowledgement || type == AcknowledgementECN) {
            variable(frames);
            variable(frames);
            const uint64_t ranges = variable(frames);
            variable(frames);
            for (uint64_t range = 0; range < ranges && !frames.empty(); ++range) {
                variable(frames);
                variable(frames);
            }
            for (int i = 0; i < 3 && type == AcknowledgementECN; ++i) variable(frames);
            continue;
        }
        if (type != Crypto) return;
        const uint64_t offset = variable(frames), length = variable(frames);
        if (frames.failed() || length > frames.size() || offset > longestHello - frames.size()) return;
        const Bytes part = frames.take(size_t(length));
        const size_t end = size_t(offset + length);
        if (hello.size() < end) {
            hello.resize(end);
            isThere.resize(end);
        }
        std::copy(part.data(), part.data() + part.size(), hello.begin() + ptrdiff_t(offset));
        std::fill(isThere.begin() + ptrdiff_t(offset), isThere.begin() + ptrdiff_t(end), true);
    }
}

/// - Returns: whether the hello was whole.
bool QUICReader::write(const Ends &ends) {
    Bytes message(hello.data(), hello.size());
    const uint8_t type = message.u8();
    const uint32_t length = message.u24();
    if (message.failed() || type != 1 || message.size() < length) return false;
    const auto end = isThere.begin() + ptrdiff_t(4 + length);
    if (std::find(isThere.begin(), end, false) != end) return false;
    Hello client;
    if (!client.read(message.take(length), true)) return true;
    Transaction transaction = ends.begin(PCAPTLS, time, position);
    transaction.text(PCAPHost, client.host);
    transaction.text(PCAPVersion, Hello::nameOfVersion(client.newestVersion()));
    transaction.text(PCAPJA3, client.ja3());
    transaction.text(PCAPJA4, client.ja4('q'));
    ends.words.take(std::move(transaction));
    return true;
}

}  // namespace pcap
