#pragma once

#include <array>

#include "LineEnd.hpp"
#include "Stretch.hpp"

namespace eve {

/// Passes what follows the values of interest in a flow record, to the begin of the next line.
///
/// There Suricata writes end and age, then one of few texts (state, reason, alerted), the community id where that is
/// switched on, and again one of few texts (the TCP flags). Both are remembered once they have been walked.
class FlowTail {
public:
    /// - p: behind a member of the flow object.
    /// - Returns: null: ask another way.
    SENSOR_INLINE const char *pass(const char *p) {
        wasKnown = false;
        const char *q = passAge(p);
        if (__builtin_expect(q == nullptr, 0)) return LineEnd::pass(p, 2);
        // The state, and what tells the texts with one state apart: whether it was alerted, and what comes next.
        const uint64_t state = load64(q + 10) ^ load64(q + 48) * 3 ^ load64(q + 56) * 5;
        Known &first = firsts[slot(state, firstBits)];
        if (__builtin_expect(!first.text.standsAt(q), 0)) {
            learn(first, q);
            return LineEnd::pass(p, 2);
        }
        q += first.text.length;
        wasKnown = true;
        if (first.isWhole) return q;
        if ((q = passText(q)) == nullptr) return nullptr;
        if (matches(q, "\"}\n")) return q + 3;
        // Three pairs of digits, where Suricata writes the TCP flags.
        const uint64_t flags = load32(q + 20) ^ uint64_t(load32(q + 40)) << 32 ^ uint64_t(load32(q + 60)) << 16;
        auto &second = seconds[slot(flags ^ state * 3, secondBits)];
        if (__builtin_expect(second.standsAt(q), 1)) return q + second.length;
        wasKnown = false;
        const char *const end = LineEnd::pass(q + 1, 1);
        if (end != nullptr && !hasPort(q, end)) second.keep(q, end);
        return end;
    }

    /// Whether a port may stand in a part of a line.
    static bool hasPort(const char *begin, const char *end) {
        const auto length = size_t(end - begin);
        return memmem(begin, length, "\"dest_port\"", 11) != nullptr
            || memmem(begin, length, "\"src_port\"", 10) != nullptr;
    }

    /// Of the last line: whether all that was passed was known, and so has no port.
    bool wasKnown = false;

private:
    using Text = Stretch<192>;

    struct Known {
        Text text;
        /// Whether it goes to the line's end; else it ends in the quote that opens the community id.
        bool isWhole = false;
    };

    /// Passes end, where it is next, and age.
    static SENSOR_INLINE const char *passAge(const char *p) {
        if (matches(p, ",\"end\":\"")) {
            p += 8;
            if (!isTextOf31(p)) return nullptr;
            p += 32;
        }
        return matches(p, ",\"age\":") ? passNumber(p + 7) : nullptr;
    }

    /// Walks from behind the age to the community id's value or, if there is none, to the line's end.
    static __attribute__((noinline)) void learn(Known &known, const char *begin) {
        static constexpr int deepest = 16;
        const char *p = begin;
        for (int depth = 2; depth > 0; --depth) {
            while (*p == ',') {
                if (depth == 1 && matches(p, ",\"community_id\":\"")) {
                    if (!hasPort(begin, p) && known.text.keep(begin, p + 17)) known.isWhole = false;
                    return;
                }
                if ((p = passMember(p + 1, deepest)) == nullptr) return;
            }
            if (*p++ != '}') return;
        }
        if (*p == '\r') ++p;
        if (*p == '\n' && !hasPort(begin, p) && known.text.keep(begin, p + 1)) known.isWhole = true;
    }

    static constexpr int firstBits = 6, secondBits = 8;

    std::array<Known, 1 << firstBits> firsts;
    std::array<Text, 1 << secondBits> seconds;
};

}  // namespace eve
