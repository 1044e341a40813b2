#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pcap {

/// A stretch of bytes that is read from its beginning. Reading past its end yields zeros and marks it as failed.
class Bytes {
public:
    Bytes() = default;
    Bytes(const uint8_t *begin, size_t size) : at(begin), left(size) {}

    const uint8_t *data() const { return at; }
    size_t size() const { return left; }
    bool empty() const { return left == 0; }
    /// Whether more was read than there is.
    bool failed() const { return hasFailed; }

    uint8_t u8() { return uint8_t(number(1)); }
    uint16_t u16() { return uint16_t(number(2)); }
    uint32_t u24() { return uint32_t(number(3)); }
    uint32_t u32() { return uint32_t(number(4)); }
    uint64_t u64() { return number(8); }

    /// The next bytes, all that are left where there are fewer.
    Bytes take(size_t count) {
        if (count > left) {
            hasFailed = true;
            count = left;
        }
        const Bytes taken(at, count);
        at += count;
        left -= count;
        return taken;
    }

    void skip(size_t count) { take(count); }
    /// The first bytes, or all where there are fewer.
    Bytes prefix(size_t count) const { return Bytes(at, count < left ? count : left); }
    uint8_t operator[](size_t place) const { return place < left ? at[place] : 0; }
    std::string_view text() const { return {reinterpret_cast<const char *>(at), left}; }

private:
    /// A number with its most significant byte first.
    uint64_t number(size_t size) {
        if (size > left) {
            hasFailed = true;
            left = 0;
            return 0;
        }
        uint64_t value = 0;
        for (size_t i = 0; i < size; ++i) value = value << 8 | at[i];
        at += size;
        left -= size;
        return value;
    }

    const uint8_t *at = nullptr;
    size_t left = 0;
    bool hasFailed = false;
};

}  // namespace pcap
