// The C functions: takes lines apart, and finds their kinds.

#include <algorithm>

#include "JSONReader.hpp"
#include "UsualRecordReader.hpp"
#include "Recorder.hpp"
#include "RecordReaders/Header.hpp"
#include "RowReader.hpp"

namespace records {

namespace {

/// Where the member that selects the kind stands in most lines: near the beginning.
constexpr size_t headLength = 512;

}  // namespace

bool Kind::mayBeAnswer(std::string_view line) const {
    return std::any_of(answering.begin(), answering.end(), [&](const Condition &condition) {
        return findKey(line, condition.quoted) != nullptr;
    });
}

}  // namespace records

struct RecordScanner {
    using Kind = records::Kind;

    RecordScanner(const RecordPlan &plan, const ContextInterest &interest)
        : plan(plan), arena(interest), values(plan.paths.size()), json(plan, values), rows(plan, values),
          recorder(arena, values), quick(plan, arena) {}

    const RecordPlan &plan;
    RecordArena arena;
    records::Values values;
    records::JSONReader json;
    records::RowReader rows;
    records::Recorder recorder;
    records::UsualRecordReader quick;
    /// What the records of the file at hand are where they do not say it.
    const Kind *fileKind = nullptr;
    /// The header lines in force, for who picks lines.
    std::string header;

    /// What is known of a line: whether its values are there, or whether they are of no more interest.
    enum class Taken { wanted, other, unreadable };
    /// - kind: what it is, if it is wanted.
    /// - position: of the line, which is of no more interest once its record is there; none where its values are wanted.
    Taken take(std::string_view line, const Kind *&kind, const uint64_t *position = nullptr);

    bool isHeader(std::string_view line) const { return plan.isNamedByFile && line.front() == '#'; }

    void takeHeader(std::string_view line) {
        rows.takeHeader(line);
        // A log begins with its separator.
        if (line.substr(0, 10) == "#separator") header.clear();
        (header += line) += '\n';
    }

private:
    Taken kindOf(const Kind *&kind) const;
};

RecordScanner::Taken RecordScanner::take(std::string_view line, const Kind *&kind, const uint64_t *position) {
    values.clear();
    kind = nullptr;
    if (plan.isNamedByFile && line.front() != '{') {
        kind = rows.header().path.empty() ? fileKind : rows.kind();
        if (kind == nullptr && !rows.header().path.empty()) return Taken::other;
        if (!rows.read(line, kind)) return Taken::unreadable;
        return kind == nullptr ? Taken::other : Taken::wanted;
    }
    // The value that selects the kind tells of most lines that nobody asked for them. A line is read to its end where it
    // does not stand where it should.
    if (!plan.selectorKey.empty()) {
        const char *const found = records::findKey(line.substr(0, records::headLength), plan.selectorKey);
        if (found != nullptr) {
            const std::string_view rest = line.substr(size_t(found - line.data()) + plan.selectorKey.size());
            const uint32_t quotes = sensor::equal16(rest.data(), '"');
            const size_t length = quotes != 0 ? size_t(__builtin_ctz(quotes)) : rest.find('"');
            kind = plan.find(rest.data(), std::min(length, rest.size()));
            if (kind == nullptr || (kind->isAnswers && !kind->mayBeAnswer(line)) || (position != nullptr && quick.read(line, *kind, *position))) return Taken::other;
        }
    }
    if (!json.read(line)) return Taken::unreadable;
    return kindOf(kind);
}

RecordScanner::Taken RecordScanner::kindOf(const Kind *&kind) const {
    if (const auto *selector = values.first(plan.selectors); selector != nullptr) {
        kind = plan.find(selector->text);
    } else if (!plan.isNamedByFile) {
        return Taken::unreadable;
    } else {
        const auto found = std::find_if(plan.kinds.begin(), plan.kinds.end(), [&](const Kind &candidate) {
            return std::any_of(candidate.tells.begin(), candidate.tells.end(), [&](const records::Slots &fields) {
                return std::all_of(fields.begin(), fields.end(), [&](records::Slot slot) { return values.isSeen(slot); });
            });
        });
        kind = found == plan.kinds.end() ? fileKind : &*found;
    }
    return kind == nullptr || kind->kind == records::nobody ? Taken::other : Taken::wanted;
}

namespace {

/// Calls a function with each line, without its end, until it returns false.
///
/// - Returns: where the next line begins.
template <class Take>
size_t eachLine(const char *lines, size_t length, size_t begin, Take take) {
    while (begin < length) {
        const void *const feed = std::memchr(lines + begin, '\n', length - begin);
        const size_t end = feed == nullptr ? length : size_t(static_cast<const char *>(feed) - lines);
        std::string_view line(lines + begin, end - begin);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (!take(line, begin)) break;
        begin = std::min(end + 1, length);
    }
    return begin;
}

}  // namespace

extern "C" {

RecordScanner *RecordScannerCreate(const RecordPlan *plan, const ContextInterest *interest) {
    return new RecordScanner(*plan, *interest);
}

void RecordScannerDestroy(RecordScanner *scanner) { delete scanner; }

RecordArena *RecordScannerArena(RecordScanner *scanner) { return &scanner->arena; }

void RecordScannerBegin(RecordScanner *scanner, const char *name) {
    scanner->rows.forgetHeader();
    scanner->header.clear();
    scanner->fileKind = scanner->plan.isNamedByFile ? scanner->plan.find(name) : nullptr;
}

void RecordScannerTakeHeader(RecordScanner *scanner, const char *lines, size_t length) {
    eachLine(lines, length, 0, [&](std::string_view line, size_t) {
        scanner->takeHeader(line);
        return true;
    });
}

size_t RecordScannerRead(RecordScanner *scanner, const char *lines, size_t length, uint64_t position, size_t most) {
    RecordArena &arena = scanner->arena;
    return eachLine(lines, length, 0, [&](std::string_view line, size_t begin) {
        if (arena.given.records.size() >= most) return false;
        ++arena.lines;
        if (line.empty()) return true;
        if (scanner->isHeader(line)) {
            scanner->rows.takeHeader(line);
            return true;
        }
        const records::Kind *kind;
        const uint64_t place = position + begin;
        switch (scanner->take(line, kind, &place)) {
        case RecordScanner::Taken::wanted: arena.rejected += scanner->recorder.record(*kind, place).isRejected; break;
        case RecordScanner::Taken::unreadable: ++arena.rejected; break;
        case RecordScanner::Taken::other: break;
        }
        return true;
    });
}

size_t RecordScannerPick(
    RecordScanner *scanner, const char *lines, size_t length, size_t *begin, ContextLine *picked, size_t room) {
    size_t count = 0;
    *begin = eachLine(lines, length, *begin, [&](std::string_view line, size_t at) {
        if (count == room) return false;
        if (line.empty()) return true;
        if (scanner->isHeader(line)) {
            if (count > 0) return false;
            scanner->takeHeader(line);
            return true;
        }
        const records::Kind *kind;
        const auto taken = scanner->take(line, kind);
        // What seems to be wanted and cannot be read is counted by who reads it again.
        if (taken == RecordScanner::Taken::other || kind == nullptr) return true;
        const int64_t time = taken == RecordScanner::Taken::wanted ? scanner->recorder.time(*kind) : CONTEXT_UNKNOWN;
        picked[count++] = ContextLine{at, line.size(), time};
        return true;
    });
    return count;
}

const char *RecordScannerHeader(const RecordScanner *scanner, size_t *length) {
    *length = scanner->header.size();
    return scanner->header.data();
}

}  // extern "C"
