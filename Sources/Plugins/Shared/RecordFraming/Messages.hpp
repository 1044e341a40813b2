#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace framing {

/// Takes the lines of a tool's log out of the documents, or the rows of a table, that a shipper or an export put them in.
class Messages {
public:
    /// Whether a table has a column of messages: what separates its columns; else 0.
    static char separator(std::string_view head);

    /// Writes the messages of a document, each a line.
    ///
    /// - Returns: how many there are.
    size_t takeObject(std::string_view object, std::string &lines);

    /// Takes in some of a table.
    void readRows(std::string_view bytes, bool isLast, char separator, std::string &lines);

private:
    size_t find(std::string_view object, std::string_view time, int depth, std::string &lines);
    void takeRow(std::string_view row, char separator, std::string &lines);

    /// The row that is not over, and whether it ends in quotes.
    std::string row;
    bool isQuoted = false;
    std::vector<std::string> cells;
    /// The columns of messages and their times; none before the header.
    size_t message = 0, time = 0;
    bool hasHeader = false;
    std::string text;
};

}  // namespace framing
