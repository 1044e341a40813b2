#include "RowReader.hpp"

#include <algorithm>

namespace records {

void RowReader::forgetHeader() {
    current = Header();
    isCompiled = false;
}

void RowReader::takeHeader(std::string_view line) {
    current.take(line);
    isCompiled = false;
}

void RowReader::compile() {
    isCompiled = true;
    wanted.clear();
    for (size_t place = 0; place < current.fields.size(); ++place) {
        const std::string name = std::string(current.fields[place]).append(8, '\0');
        const size_t node = plan.nodes[0].children.find(name.data(), current.fields[place].size());
        if (node == NameTable::none || plan.nodes[node].slot == Node::nothing) continue;
        const Slot slot = plan.nodes[node].slot;
        // Of columns of one name the first one counts.
        const bool isKnown = std::any_of(wanted.begin(), wanted.end(), [&](const Wanted &w) { return w.slot == slot; });
        if (!isKnown) wanted.push_back({place, slot, plan.paths[slot].isList});
    }
}

bool RowReader::read(std::string_view line, const Kind *kind) {
    if (!isCompiled) compile();
    begins.clear();
    const char *const end = line.data() + line.size();
    for (const char *p = line.data(); p != nullptr;) {
        begins.push_back(p);
        p = static_cast<const char *>(std::memchr(p, current.separator, size_t(end - p)));
        if (p != nullptr) ++p;
    }
    begins.push_back(end + 1);
    // Separators behind the last value are no columns.
    while (begins.size() - 1 > current.fields.size() && begins.back() - begins[begins.size() - 2] == 1) begins.pop_back();
    if (current.fields.empty() || begins.size() - 1 != current.fields.size()) return false;
    if (kind == nullptr) return true;
    for (const Wanted &column : wanted) {
        const char *const begin = begins[column.place];
        take(std::string_view(begin, size_t(begins[column.place + 1] - begin - 1)), column, begin - line.data() >= 4);
    }
    return true;
}

void RowReader::take(std::string_view cell, const Wanted &column, bool isInside) {
    if (cell == current.unset || cell == current.empty) return;
    if (!column.isList) return add(cell, column.slot, isInside);
    for (size_t begin = 0; begin <= cell.size();) {
        const size_t end = std::min(cell.find(current.setSeparator, begin), cell.size());
        const std::string_view element = cell.substr(begin, end - begin);
        if (element != current.unset) add(element, column.slot, isInside);
        begin = end + 1;
    }
}

void RowReader::add(std::string_view text, Slot slot, bool isInside) {
    if (std::memchr(text.data(), '\\', text.size()) == nullptr) return values.add(slot, {text, true, isInside});
    std::string &plain = values.hold();
    unescape(text, plain);
    values.add(slot, {plain, true});
}

}  // namespace records
