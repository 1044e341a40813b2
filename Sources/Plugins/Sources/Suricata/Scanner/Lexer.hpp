#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "Record.hpp"

namespace eve {

/// Finds the event type of a line: walks its own members from the left, strictly as RFC 8259 has it, and stops there.
/// What stands behind the type is not looked at. Bounded by the line; reads nothing past its end.
class TypeFinder {
public:
    enum class Result {
        found,
        /// A whole object without that member, or the member is not a string.
        missing,
        /// Not an object, or broken before the type.
        broken,
    };

    /// - type: valid until the next call.
    /// - time: the first `timestamp` of the line if it stands before the type and is a string without escapes.
    Result find(const char *line, size_t length, std::string_view &type, std::string_view &time);

private:
    bool passSpace();
    bool passString(bool &hasEscape);
    bool passValue();
    bool passNumber();
    bool passDigits();
    bool passWord(const char *word);
    /// The text of a string that `passString` passed, without its quotes, its escapes resolved.
    std::string_view resolve(const char *begin, const char *end, bool hasEscape, std::string &buffer);

    const char *p = nullptr;
    const char *end = nullptr;
    std::string name;
    std::string value;
    std::string nesting;
};

}  // namespace eve
