#pragma once

#include <string>
#include <string_view>

#include "RecordFraming.h"
#include "SensorText/Characters.hpp"

namespace framing {

/// Makes UTF-8 of UTF-16 as it comes.
class UTF16 {
public:
    explicit UTF16(FramingCharset charset) : isBig(charset == FramingUTF16BE) {}

    /// Tells a content's charset by its beginning: its mark, or zeros in every second byte.
    static FramingCharset charset(std::string_view head) {
        // With two zeros behind the mark it is UTF-32.
        if (head.substr(0, 2) == "\xFF\xFE") return head.substr(2, 2) == std::string_view("\0\0", 2) ? FramingUTF8 : FramingUTF16LE;
        if (head.substr(0, 2) == "\xFE\xFF") return FramingUTF16BE;
        constexpr size_t enough = 8, most = 64;
        const std::string_view begin = head.substr(0, most);
        size_t zeros[2] = {0, 0};
        for (size_t i = 0; i < begin.size(); ++i) zeros[i % 2] += begin[i] == 0;
        // Among the first characters some may be beyond ASCII.
        const size_t many = begin.size() / 2 - begin.size() / 8;
        if (begin.size() >= enough && zeros[0] == 0 && zeros[1] >= many) return FramingUTF16LE;
        if (begin.size() >= enough && zeros[1] == 0 && zeros[0] >= many) return FramingUTF16BE;
        return FramingUTF8;
    }

    void read(std::string_view bytes, bool isLast, std::string &out) {
        for (const char byte : bytes) {
            if (!hasHalf) {
                half = uint8_t(byte);
                hasHalf = true;
                continue;
            }
            hasHalf = false;
            take(uint16_t(isBig ? half << 8 | uint8_t(byte) : uint8_t(byte) << 8 | half), out);
        }
        if (isLast && (hasHalf || high != 0)) sensor::appendUTF8(0xFFFD, out);
    }

private:
    void take(uint16_t unit, std::string &out) {
        constexpr uint16_t mark = 0xFEFF;
        const bool wasFirst = isFirst;
        isFirst = false;
        if (wasFirst && unit == mark) return;
        if (unit >= 0xDC00 && unit < 0xE000 && high != 0) {
            sensor::appendUTF8(uint32_t(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00)), out);
            high = 0;
            return;
        }
        // Half of a pair is no character.
        if (high != 0) sensor::appendUTF8(0xFFFD, out);
        high = unit >= 0xD800 && unit < 0xDC00 ? unit : 0;
        if (high == 0) sensor::appendUTF8(unit >= 0xDC00 && unit < 0xE000 ? 0xFFFD : unit, out);
    }

    const bool isBig;
    bool isFirst = true, hasHalf = false;
    uint8_t half = 0;
    uint16_t high = 0;
};

}  // namespace framing
