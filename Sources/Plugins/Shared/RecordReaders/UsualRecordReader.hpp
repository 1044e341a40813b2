#pragma once

#include "SensorText/UsualTime.hpp"
#include "Values.hpp"

namespace records {

/// Where a key of three characters or more begins in a text; null where it does not. 32 bytes past the end of the text
/// can be read.
const char *findKey(std::string_view text, std::string_view key);

/// Reads the records of JSON that most are, without taking their lines apart: those that nobody asked for, which are
/// counted alone, and those of which only what they are compared by is asked for. An accelerator: whatever is not written
/// in the usual way is left to the reader of JSON.
///
/// Usual is a record whose head stands before any object, and whose columns stand as texts in one object behind it, before
/// objects that the plan does not know. Inside of a text the quotes of a key would be escaped.
class UsualRecordReader {
public:
    UsualRecordReader(const RecordPlan &plan, RecordArena &arena);

    /// - Returns: false where the line has to be read: it is written in another way, or asked for.
    bool read(std::string_view line, const Kind &kind, uint64_t position);

private:
    using Detail = context::Detail;

    /// A text among the members of the object.
    struct Member {
        context::Column column;
        std::string key;
        /// What stands between the key and its text.
        std::string behind;
        std::string_view text;
        std::string scratch;
    };
    /// How the lines of a kind are written.
    struct Form {
        bool isKnown = false;
        /// Whether something has to be taken of records that nobody asked for.
        bool isCounted = false;
        /// Whether all that records are compared by is among the members and the answers.
        bool isComparable = true;
        std::string start, source, sourcePort, destination, port, protocol, id;
        /// The key of the object, with its brace; empty where the columns stand in none.
        std::string object;
        std::vector<Member> members;
        context::Column answers{};
        /// The key of the list of answers, with its bracket, and of their texts; empty where there are none.
        std::string list, answer;
    };
    class Head;

    static Form form(const RecordPlan &plan, const Kind &kind);
    static bool addMember(Form &form, const RecordPlan &plan, const ColumnField &field, bool isAnswers);
    bool takeMembers(Form &form, std::string_view plain, bool isWhole, Detail detail);
    bool takeAnswers(const Form &form, std::string_view words, std::string_view plain, Detail detail);
    bool write(Form &form, Head &head, ContextHead &record, bool mayWait);

    const RecordPlan &plan;
    RecordArena &arena;
    std::vector<Form> forms;
    sensor::TimeReader times;
    std::string answers;
};

}  // namespace records
