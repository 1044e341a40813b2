// The C functions of tables: reads one record after the other, and tells what became of each.

#include <algorithm>
#include <list>
#include <unordered_map>

#include "Conversations.hpp"
#include "RecordFinder.hpp"
#include "Recorder.hpp"
#include "TableReader.hpp"
#include "Tallies.hpp"

namespace records {

namespace {

/// The first records of two that wait for the second one.
constexpr size_t mostWaiting = 1 << 18;

}  // namespace

}  // namespace records

struct TableScanner {
    using Kind = records::Kind;
    using Taken = records::TableReader::Taken;

    TableScanner(const RecordPlan &plan, const ContextInterest &interest, size_t longest)
        : plan(plan), arena(interest), values(plan.paths.size()), reader(plan, values),
          recorder(arena, values, plan.table.get()), conversations(*plan.table), finder(*plan.table, longest) {}

    const RecordPlan &plan;
    RecordArena arena;
    records::Values values;
    records::TableReader reader;
    records::Recorder recorder;
    records::Conversations conversations;
    records::RecordFinder finder;
    records::Tallies tallies;

    void begin(uint64_t file, uint64_t position, int64_t reference);
    bool read(size_t most, bool isLast);
    void finish();

private:
    void take(std::string_view text, uint64_t position);
    void record(uint64_t position);
    void takeOver(bool all);
    void takeAlone();
    bool join(uint64_t position);
    void nameMachine();
    bool isOf(const Kind &kind, std::string &reason);
    void count(RecordFate fate, std::string_view reason, uint64_t position, ContextKind kind = 0) {
        tallies.add(fate, reason, kind, position, line);
    }

    /// The file at hand, and the number of the line in which the record at hand begins.
    uint64_t file = 0, line = 1;
    /// The object at hand.
    std::string document;
    std::vector<std::string> tuples;
    size_t tupleNumber = 0;
    bool isFinishing = false;

    /// A first record that waits for the second one.
    struct Waiting {
        std::string key;
        std::vector<std::pair<records::Slot, std::string>> texts;
        uint64_t position, line;
    };
    std::list<Waiting> waiting, alone;
    std::unordered_map<std::string, std::list<Waiting>::iterator> waitingByKey;
    /// The addresses of machines by their names.
    std::unordered_map<std::string, std::string> addresses;
};

void TableScanner::begin(uint64_t next, uint64_t position, int64_t reference) {
    reader.forgetHeader();
    recorder.setReference(reference);
    tallies.clear();
    finder.begin(position);
    file = next;
}

bool TableScanner::read(size_t most, bool isLast) {
    while (arena.given.records.size() < most) {
        records::RecordFinder::Found found;
        if (finder.find(isLast, found) != records::RecordFinder::Search::found) return false;
        line = finder.line();
        if (found.fault == nullptr) {
            std::string_view text = finder.text(found);
            while (!text.empty() && (text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);
            take(text, finder.position(found));
        } else if (*found.fault != '\0') {
            // A line between records is none.
            ++arena.lines;
            count(RecordRejected, found.fault, finder.position(found));
        }
        finder.pass(found);
    }
    return true;
}

// MARK: What becomes of them

void TableScanner::take(std::string_view text, uint64_t position) {
    values.clear();
    tupleNumber = 0;
    ++arena.lines;
    if (std::all_of(text.begin(), text.end(), [](char c) { return sensor::isSpace(c); }))
        return count(RecordSkipped, "blank line", position);
    // simdjson reads past the end of an object.
    if (plan.table->form == RecordTableJSON) {
        document.assign(text.substr(text.find('{')));
        const size_t size = document.size();
        document.append(RECORD_PADDING, ' ');
        text = std::string_view(document).substr(0, size);
    }
    switch (reader.read(text)) {
    case Taken::record: break;
    case Taken::header: return count(RecordSkipped, "header", position);
    case Taken::comment: return count(RecordSkipped, "comment", position);
    case Taken::other: return count(RecordSkipped, "another message", position);
    case Taken::notJSON: return count(RecordRejected, "not JSON", position);
    case Taken::wrongColumns: return count(RecordRejected, "other columns than the header", position);
    case Taken::noHeader: return count(RecordRejected, "no header above", position);
    case Taken::noKeys: return count(RecordRejected, "no key=value", position);
    }
    if (plan.table->tuples == records::Node::nothing) return record(position);
    tuples.clear();
    values.each(plan.table->tuples, [&](const records::Values::Value &value) {
        tuples.emplace_back(value.text);
        return true;
    });
    if (tuples.empty()) return count(RecordSkipped, "no flows in it", position);
    --arena.lines;
    for (const std::string &tuple : tuples) {
        ++arena.lines;
        values.clear();
        ++tupleNumber;
        if (reader.readTuple(tuple)) record(position);
        else count(RecordRejected, "other columns than flows have", position);
    }
}

/// Joins the second of two records with what the first one said.
///
/// - Returns: false where the record is a first one, and waits.
bool TableScanner::join(uint64_t position) {
    const records::TableLayout &layout = *plan.table;
    if (!layout.isFirst || isFinishing) return true;
    std::string key;
    bool isKnown = false;
    for (const records::Slot slot : layout.joinedBy) {
        const auto *const value = values.first(slot);
        isKnown = isKnown || value != nullptr;
        key.append(value == nullptr ? std::string_view() : value->text).push_back('\n');
    }
    if (!isKnown) return true;
    const auto *const told = values.first(layout.isFirst->slots);
    const bool isFirst = layout.isFirst->holds(told == nullptr ? std::string_view() : told->text);
    const auto known = waitingByKey.find(key);
    if (!isFirst) {
        if (known == waitingByKey.end()) return true;
        for (const auto &[slot, text] : known->second->texts) {
            for (const auto &[first, base] : layout.firsts)
                if (base == slot) {
                    std::string &held = values.hold();
                    held = text;
                    values.add(first, {held, true, false});
                }
            if (values.first(slot) != nullptr) continue;
            std::string &held = values.hold();
            held = text;
            values.add(slot, {held, true, false});
        }
        waiting.erase(known->second);
        waitingByKey.erase(known);
        return true;
    }
    if (known != waitingByKey.end()) {
        // Its second one never came.
        alone.splice(alone.end(), waiting, known->second);
        waitingByKey.erase(known);
    } else if (waiting.size() >= records::mostWaiting) {
        waitingByKey.erase(waiting.front().key);
        waiting.pop_front();
        tallies.add(RecordNoted, "beginnings of connections forgotten, since too many were open", 0, position, line);
    }
    Waiting entry{key, {}, position, line};
    for (size_t slot = 0; slot < plan.paths.size(); ++slot)
        if (const auto *const value = values.first(records::Slot(slot)))
            entry.texts.emplace_back(records::Slot(slot), std::string(value->text));
    waiting.push_back(std::move(entry));
    waitingByKey[key] = std::prev(waiting.end());
    return false;
}

namespace {
constexpr const char *partly = "one of several records of a conversation";
constexpr const char *joined = "the beginning of a connection whose end is told too";
}

/// Whether a record is of a kind; the first reason against is kept.
bool TableScanner::isOf(const Kind &kind, std::string &reason) {
    const auto hold = [&](const auto &requirements, bool isWanted) {
        for (const auto &requirement : requirements) {
            const auto *const value = values.first(requirement.slots);
            if (requirement.holds(value == nullptr ? std::string_view() : value->text) == isWanted) continue;
            if (reason.empty())
                reason = value == nullptr ? "no " + requirement.name : requirement.name + ' ' + std::string(value->text.substr(0, 60));
            return false;
        }
        return true;
    };
    return hold(kind.required, true) && hold(kind.excluded, false);
}

/// Learns the address of a machine, or tells it.
void TableScanner::nameMachine() {
    const records::TableLayout &layout = *plan.table;
    if (layout.machine.empty()) return;
    const auto *const machine = values.first(layout.machine);
    if (machine == nullptr) return;
    const auto *const address = values.first(layout.machineAddress);
    if (address != nullptr) {
        constexpr size_t most = 1 << 16;
        const bool isLoopback = address->text.substr(0, 4) == "127." || address->text == "::1" || address->text == "0:0:0:0:0:0:0:1"
            || address->text.substr(0, 5) == "fe80:";
        if (!isLoopback && addresses.size() < most) addresses[std::string(machine->text)] = std::string(address->text);
    } else if (layout.knownAddress != records::Node::nothing) {
        const auto known = addresses.find(std::string(machine->text));
        if (known != addresses.end()) values.add(layout.knownAddress, {known->second, true, false});
    }
}

/// Has records of the conversations that are over.
void TableScanner::takeOver(bool all) {
    const uint64_t present = line;
    const bool wasFinishing = std::exchange(isFinishing, true);
    uint64_t position;
    while (conversations.next(values, all, position, line)) {
        tallies.drop(RecordSkipped, partly);
        record(position);
    }
    isFinishing = wasFinishing;
    line = present;
}

/// Has records of first ones that no second one belongs to.
void TableScanner::takeAlone() {
    const uint64_t present = line;
    const bool wasFinishing = std::exchange(isFinishing, true);
    for (const Waiting &first : std::exchange(alone, {})) {
        values.clear();
        for (const auto &[slot, text] : first.texts) values.add(slot, {text, true, false});
        line = first.line;
        tallies.drop(RecordSkipped, joined);
        record(first.position);
    }
    isFinishing = wasFinishing;
    line = present;
}

void TableScanner::record(uint64_t position) {
    if (plan.table->conversations && !isFinishing) {
        const char *const fault = conversations.take(values, position, line);
        count(fault == nullptr ? RecordSkipped : RecordRejected, fault == nullptr ? partly : fault, position);
        return takeOver(false);
    }
    if (!join(position)) {
        count(RecordSkipped, joined, position);
        return takeAlone();
    }
    nameMachine();
    const int64_t id = int64_t((context::mixed(file + position * 0x9e3779b97f4a7c15u) + tupleNumber) >> 1);
    bool isUsed = false, isUnwanted = false;
    const char *fault = nullptr;
    bool isRejected = false;
    std::string reason;
    for (const Kind &kind : plan.kinds) {
        if (!isOf(kind, reason)) continue;
        if (kind.kind == records::nobody) {
            isUnwanted = true;
            continue;
        }
        const auto fate = recorder.record(kind, position, id);
        if (fate.reason == nullptr) {
            if (!isUsed) tallies.add(RecordUsed, {}, kind.kind, position, line);
            isUsed = true;
        } else if (fault == nullptr || (fate.isRejected && !isRejected)) {
            fault = fate.reason;
            isRejected = fate.isRejected;
        }
    }
    if (isUsed) return;
    if (fault != nullptr) count(isRejected ? RecordRejected : RecordSkipped, fault, position);
    else if (isUnwanted) count(RecordSkipped, "not asked for", position);
    else count(RecordSkipped, reason, position);
}

void TableScanner::finish() {
    takeOver(true);
    alone.splice(alone.end(), waiting);
    waitingByKey.clear();
    takeAlone();
}

extern "C" {

TableScanner *TableScannerCreate(const RecordPlan *plan, const ContextInterest *interest, size_t longest) {
    return new TableScanner(*plan, *interest, longest);
}

void TableScannerDestroy(TableScanner *scanner) { delete scanner; }

RecordArena *TableScannerArena(TableScanner *scanner) { return &scanner->arena; }

void TableScannerBegin(TableScanner *scanner, uint64_t file, uint64_t position, int64_t reference) {
    scanner->begin(file, position, reference);
}

void TableScannerGive(TableScanner *scanner, const char *bytes, size_t length) { scanner->finder.give(bytes, length); }

bool TableScannerRead(TableScanner *scanner, size_t most, bool isLast) { return scanner->read(most, isLast); }

void TableScannerFinish(TableScanner *scanner) { scanner->finish(); }

size_t TableScannerTallies(const TableScanner *scanner) { return scanner->tallies.size(); }

RecordTally TableScannerTally(const TableScanner *scanner, size_t number) { return scanner->tallies.at(number); }

}  // extern "C"
