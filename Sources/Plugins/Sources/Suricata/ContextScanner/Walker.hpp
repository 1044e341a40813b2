#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "SensorText/Text.hpp"

namespace eve {

/// Where a key of three characters or more begins in a text; null where it does not. 32 bytes past the end of the text
/// can be read.
///
/// Keys begin with a quote and two letters, which hardly anything else does, so 16 places are told apart at once.
/// Inlined wherever it is called, so that the key's length is known and its comparison is no call.
[[gnu::always_inline]] inline const char *findKey(std::string_view text, std::string_view key) {
#if defined(__SSE2__)
    if (key.size() > text.size()) return nullptr;
    const char *const last = text.data() + text.size() - key.size();
    const auto load = [](const char *p) { return _mm_loadu_si128(reinterpret_cast<const __m128i *>(p)); };
    const __m128i first = _mm_set1_epi8(key[0]), second = _mm_set1_epi8(key[1]), third = _mm_set1_epi8(key[2]);
    for (const char *p = text.data(); p <= last; p += 16) {
        const __m128i ends = _mm_and_si128(_mm_cmpeq_epi8(load(p + 1), second), _mm_cmpeq_epi8(load(p + 2), third));
        auto places = unsigned(_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(load(p), first), ends)));
        for (; places != 0; places &= places - 1) {
            const char *const place = p + __builtin_ctz(places);
            if (place > last) return nullptr;
            if (std::memcmp(place, key.data(), key.size()) == 0) return place;
        }
    }
    return nullptr;
#else
    return static_cast<const char *>(memmem(text.data(), text.size(), key.data(), key.size()));
#endif
}

/// Goes over a line from key to key. Inside of a text the quotes of a key would be escaped.
class Walker {
public:
    explicit Walker(std::string_view line) : rest(line) {}

    /// Goes behind the next occurrence of a key.
    [[gnu::always_inline]] bool find(std::string_view key) {
        const char *const found = findKey(rest, key);
        if (found == nullptr) return false;
        rest.remove_prefix(size_t(found - rest.data()) + key.size());
        return true;
    }

    [[gnu::always_inline]] bool has(std::string_view key) const { return findKey(rest, key) != nullptr; }

    /// Goes behind a key that stands here.
    bool pass(std::string_view key) {
        if (rest.substr(0, key.size()) != key) return false;
        rest.remove_prefix(key.size());
        return true;
    }

    /// Reads the number behind a key, where the key is there.
    ///
    /// - Returns: false where what follows is no plain number, or too large.
    [[gnu::always_inline]] bool number(std::string_view key, uint64_t most, uint64_t &number) const {
        const char *p = findKey(rest, key);
        if (p == nullptr) return true;
        const char *const end = rest.data() + rest.size();
        p += key.size();
        const char *const first = p;
        for (number = 0; p != end && *p >= '0' && *p <= '9' && p - first < 19; ++p)
            number = number * 10 + uint64_t(*p - '0');
        return p != first && p != end && (*p == ',' || *p == '}') && number <= most;
    }

    /// Whether objects begin in what is left, other than behind some keys.
    bool hasObjects(std::initializer_list<std::string_view> keys) const {
        for (size_t at = rest.find('{'); at != std::string_view::npos; at = rest.find('{', at + 1)) {
            const std::string_view before = rest.substr(0, at);
            const bool isKnown = std::any_of(keys.begin(), keys.end(), [&](std::string_view key) {
                return before.size() >= key.size() && before.substr(before.size() - key.size()) == key;
            });
            if (!isKnown) return true;
        }
        return false;
    }

    /// The text from where another walker stood up to here.
    std::string_view since(const Walker &other) const {
        return std::string_view(other.rest.data(), size_t(rest.data() - other.rest.data()));
    }

    /// Takes the text up to the closing quote.
    ///
    /// - Returns: false where there are escapes in it.
    bool take(std::string_view &text) {
        // Most texts are short: both characters are looked for at once, and no function is called.
        const auto places = [&](char c) {
            return sensor::equal16(rest.data(), c) | sensor::equal16(rest.data() + 16, c) << 16;
        };
        const uint32_t quotes = places('"');
        if (quotes != 0) {
            const uint32_t slashes = places('\\');
            const auto length = size_t(__builtin_ctz(quotes));
            if (length >= rest.size()) return false;
            text = rest.substr(0, length);
            rest.remove_prefix(length);
            return (slashes & ((uint32_t(1) << length) - 1)) == 0;
        }
        const void *quote = std::memchr(rest.data(), '"', rest.size());
        if (quote == nullptr) return false;
        text = rest.substr(0, size_t(static_cast<const char *>(quote) - rest.data()));
        rest.remove_prefix(text.size());
        return std::memchr(text.data(), '\\', text.size()) == nullptr;
    }

    /// The same with the slashes that Suricata writes escaped as they are meant.
    ///
    /// - scratch: holds the text where there are such.
    bool take(std::string_view &text, std::string &scratch) {
        if (take(text)) return true;
        scratch.clear();
        for (size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\\' && (++i == text.size() || text[i] != '/')) return false;
            scratch += text[i];
        }
        text = scratch;
        return true;
    }

private:
    std::string_view rest;
};

}  // namespace eve
