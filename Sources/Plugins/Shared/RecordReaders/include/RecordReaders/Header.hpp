#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace records {

/// What the header lines of separated text in force say, as Zeek writes them.
struct Header {
    /// More columns than any log has.
    static constexpr size_t mostColumns = 1024;

    char separator = '\t';
    char setSeparator = ',';
    std::string empty = "(empty)";
    std::string unset = "-";
    /// The log's name; empty where none was said.
    std::string path;
    /// The columns' names. Of columns that are joined by spaces, as in Stratosphere's labelled logs, the first name.
    std::vector<std::string> fields;
    /// How many columns a row has in which the spaces between joined columns are separators.
    size_t splitColumns = 0;

    /// Takes in one line of a header.
    ///
    /// - line: from '#' on, without its line end.
    /// - Returns: false where it makes no sense; then no rows are readable before the next `#fields`.
    bool take(std::string_view line);

    bool operator==(const Header &other) const {
        return separator == other.separator && setSeparator == other.setSeparator && empty == other.empty
            && unset == other.unset && path == other.path && fields == other.fields;
    }

private:
    bool takeSeparator(std::string_view value);
    bool takeFields(std::string_view names);
};

/// A field's name with dots between its parts. Zeek may be set to write other scope separators
/// (`Log::default_scope_sep`): `id_orig_h` is `id.orig_h`.
std::string dotted(std::string_view field);

/// Undoes Zeek's escapes (\x09): appends the text to `out`.
void unescape(std::string_view text, std::string &out);

}  // namespace records
