#pragma once

#include "RecordReaders/Header.hpp"
#include "Values.hpp"

namespace records {

/// Takes the wanted values out of rows of separated text.
class RowReader {
public:
    RowReader(const RecordPlan &plan, Values &values) : plan(plan), values(values) {}

    const Header &header() const { return current; }
    /// What the header says that its rows are.
    const Kind *kind() const { return plan.find(current.path); }
    void forgetHeader();
    void takeHeader(std::string_view line);

    /// - kind: without one, only the row's columns are counted.
    /// - Returns: false where the row has other columns than its header.
    bool read(std::string_view line, const Kind *kind);

private:
    /// A column whose values are wanted.
    struct Wanted {
        size_t place;
        Slot slot;
        bool isList;
    };

    void compile();
    void take(std::string_view cell, const Wanted &column, bool isInside);
    void add(std::string_view text, Slot slot, bool isInside);

    const RecordPlan &plan;
    Values &values;
    Header current;
    bool isCompiled = false;
    std::vector<Wanted> wanted;
    /// Where the cells of the row at hand begin, and behind them its end.
    std::vector<const char *> begins;
};

}  // namespace records
