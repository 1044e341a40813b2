#include <string_view>

#include "SensorText.h"
#include "SensorText/Text.hpp"

extern "C" bool SensorIsProxyTarget(const char *target, size_t length) {
    const std::string_view text(target, length);
    if (text.empty() || text.front() == '/' || text.front() == '*') return false;
    const size_t scheme = text.find("://");
    if (scheme != std::string_view::npos && scheme <= 8 && text.find_first_of("/?#") == scheme + 1) return true;
    const size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || text.size() - colon - 1 - 1 >= 5) return false;
    if (text.find_first_of("/?#") != std::string_view::npos) return false;
    for (const char c : text.substr(colon + 1))
        if (!sensor::isDigit(c)) return false;
    return true;
}
