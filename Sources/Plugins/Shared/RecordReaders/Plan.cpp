#include "Plan.hpp"

#include <algorithm>

namespace records {

size_t NameTable::add(std::string_view name, size_t value) {
    // Names are asked for with bytes behind them.
    const std::string padded = std::string(name).append(8, '\0');
    if (const size_t known = find(padded.data(), name.size()); known != none) return known;
    if (++count * 2 > entries.size()) {
        std::vector<Entry> old(std::max<size_t>(8, entries.size() * 2));
        old.swap(entries);
        count = 0;
        for (const Entry &entry : old)
            if (entry.value != none) add(entry.name, entry.value);
        return add(name, value);
    }
    const size_t mask = entries.size() - 1;
    const Ends ends(padded.data(), name.size());
    size_t at = ends.hash() & mask;
    while (entries[at].value != none) at = (at + 1) & mask;
    entries[at] = Entry{std::string(name), ends, value};
    return value;
}

namespace {

std::string_view parent(std::string_view path) {
    const size_t dot = path.rfind('.');
    return path.substr(0, dot == std::string_view::npos ? 0 : dot);
}

}  // namespace

}  // namespace records

/// A path's members may be joined by dots or underscores.
void RecordPlan::addPath(std::string_view rest, size_t node, Slot slot) {
    for (size_t end = rest.find('.');; end = rest.find('.', end + 1)) {
        std::string name(rest.substr(0, end));
        size_t child = 0;
        for (const char joint : {'.', '_'}) {
            std::replace(name.begin(), name.end(), '.', joint);
            child = nodes[node].children.add(name, child == 0 ? nodes.size() : child);
            nodes[node].hasChildren = true;
            if (child == nodes.size()) nodes.emplace_back();
        }
        if (end == std::string_view::npos) {
            nodes[child].slot = slot;
            return;
        }
        addPath(rest.substr(end + 1), child, slot);
    }
}

RecordPlan::Slot RecordPlan::slot(std::string_view path) {
    constexpr std::string_view list = "[]";
    const bool isList = path.size() > list.size() && path.substr(path.size() - list.size()) == list;
    if (isList) path.remove_suffix(list.size());
    for (size_t i = 0; i < paths.size(); ++i) {
        if (paths[i].name != path) continue;
        paths[i].isList = paths[i].isList || isList;
        return Slot(i);
    }
    paths.push_back(Path{std::string(path), isList});
    const auto slot = Slot(paths.size() - 1);
    if (table != nullptr) addTablePath(path, slot);
    else addPath(path, 0, slot);
    return slot;
}

records::Slots RecordPlan::slots(std::string_view paths) {
    records::Slots found;
    while (!paths.empty()) {
        const size_t end = std::min(paths.find('\n'), paths.size());
        found.push_back(slot(paths.substr(0, end)));
        paths.remove_prefix(std::min(end + 1, paths.size()));
    }
    return found;
}

void RecordPlan::addColumn(ContextColumn column, RecordForm form, uint16_t roles, std::string_view paths) {
    // Answers may be asked for wherever they stand.
    if ((roles & ContextIsAnswers) == 0) know(form, paths);
    records::ColumnField field{{column, roles}, form, {}, false};
    std::string_view last;
    for (const Slot slot : slots(paths)) {
        const std::string_view object = records::parent(this->paths[slot].name);
        const bool isTogether = form == RecordLines && !object.empty() && object == last;
        if (!isTogether) field.alternatives.emplace_back();
        field.alternatives.back().push_back(slot);
        last = object;
        if (form == RecordEntries)
            for (records::Node &node : nodes) node.isEntries = node.isEntries || node.slot == slot;
    }
    Kind &kind = kinds.back();
    kind.columns.push_back(std::move(field));
    const auto place = [&](ContextRole role) {
        const auto found = std::find_if(kind.columns.begin(), kind.columns.end(), [&](const records::ColumnField &field) {
            return field.column.is(role);
        });
        return size_t(found - kind.columns.begin());
    };
    kind.query = place(ContextIsQuery);
    kind.answers = place(ContextIsAnswers);
    if (!kind.hasQuery()) return;
    const auto object = [&](const records::ColumnField &field) {
        return records::parent(this->paths[field.alternatives.back().back()].name);
    };
    for (records::ColumnField &other : kind.columns)
        other.isBesideQuery =
            other.form == RecordText && !other.alternatives.empty() && object(other) == object(kind.columns[kind.query]);
}

void RecordPlan::know(RecordForm form, std::string_view paths) {
    while (!paths.empty()) {
        const size_t end = std::min(paths.find('\n'), paths.size());
        const std::string_view path = paths.substr(0, end), object = records::parent(path);
        const auto opening = [](std::string_view path, const char *bracket) {
            return '"' + std::string(path.substr(path.rfind('.') + 1)) + "\":" + bracket;
        };
        if (!records::parent(object).empty()) kinds.back().openings.push_back(opening(object, "{"));
        if (form == RecordLines) kinds.back().openings.push_back(opening(path, "["));
        paths.remove_prefix(std::min(end + 1, paths.size()));
    }
}

void RecordPlan::select(std::string_view path, std::string_view value) {
    const Slot found = slot(path);
    if (std::find(selectors.begin(), selectors.end(), found) == selectors.end()) selectors.push_back(found);
    selected.add(value, kinds.size() - 1);
    const bool isSimple = selectors.size() == 1 && path.find('.') == std::string_view::npos;
    selectorKey = isSimple ? "\"" + std::string(path) + "\":\"" : std::string();
}

extern "C" {

RecordPlan *RecordPlanCreate(bool isNamedByFile) {
    auto *plan = new RecordPlan;
    plan->isNamedByFile = isNamedByFile;
    return plan;
}

void RecordPlanDestroy(RecordPlan *plan) { delete plan; }

void RecordPlanAddKind(RecordPlan *plan, ContextKind kind, uint8_t protocol, bool mayWait, bool mayBeNobodys) {
    records::Kind added{};
    added.kind = kind;
    added.protocol = protocol;
    added.mayWait = mayWait;
    added.mayBeNobodys = mayBeNobodys;
    plan->kinds.push_back(std::move(added));
}

void RecordPlanSelect(RecordPlan *plan, const char *path, const char *value) { plan->select(path, value); }

void RecordPlanAddAnswer(RecordPlan *plan, const char *path, const char *value, bool isAlone) {
    plan->kinds.back().answering.push_back({plan->slot(path), value, '"' + std::string(value) + '"'});
    plan->kinds.back().isAnswers = isAlone;
}

void RecordPlanMarkAnswers(RecordPlan *plan, ContextColumn column) {
    plan->kinds.back().answerMark = column;
    plan->kinds.back().marksAnswers = true;
}

void RecordPlanTell(RecordPlan *plan, const char *paths) { plan->kinds.back().tells.push_back(plan->slots(paths)); }

void RecordPlanAddPart(RecordPlan *plan, RecordPart part, const char *paths) {
    plan->kinds.back().parts[part] = plan->slots(paths);
}

void RecordPlanAddColumn(RecordPlan *plan, ContextColumn column, RecordForm form, uint16_t roles, const char *paths) {
    plan->addColumn(column, form, roles, paths);
}

void RecordPlanKnow(RecordPlan *plan, RecordForm form, const char *paths) { plan->know(form, paths); }

}  // extern "C"
