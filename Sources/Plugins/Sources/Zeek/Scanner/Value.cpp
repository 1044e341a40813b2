#include "Value.hpp"

#include <algorithm>

namespace zeek {

namespace {

bool isHostCharacter(char c) { return c != ':' && c != '[' && c != ']'; }

}  // namespace

void appendHost(std::string_view text, std::string &out) {
    // An address of IPv6 is no name with a port.
    const size_t colon = text.rfind(':');
    if (colon != std::string_view::npos && colon + 1 < text.size()) {
        const std::string_view port = text.substr(colon + 1), name = text.substr(0, colon);
        if (std::all_of(port.begin(), port.end(), sensor::isDigit)
            && std::all_of(name.begin(), name.end(), isHostCharacter))
            text = name;
    }
    if (!text.empty() && text.back() == '.') text.remove_suffix(1);
    for (const char c : text) out.push_back(c >= 'A' && c <= 'Z' ? char(c + 32) : c);
}

}  // namespace zeek
