#include "Digest.hpp"

#include <algorithm>
#include <memory>

#include <openssl/evp.h>

namespace pcap {

namespace {

constexpr char digits[] = "0123456789abcdef";

/// Looking an algorithm up takes longer than using it: it is done once.
const EVP_MD *fetched(const char *name) { return EVP_MD_fetch(nullptr, name, nullptr); }

const EVP_MD *sha256Algorithm() {
    static const EVP_MD *const algorithm = fetched("SHA256");
    return algorithm;
}

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

/// The digest of one text behind another.
size_t digest(const EVP_MD *algorithm, std::string_view first, std::string_view second, uint8_t *result) {
    thread_local const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    unsigned int length = 0;
    const bool isDone = algorithm != nullptr && context && EVP_DigestInit_ex2(context.get(), algorithm, nullptr)
        && EVP_DigestUpdate(context.get(), first.data(), first.size())
        && EVP_DigestUpdate(context.get(), second.data(), second.size())
        && EVP_DigestFinal_ex(context.get(), result, &length);
    return isDone ? length : 0;
}

std::string digest(const EVP_MD *algorithm, std::string_view text) {
    uint8_t result[EVP_MAX_MD_SIZE];
    const size_t length = digest(algorithm, text, {}, result);
    return std::string(reinterpret_cast<const char *>(result), length);
}

}  // namespace

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) (text += digits[uint8_t(byte) >> 4]) += digits[uint8_t(byte) & 15];
    return text;
}

std::string md5(std::string_view text) {
    static const EVP_MD *const algorithm = fetched("MD5");
    return hex(digest(algorithm, text));
}

std::string sha256(std::string_view text) { return hex(digest(sha256Algorithm(), text)); }

std::string sha1WithColons(std::string_view bytes) {
    static const EVP_MD *const algorithm = fetched("SHA1");
    std::string text;
    for (const char byte : digest(algorithm, bytes)) {
        if (!text.empty()) text += ':';
        (text += digits[uint8_t(byte) >> 4]) += digits[uint8_t(byte) & 15];
    }
    return text;
}

Secret hmac(std::string_view key, std::string_view text) {
    char inner[64], outer[64];
    for (size_t i = 0; i < sizeof inner; ++i) {
        const char byte = i < key.size() ? key[i] : 0;
        inner[i] = char(byte ^ 0x36);
        outer[i] = char(byte ^ 0x5C);
    }
    Secret first{}, result{};
    digest(sha256Algorithm(), std::string_view(inner, sizeof inner), text, first.data());
    digest(
        sha256Algorithm(), std::string_view(outer, sizeof outer),
        std::string_view(reinterpret_cast<const char *>(first.data()), first.size()), result.data());
    return result;
}

}  // namespace pcap
