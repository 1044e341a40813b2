#include "IngestCounts.hpp"

#include <limits>

namespace eve {

namespace {

bool isUsual(std::string_view type) {
    if (type.size() > EVE_LONGEST_TYPE) return false;
    for (const char c : type) {
        const char lower = char(c | 0x20);
        if (!(lower >= 'a' && lower <= 'z') && !isDigit(c) && c != '_' && c != '-' && c != '.') return false;
    }
    return true;
}

EVESkipped named(std::string_view type) {
    EVESkipped entry{};
    std::memcpy(entry.type, type.data(), type.size());
    entry.first = std::numeric_limits<int64_t>::max();
    entry.last = std::numeric_limits<int64_t>::min();
    return entry;
}

}  // namespace

TypeTable::TypeTable() { types.push_back(named(EVE_UNUSUAL_TYPE)); }

size_t TypeTable::find(std::string_view type) {
    if (!isUsual(type)) return 0;
    for (size_t place = 0; place < types.size(); ++place)
        if (type == types[place].type) return place;
    if (types.size() == mostTypes) return 0;
    types.push_back(named(type));
    return types.size() - 1;
}

}  // namespace eve
