#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ZeekScanner.h"

namespace zeek {

/// A field that was asked for.
struct WantedField {
    /// Empty for one that the log does not have; several stand on lines of their own.
    std::string name;
    ZeekForm form;
    size_t column;
};

/// What is found by the first of some names, a line each, by which anything is; `nothing` otherwise.
template <class Found, class Find>
Found firstOf(std::string_view names, Found nothing, Find find) {
    for (Found found = nothing; !names.empty();) {
        const size_t end = names.find('\n');
        if ((found = find(names.substr(0, end))) != nothing) return found;
        names = end == std::string_view::npos ? std::string_view() : names.substr(end + 1);
    }
    return nothing;
}

/// Lines of a log that go to a table.
struct Want {
    size_t table;
    std::vector<WantedField> fields;
};

/// What is done with the lines of a log.
struct Order {
    std::vector<Want> wants;
    /// Whether it was asked for by its name: then each of its lines has to be a record of a connection.
    bool isNamed = false;
};

/// What was asked for, by log.
class Wants {
public:
    static constexpr std::string_view anyLog = "*";

    void add(std::string_view log, Want want) {
        if (log == anyLog) {
            others.wants.push_back(std::move(want));
            return;
        }
        for (auto &[name, order] : named) {
            if (name != log) continue;
            order.wants.push_back(std::move(want));
            return;
        }
        named.push_back({std::string(log), Order{{std::move(want)}, true}});
    }

    const Order &of(std::string_view log) const {
        for (const auto &[name, order] : named)
            if (name == log) return order;
        return others;
    }

private:
    std::vector<std::pair<std::string, Order>> named;
    Order others;
};

}  // namespace zeek
