#pragma once

#include "JSONReader.hpp"
#include "Values.hpp"

namespace records {

/// Takes the wanted values out of the records of a table.
class TableReader {
public:
    TableReader(const RecordPlan &plan, Values &values) : plan(plan), layout(*plan.table), values(values), json(plan, values) {}

    enum class Taken {
        record,
        header,
        comment,
        /// A line that follows no pattern.
        other,
        notJSON,
        /// A row has other columns than its header.
        wrongColumns,
        noHeader,
        noKeys,
    };

    /// Begins another file.
    void forgetHeader() { header.clear(), headerLine.clear(), isOver = false; }

    /// - text: with RECORD_PADDING bytes behind it that can be read.
    Taken read(std::string_view text);
    /// Reads a row inside a document, in place of what the document says.
    bool readTuple(std::string_view text);

    /// The cells of the rows, and whether the text ends inside a cell that stands in quotes.
    static bool endsInQuotes(std::string_view text, char separator);

private:
    void takeHeader(std::string_view line);
    Taken readRow(std::string_view line);
    Taken readKeys(std::string_view line);
    size_t findAssign(std::string_view line, size_t at, size_t &key) const;
    size_t endOfValue(std::string_view line, size_t first) const;
    bool takeString(std::string_view json, size_t &at, std::string_view &text);
    void readPairs(std::string_view document);
    bool readPattern(const Pattern &pattern, std::string_view line);
    bool readPlaces(const Pattern &pattern, size_t from, std::string_view rest);
    void readXML(std::string_view text);
    /// - hasEscapes: whether \" in a cell in quotes is a quote, as programs write it that are no spreadsheets.
    void split(std::string_view line, char separator, bool hasEscapes = false);
    bool isHeader() const;
    static bool readLabels(std::string_view text, std::string &name);
    void add(Slot slot, std::string_view text);
    std::string_view behind(std::string_view line) const;
    void sum();

    const RecordPlan &plan;
    const TableLayout &layout;
    Values &values;
    JSONReader json;
    /// The slots of the header's columns, and its line.
    std::vector<Slot> header;
    std::string headerLine;
    /// Whether no rows stand behind.
    bool isOver = false;
    /// What stands in the places of the pattern at hand.
    std::vector<std::string_view> placeTexts;
    /// The cells of the row at hand; those in quotes without them.
    std::vector<std::string_view> cells;
};

}  // namespace records
