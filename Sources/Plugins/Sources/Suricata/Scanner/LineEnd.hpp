#pragma once

#include "Block.hpp"
#include "Walk.hpp"

namespace eve {

/// Passes the rest of a line whose objects hold no arrays, 64 bytes at a time: the grammar of JSON as rules on what
/// may stand before each byte, checked for all 64 at once (after Langdale, Lemire, "Parsing gigabytes of JSON per
/// second", VLDB Journal 28, 2019, section 3).
///
/// Without arrays a string behind '{' or ',' is a name and one behind ':' a value; a name is followed by ':' and
/// nothing else is. That leaves the scalars, which are few and looked at one by one, and the depth.
class LineEnd {
public:
    /// - p: behind a value, `depth` objects deep; the line ends in a line feed.
    /// - Returns: the begin of the next line, or null: ask a slower way.
    static SENSOR_INLINE const char *pass(const char *p, int depth) {
        LineEnd state(depth);
        for (;; p += 64) {
            const Block block(p);
            const uint64_t odd = oddBytes(block);
            if (__builtin_expect(odd == 0, 1)) {
                if (!state.check(block, p, ~uint64_t(0))) return nullptr;
                continue;
            }
            const int last = __builtin_ctzll(odd);
            const uint64_t line = (uint64_t(1) << last) - 1;
            if (!state.check(block, p, line) || state.depth != 0 || state.inText != 0) return nullptr;
            p += last;
            if (*p == '\r') ++p;
            return *p == '\n' ? p + 1 : nullptr;
        }
    }

private:
    /// Bytes at which this way ends: control characters, backslashes, arrays and what is beyond ASCII. Brackets in
    /// strings count too: they are rare.
    static SENSOR_INLINE uint64_t oddBytes(const Block &block) {
        return Block::bits(
            (block.bytes < int8_t(0x20)) | (block.bytes == int8_t('\\')) | (block.bytes == int8_t('[')));
    }

    explicit SENSOR_INLINE LineEnd(int depth) : depth(depth) {}

    /// Each bit becomes the exclusive or of itself and all below it.
    static SENSOR_INLINE uint64_t parity(uint64_t bits) {
        for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
        return bits;
    }

    /// The mask moved on by one byte, with the last bit of the block before; keeps its own last bit for the next one.
    static SENSOR_INLINE uint64_t behind(uint64_t mask, uint64_t &last) {
        const uint64_t moved = mask << 1 | last;
        last = mask >> 63;
        return moved;
    }

    /// - line: the bytes that belong to the line.
    SENSOR_INLINE bool check(const Block &block, const char *p, uint64_t line) {
        // The line's object ended with the block before; then the line has to end here too.
        if (depth == 0) return line == 0;
        const uint64_t quotes = block.equal('"') & line;
        // From an opening quote to before the closing one.
        const uint64_t text = (parity(quotes) ^ inText) & line;
        inText = text >> 63 ? ~uint64_t(0) : 0;
        const uint64_t outside = line & ~text;
        const uint64_t opening = quotes & text, closing = quotes & ~text;
        const uint64_t colons = block.equal(':') & outside, commas = block.equal(',') & outside;
        const uint64_t begins = block.equal('{') & outside, ends = block.equal('}') & outside;
        const uint64_t scalars = outside & ~(closing | colons | commas | begins | ends);

        const uint64_t behindColon = behind(colons, lastColon);
        const uint64_t behindBegin = behind(begins, lastBegin);
        const uint64_t behindItem = behind(commas, lastComma) | behindBegin;
        // Added to the lowest bit of a name's run, a one travels to its closing quote, from block to block too.
        unsigned long long carry;
        const uint64_t names = __builtin_addcll(text, opening & behindItem, nameGoesOn, &carry) & closing;
        nameGoesOn = carry;
        const uint64_t behindValue = behind((closing & ~names) | scalars | ends, lastValue);
        const uint64_t scalarBegins = scalars & ~behind(scalars, lastScalar);

        uint64_t fault = colons ^ (behind(names, lastName) & line);
        fault |= opening & ~(behindItem | behindColon);
        fault |= (scalarBegins | begins) & ~behindColon;
        fault |= commas & ~behindValue;
        fault |= ends & ~(behindValue | behindBegin);
        if (fault != 0) return false;
        return checkScalars(p, scalarBegins) && checkDepth(begins, ends, line);
    }

    static SENSOR_INLINE bool checkScalars(const char *p, uint64_t begins) {
        for (; begins != 0; begins &= begins - 1) {
            const char *scalar = p + __builtin_ctzll(begins);
            if (matches(scalar, "true")) {
                scalar += 4;
            } else if (matches(scalar, "false")) {
                scalar += 5;
            } else if (matches(scalar, "null")) {
                scalar += 4;
            } else if ((scalar = passNumber(scalar)) == nullptr) {
                return false;
            }
            if (*scalar != ',' && *scalar != '}') return false;
        }
        return true;
    }

    /// The line's own object has to end with the line.
    SENSOR_INLINE bool checkDepth(uint64_t begins, uint64_t ends, uint64_t line) {
        for (uint64_t braces = begins | ends; braces != 0; braces &= braces - 1) {
            const uint64_t brace = braces & (0 - braces);
            depth += (brace & begins) != 0 ? 1 : -1;
            if (depth == 0) return (line & ~(brace | (brace - 1))) == 0;
            if (depth > deepest) return false;
        }
        return true;
    }

    static constexpr int deepest = 64;

    int depth;
    /// All bits or none: whether the block before ended inside a string.
    uint64_t inText = 0;
    unsigned long long nameGoesOn = 0;
    uint64_t lastColon = 0, lastBegin = 0, lastComma = 0, lastScalar = 0, lastName = 0;
    /// A value has just ended.
    uint64_t lastValue = 1;
};

}  // namespace eve
