#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "LogNames.hpp"
#include "Value.hpp"
#include "Wants.hpp"
#include "ZeekScanner.h"

namespace zeek {

/// What becomes of a line.
enum class Verdict : uint8_t { used, skipped, rejected };

/// A verdict with what belongs to it.
struct Reading {
    Verdict verdict = Verdict::rejected;
    /// Of a rejected line.
    ZeekReason reason = ZeekNotJSON;
    /// Of a skipped line: its log, valid until the next line is read; empty where the log has no name.
    std::string_view log;
    /// Of a used line, and of a skipped one if it could be read.
    int64_t time = 0;
    bool hasTime = false;

    /// Of a used line: what was done with it.
    const Order *order = nullptr;
    /// Of a used line: its duration was below 0, and is not used.
    bool isNegative = false;

    static Reading used(const Order &order, int64_t time) {
        Reading reading;
        reading.time = time;
        reading.verdict = Verdict::used;
        reading.order = &order;
        return reading;
    }

    static Reading skipped(std::string_view log) {
        Reading reading;
        reading.verdict = Verdict::skipped;
        reading.log = log;
        return reading;
    }

    static Reading rejected(ZeekReason reason) {
        Reading reading;
        reading.reason = reason;
        return reading;
    }
};

/// What every record of a connection has.
struct Head {
    int64_t start = 0;
    SensorAddress source{};
    SensorAddress destination{};
    uint16_t port = 0;
    uint8_t protocol = SENSOR_UNKNOWN_PROTOCOL;
};

/// The tables that a call of the scanner fills, and the memory of their texts.
struct Output {
    ZeekTable *tables = nullptr;
    size_t tableCount = 0;
    std::string texts;

    bool isFull() const {
        for (size_t i = 0; i < tableCount; ++i)
            if (tables[i].count >= tables[i].capacity) return true;
        return false;
    }

    /// Writes the head of a row behind the last one.
    SENSOR_INLINE void write(ZeekTable &table, const Head &head, uint64_t position) const {
        const size_t row = table.count;
        table.start[row] = head.start;
        table.source[row] = head.source;
        table.destination[row] = head.destination;
        table.port[row] = head.port;
        table.protocol[row] = head.protocol;
        if (table.position != nullptr) table.position[row] = int64_t(position);
    }

    static SENSOR_INLINE void write(ZeekTable &table, size_t column, int64_t number) {
        table.numbers[column][table.count] = number;
    }

    /// - from: where in `texts` the text begins that ends with them.
    void writeText(ZeekTable &table, size_t column, size_t from) const {
        table.texts[column][table.count] = ZeekTextRange{uint32_t(from), uint32_t(texts.size() - from)};
    }
};

/// Whether the records of a log belong to no connection: their addresses and ports are zero.
inline bool standsAlone(std::string_view log) { return originalLog(log) == "x509"; }

/// The protocol of a log that does not say it: what carries HTTP and, but for QUIC and DTLS, TLS.
inline uint8_t protocolOf(std::string_view name) {
    const std::string_view log = originalLog(name);
    return log == "http" || log == "ssl" ? 6 : log == "quic" ? 17 : SENSOR_UNKNOWN_PROTOCOL;
}

}  // namespace zeek
