#pragma once

#include <unordered_set>

#include "SensorText/UsualTime.hpp"
#include "Values.hpp"

namespace records {

/// Whether a port is a server's, and the other one a client's.
bool isServerPort(uint16_t port, uint16_t other);

/// Makes records of a line's values, and counts what they share.
class Recorder {
public:
    /// - table: where the records are those of one.
    Recorder(RecordArena &arena, const Values &values, const TableLayout *table = nullptr)
        : arena(arena), values(values), table(table) {
        if (table != nullptr) loose = table->times;
    }

    /// What became of a record, and why it was not used.
    struct Fate {
        const char *reason = nullptr;
        bool isRejected = false;
    };

    /// - id: what a record has that says none; CONTEXT_UNKNOWN for none.
    Fate record(const Kind &kind, uint64_t position, int64_t id = CONTEXT_UNKNOWN);
    /// A whole number, as people write it too: 1,234, 12.0, 1.5 KB; CONTEXT_UNKNOWN for anything else.
    ///
    /// - hasDecimalComma: whether it is 1.234 and 12,0.
    static int64_t number(std::string_view text, bool hasDecimalComma = false);
    /// Of tables: before this moment records were written.
    void setReference(int64_t reference) { loose.reference = reference; }
    /// When the line was written; CONTEXT_UNKNOWN where it does not say.
    int64_t time(const Kind &kind);

private:
    using Value = Values::Value;
    using Detail = context::Detail;

    bool readTime(const Value &value, int64_t &time);
    uint16_t port(const Slots &slots) const;
    static int64_t identity(const Value &value);
    static bool readAddress(const Value &value, SensorAddress &address);
    void readAddresses(const Slots &slots, std::vector<SensorAddress> &addresses);
    template <class Take>
    void eachPart(const Value &value, Take take) const;
    bool isAnswer(const Kind &kind) const;
    bool isAnsweredAsAsked(const Kind &kind) const;
    Detail detail(const Kind &kind) const;
    void count(const Kind &kind, const SensorAddress &client);
    void write(const Kind &kind, const ContextHead &head, Detail detail);
    void writeSingle(const ColumnField &field, size_t name);
    void writeLines(const ColumnField &field);

    // Of tables.
    bool readLooseAddress(std::string_view text, SensorAddress &address, uint16_t &port) const;
    void readLooseHost(const Kind &kind);
    bool findTimes(const Kind &kind, int64_t &start);
    bool isTurned(const Kind &kind, const ContextHead &head) const;
    bool isAnswer(const ContextHead &head);

    RecordArena &arena;
    const Values &values;
    const TableLayout *table;
    LooseTimes loose;
    sensor::TimeReader times;
    /// How long the flow lasted; CONTEXT_UNKNOWN where it is not known.
    int64_t duration = CONTEXT_UNKNOWN;
    /// Ports that stand behind addresses.
    uint16_t sourcePort = 0, destinationPort = 0;
    /// The host of a URL, and its port.
    std::string_view host;
    uint16_t hostPort = 0;
    /// The ends of connections whose client is known, in the client's direction.
    std::unordered_set<uint64_t> clients;
    std::vector<SensorAddress> sources, destinations;
    /// What was looked up, and whether an address that is asked for was an answer.
    std::vector<std::string_view> names;
    bool isAnswered = false;
    /// Whether the record is an answer beside its question.
    bool isMarked = false;
    std::string joined;
};

}  // namespace records
