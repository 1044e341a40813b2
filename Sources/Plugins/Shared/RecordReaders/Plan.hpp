#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "RecordArenas/RecordArena.hpp"
#include "RecordReaders.h"
#include "RecordReaders/LooseTime.hpp"
#include "SensorText/Text.hpp"

namespace records {

/// A value that is wanted, by its number in the plan.
using Slot = uint16_t;

/// Finds names among some. Names are asked for where they stand in a line, so that 8 bytes from their begin can be read.
class NameTable {
public:
    static constexpr size_t none = SIZE_MAX;

    /// - Returns: the value of a name, which becomes `value` if the name is new.
    size_t add(std::string_view name, size_t value);

    size_t find(const char *name, size_t length) const {
        if (entries.empty()) return none;
        const Ends ends(name, length);
        const size_t mask = entries.size() - 1;
        for (size_t at = ends.hash() & mask; entries[at].value != none; at = (at + 1) & mask) {
            const Entry &entry = entries[at];
            if (entry.ends == ends && (length <= 16 || std::memcmp(entry.name.data(), name, length) == 0)) return entry.value;
        }
        return none;
    }

private:
    /// The first 8 bytes of a name, the last 8, and how long it is: all of a short one.
    struct Ends {
        uint64_t begin = 0, end = 0;
        size_t length = 0;

        Ends() = default;
        Ends(const char *name, size_t length) : length(length) {
            if (length == 0) return;
            begin = length < 8 ? sensor::load64(name) << (64 - 8 * length) : sensor::load64(name);
            end = length > 8 ? sensor::load64(name + length - 8) : 0;
        }
        bool operator==(const Ends &other) const {
            return begin == other.begin && end == other.end && length == other.length;
        }
        size_t hash() const { return size_t((begin ^ end * 0x9E3779B97F4A7C15u ^ length) * 0xD6E8FEB86659FD93u >> 40); }
    };
    struct Entry {
        std::string name;
        Ends ends;
        size_t value = none;
    };

    std::vector<Entry> entries;
    size_t count = 0;
};

/// The slots of one field: any of them counts, the first that a record has.
using Slots = std::vector<Slot>;

/// A wanted member of an object, or an object with wanted members.
struct Node {
    static constexpr Slot nothing = UINT16_MAX;

    NameTable children;
    bool hasChildren = false;
    Slot slot = nothing;
    /// Whether the members of an object are the value.
    bool isEntries = false;
};

struct ColumnField {
    context::Column column;
    RecordForm form;
    /// Those of one member are taken together.
    std::vector<Slots> alternatives;
    /// Whether it stands beside the name that was looked up, so that a record of several names has one for each.
    bool isBesideQuery = false;
};

/// The kind of records that nobody asked for.
constexpr ContextKind nobody = RECORD_NOBODY;

struct Condition {
    Slot slot;
    std::string value, quoted;
};

/// Values of which one has to stand in a field of a table's record, or none must.
struct Requirement {
    Slots slots;
    /// What it is called in reasons.
    std::string name;
    /// In lower case; one that ends with `*` stands for all that begin so, an empty one for a field without a value.
    std::vector<std::string> values;

    bool holds(std::string_view value) const;
};

/// How the records of a kind are read.
struct Kind {
    ContextKind kind;
    uint8_t protocol;
    bool mayWait, mayBeNobodys;
    Slots parts[RecordColumn];
    std::vector<ColumnField> columns;
    /// By which answers are told, and whether they alone are read.
    std::vector<Condition> answering;
    bool isAnswers = false;
    /// The column that tells answers among questions, where both are read.
    ContextColumn answerMark = 0;
    bool marksAnswers = false;
    std::vector<Slots> tells;
    /// How members begin that may hold others, those of columns that nobody wants among them: `"ja3":{`.
    std::vector<std::string> openings;
    /// Of tables.
    std::vector<Requirement> required, excluded, turned;
    /// In nanoseconds.
    double durationUnit = 1e9;
    bool isOneWay = false, turnsByPorts = false;
    /// Places among the columns; as many as there are where there is none.
    size_t query = 0, answers = 0;

    /// Whether a value by which answers are told stands somewhere in a line.
    bool mayBeAnswer(std::string_view line) const;
    bool hasQuery() const { return query < columns.size(); }
    bool hasAnswers() const { return answers < columns.size(); }
};

/// A line of text with places whose texts are values.
struct Pattern {
    struct Place {
        Slot slot;
        /// What stands behind it; empty at the end.
        std::string literal;
        enum class Is : uint8_t { any, address, number };
        /// What alone may stand here.
        Is is = Is::any;
        /// Whether as much stands here as lets the rest follow its places.
        bool isGap = false;

        /// Whether a text may stand here: one that has a name is a word, unless it goes on to a quote, a bracket or the end.
        bool mayBe(std::string_view text) const;
    };
    /// What stands before the first place; empty where the line begins with that.
    std::string begin;
    std::vector<Place> places;
    /// What it says by itself.
    std::vector<std::pair<Slot, std::string>> said;
};

/// How a table's records are written.
struct TableLayout {
    /// The columns of rows, by the value of one of those before; the first one has all rows.
    struct Row {
        std::vector<Slot> columns;
        Slot told = Node::nothing;
        std::vector<std::string> values;
    };

    RecordTableForm form;
    char separator;
    std::string behind;
    /// What stands between key and value.
    char assign = '=';
    /// Whether 1,5 is one and a half, and 1.234 more than a thousand.
    bool hasDecimalComma = false;
    std::vector<std::string> inside;
    /// Values in lists, each beside its name, and the columns that hold such lists as a text.
    struct Pairs {
        Slots in;
        std::string name, value;
    };
    std::optional<Pairs> pairs;
    std::vector<Row> rows;
    std::vector<Pattern> patterns;
    Slot tuples = Node::nothing;
    std::vector<Slot> tupleColumns;
    /// By what two records are one, and what tells the first.
    std::vector<Slot> joinedBy;
    std::optional<Requirement> isFirst;
    /// Of records for each direction of a conversation: where they say what, and the slots of what is made of them.
    struct Conversation {
        Slots start, end, duration, source, sourcePort, destination, port, proto, bytes, packets, bytesBack, packetsBack, flags;
        std::vector<Slot> made;
    };
    std::optional<Conversation> conversations;
    /// A line behind which no rows stand.
    std::string until;
    LooseTimes times;
    /// Texts that belong together, and the slot of their sum.
    std::vector<std::pair<Slot, std::vector<Slot>>> sums;
    Slot timeAtBegin = Node::nothing;
    /// What the first of two records said, and where the second has its own.
    std::vector<std::pair<Slot, Slot>> firsts;
    /// The address of a machine by its name, as other records tell it.
    Slot knownAddress = Node::nothing;
    Slots machine, machineAddress;
    /// The slots by their names, in lower case and with one underscore for each run of what is no letter, digit or dot.
    NameTable names;

    static std::string plainName(std::string_view name);
    /// Whether a text is what tools write for "there is none".
    static bool isNone(std::string_view text);
    /// The slot of a column; none where nobody wants it.
    Slot find(std::string_view name) const {
        const std::string plain = plainName(name);
        const size_t found = names.find(plain.data(), plain.size() - 8);
        return found == NameTable::none ? Node::nothing : Slot(found);
    }
};

}  // namespace records

struct RecordPlan {
    using Kind = records::Kind;
    using Slot = records::Slot;

    bool isNamedByFile = false;
    std::vector<Kind> kinds;
    /// The first one is the line's own object.
    std::vector<records::Node> nodes{1};
    /// The slots of paths, whose cells are taken apart where that is said.
    struct Path {
        std::string name;
        bool isList;
    };
    std::vector<Path> paths;
    /// Where the value stands that selects the kind, and what it selects.
    records::Slots selectors;
    records::NameTable selected;
    /// How that value's key and its quote begin, where there is one alone and it is the line's own member.
    std::string selectorKey;
    /// Where the records are those of a table.
    std::unique_ptr<records::TableLayout> table;

    records::Slot slot(std::string_view path);
    records::Slots slots(std::string_view paths);
    /// Of a place in a table's pattern or row; none for `_` and nothing.
    records::Slot place(std::string_view name);
    records::Requirement requirement(std::string_view path, std::string_view values);
    void addColumn(ContextColumn column, RecordForm form, uint16_t roles, std::string_view paths);
    void select(std::string_view path, std::string_view value);
    /// Makes the members of these paths known that may hold others.
    void know(RecordForm form, std::string_view paths);

    /// The kind that a value selects, where somebody asked for it.
    ///
    /// - value: 8 bytes from its begin can be read.
    const Kind *find(const char *value, size_t length) const {
        const size_t place = selected.find(value, length);
        return place == records::NameTable::none || kinds[place].kind == records::nobody ? nullptr : &kinds[place];
    }
    const Kind *find(std::string_view value) const {
        const std::string padded = std::string(value).append(8, '\0');
        return find(padded.data(), value.size());
    }

private:
    void addPath(std::string_view rest, size_t node, records::Slot slot);
    void addTablePath(std::string_view path, records::Slot slot);
};
