// What a plan says of tables.

#include <algorithm>

#include "Plan.hpp"
#include "SensorText/Address.hpp"

namespace records {

namespace {

bool isWord(char c) { return sensor::isDigit(c) || sensor::isLetter(c) || c == '.' || (unsigned char)c >= 0x80; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; }

/// Calls a function with each text between line feeds.
template <class Take>
void eachLine(const char *text, Take take) {
    if (text == nullptr) return;
    for (std::string_view rest(text);;) {
        const size_t end = rest.find('\n');
        take(rest.substr(0, end));
        if (end == std::string_view::npos) return;
        rest.remove_prefix(end + 1);
    }
}

/// The parts of `date + time`.
std::vector<std::string_view> parts(std::string_view path) {
    constexpr std::string_view plus = " + ";
    std::vector<std::string_view> found;
    for (size_t begin = 0;;) {
        const size_t end = path.find(plus, begin);
        found.push_back(path.substr(begin, end == std::string_view::npos ? end : end - begin));
        if (end == std::string_view::npos) return found;
        begin = end + plus.size();
    }
}

}  // namespace

std::string TableLayout::plainName(std::string_view name) {
    std::string plain;
    plain.reserve(name.size() + 8);
    for (const char c : name) {
        if (isWord(c) || c == '@') plain.push_back(lower(c));
        else if (!plain.empty() && plain.back() != '_') plain.push_back('_');
    }
    while (!plain.empty() && plain.back() == '_') plain.pop_back();
    // Names are asked for with bytes behind them.
    return plain.append(8, '\0');
}

bool TableLayout::isNone(std::string_view text) {
    if (text.size() > 7) return false;
    if (text.empty()) return true;
    constexpr std::string_view begins = "-Nn(";
    if (begins.find(text.front()) == std::string_view::npos) return false;
    for (const std::string_view none : {"-", "--", "N/A", "n/a", "NA", "null", "NULL", "(null)", "None", "none", "(empty)", "NaN"})
        if (text == none) return true;
    return false;
}

bool Pattern::Place::mayBe(std::string_view text) const {
    SensorAddress address;
    if (is == Is::address) return sensor::readAddress(text.data(), text.size(), address);
    if (is == Is::number) return !text.empty() && std::all_of(text.begin(), text.end(), sensor::isDigit);
    constexpr std::string_view closing = "\"])";
    const bool isWord = slot != Node::nothing && !literal.empty() && closing.find(literal.front()) == std::string_view::npos;
    return !isWord || text.find(' ') == std::string_view::npos;
}

bool Requirement::holds(std::string_view value) const {
    return std::any_of(values.begin(), values.end(), [&](const std::string &wanted) {
        const bool isBegin = !wanted.empty() && wanted.back() == '*';
        const size_t length = wanted.size() - isBegin;
        if (isBegin ? value.size() < length : value.size() != length) return false;
        return std::equal(wanted.begin(), wanted.begin() + ptrdiff_t(length), value.begin(), [](char a, char b) {
            return a == lower(b);
        });
    });
}

}  // namespace records

using records::Node;

void RecordPlan::addTablePath(std::string_view path, Slot slot) {
    const auto sum = records::parts(path);
    if (sum.size() > 1) {
        std::vector<Slot> slots;
        for (const std::string_view part : sum) slots.push_back(this->slot(part));
        table->sums.emplace_back(slot, std::move(slots));
        return;
    }
    constexpr std::string_view first = "first ";
    if (path.substr(0, first.size()) == first) {
        table->firsts.emplace_back(slot, this->slot(path.substr(first.size())));
        return;
    }
    if (path == "@address") {
        table->knownAddress = slot;
        return;
    }
    if (path == "@time") {
        table->timeAtBegin = slot;
        return;
    }
    const std::string plain = records::TableLayout::plainName(path);
    table->names.add(std::string_view(plain).substr(0, plain.size() - 8), slot);
    if (table->form != RecordTableJSON && table->form != RecordTableKeys) return;
    addPath(path, 0, slot);
    if (table->form == RecordTableJSON)
        for (const std::string &object : table->inside)
            if (object.back() != ']') addPath(object + '.' + std::string(path), 0, slot);
}

records::Slot RecordPlan::place(std::string_view name) {
    return name.empty() || name == "_" ? records::Slot(Node::nothing) : slot(name);
}

records::Requirement RecordPlan::requirement(std::string_view path, std::string_view values) {
    records::Requirement requirement{{}, {}, {}};
    constexpr std::string_view joint = " | ";
    for (std::string_view rest = path;;) {
        const size_t end = rest.find(joint);
        requirement.slots.push_back(slot(rest.substr(0, end)));
        if (requirement.name.empty()) requirement.name = rest.substr(0, end);
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + joint.size());
    }
    records::eachLine(std::string(values).c_str(), [&](std::string_view value) {
        std::string text(value);
        std::transform(text.begin(), text.end(), text.begin(), records::lower);
        requirement.values.push_back(std::move(text));
    });
    return requirement;
}

extern "C" {

void RecordPlanBeTable(
    RecordPlan *plan, RecordTableForm form, char separator, const char *behind, const char *inside) {
    plan->table = std::make_unique<records::TableLayout>();
    plan->table->form = form;
    plan->table->separator = separator;
    plan->table->behind = behind;
    records::eachLine(inside, [&](std::string_view object) {
        if (!object.empty()) plan->table->inside.emplace_back(object);
    });
}

void RecordPlanAddRow(RecordPlan *plan, const char *columns, const char *column, const char *values) {
    records::TableLayout::Row row;
    records::eachLine(columns, [&](std::string_view name) { row.columns.push_back(plan->place(name)); });
    if (column != nullptr) {
        row.told = plan->slot(column);
        records::eachLine(values, [&](std::string_view value) { row.values.emplace_back(value); });
    }
    plan->table->rows.push_back(std::move(row));
}

void RecordPlanAddPattern(RecordPlan *plan, const char *text) {
    records::Pattern pattern;
    std::string *literal = &pattern.begin;
    for (std::string_view rest(text); !rest.empty();) {
        const size_t open = rest.front() == '{' ? 0 : std::min(rest.find('{'), rest.size());
        literal->append(rest.substr(0, open));
        rest.remove_prefix(open);
        const size_t close = rest.find('}');
        if (close == std::string_view::npos) {
            literal->append(rest);
            break;
        }
        const std::string_view name = rest.substr(1, close - 1);
        rest.remove_prefix(close + 1);
        if (const size_t equals = name.find('='); equals != std::string_view::npos) {
            pattern.said.emplace_back(plan->place(name.substr(0, equals)), std::string(name.substr(equals + 1)));
            continue;
        }
        using Is = records::Pattern::Place::Is;
        const size_t colon = name.find(':');
        const std::string_view type = name.substr(std::min(colon, name.size()));
        const Is is = type == ":ip" ? Is::address : type == ":number" ? Is::number : Is::any;
        pattern.places.push_back({plan->place(name == "*" ? "_" : name.substr(0, colon)), {}, is, name == "*"});
        literal = &pattern.places.back().literal;
    }
    plan->table->patterns.push_back(std::move(pattern));
}

void RecordPlanSetTuples(RecordPlan *plan, const char *path, const char *columns) {
    plan->table->tuples = plan->slot(path);
    records::eachLine(columns, [&](std::string_view name) { plan->table->tupleColumns.push_back(plan->place(name)); });
}

void RecordPlanSetJoin(RecordPlan *plan, const char *by, const char *path, const char *values) {
    plan->table->joinedBy = plan->slots(by);
    plan->table->isFirst = plan->requirement(path, values);
}

void RecordPlanSetAssign(RecordPlan *plan, char assign) { plan->table->assign = assign; }

void RecordPlanSetDecimalComma(RecordPlan *plan) { plan->table->hasDecimalComma = true; }

void RecordPlanSetPairs(RecordPlan *plan, const char *in, const char *name, const char *value) {
    plan->table->pairs = {plan->slots(in), '"' + std::string(name) + '"', '"' + std::string(value) + '"'};
}

void RecordPlanSetUntil(RecordPlan *plan, const char *line) { plan->table->until = line; }

void RecordPlanSetConversations(RecordPlan *plan, const char *const *paths, const char *const *made, size_t madeCount) {
    auto &columns = plan->table->conversations.emplace();
    records::Slots *const slots[] = {&columns.start, &columns.end, &columns.duration, &columns.source, &columns.sourcePort,
        &columns.destination, &columns.port, &columns.proto, &columns.bytes, &columns.packets, &columns.bytesBack,
        &columns.packetsBack, &columns.flags};
    for (size_t i = 0; i < std::size(slots); ++i) *slots[i] = plan->slots(paths[i]);
    for (size_t i = 0; i < madeCount; ++i) columns.made.push_back(plan->slot(made[i]));
}

void RecordPlanSetAddresses(RecordPlan *plan, const char *machine, const char *address) {
    plan->table->machine = plan->slots(machine);
    plan->table->machineAddress = plan->slots(address);
}

void RecordPlanSetTimes(RecordPlan *plan, bool isDayFirst, const int64_t *since, const int32_t *east, size_t count) {
    plan->table->times.isDayFirst = isDayFirst;
    for (size_t i = 0; i < count; ++i) plan->table->times.zone.push_back({since[i], east[i]});
}

void RecordPlanRequire(RecordPlan *plan, const char *path, const char *values) {
    plan->kinds.back().required.push_back(plan->requirement(path, values));
}

void RecordPlanExclude(RecordPlan *plan, const char *path, const char *values) {
    plan->kinds.back().excluded.push_back(plan->requirement(path, values));
}

void RecordPlanTurn(RecordPlan *plan, const char *path, const char *values) {
    plan->kinds.back().turned.push_back(plan->requirement(path, values));
}

void RecordPlanSetFlow(RecordPlan *plan, double durationUnit, bool isOneWay, bool turnsByPorts) {
    plan->kinds.back().durationUnit = durationUnit;
    plan->kinds.back().isOneWay = isOneWay;
    plan->kinds.back().turnsByPorts = turnsByPorts;
}

bool RecordIsZoneName(const char *word, size_t length) { return records::isZoneName(std::string_view(word, length)); }

bool RecordReadTime(const char *text, size_t length, int64_t reference, int64_t *nanoseconds) {
    records::LooseTimes times;
    times.reference = reference;
    return times.read(std::string_view(text, length), *nanoseconds);
}

const char *RecordTimeAtBegin(const char *line, size_t length, size_t *timeLength) {
    const std::string_view time = records::timeAtBegin(std::string_view(line, length));
    *timeLength = time.size();
    return time.empty() ? line : time.data();
}

}  // extern "C"
