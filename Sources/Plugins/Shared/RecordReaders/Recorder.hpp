#pragma once

#include "SensorText/UsualTime.hpp"
#include "Values.hpp"

namespace records {

/// Makes records of a line's values, and counts what they share.
class Recorder {
public:
    Recorder(RecordArena &arena, const Values &values) : arena(arena), values(values) {}

    void record(const Kind &kind, uint64_t position);
    /// When the line was written; CONTEXT_UNKNOWN where it does not say.
    int64_t time(const Kind &kind);

private:
    using Value = Values::Value;
    using Detail = context::Detail;

    bool readTime(const Value &value, int64_t &time);
    uint16_t port(const Slots &slots) const;
    static int64_t identity(const Value &value);
    static bool readAddress(const Value &value, SensorAddress &address);
    void readAddresses(const Slots &slots, std::vector<SensorAddress> &addresses) const;
    bool isLeftOut(const Kind &kind) const;
    bool isAnsweredAsAsked(const Kind &kind) const;
    Detail detail(const Kind &kind) const;
    void count(const Kind &kind, const SensorAddress &client);
    void write(const Kind &kind, const ContextHead &head, Detail detail);
    void writeSingle(const ColumnField &field, size_t name);
    void writeLines(const ColumnField &field);

    RecordArena &arena;
    const Values &values;
    sensor::TimeReader times;
    std::vector<SensorAddress> sources, destinations;
    /// What was looked up, and whether an address that is asked for was an answer.
    std::vector<std::string_view> names;
    bool isAnswered = false;
    std::string joined;
};

}  // namespace records
