#pragma once

#include <memory>

#include "Lexer.hpp"
#include "Record.hpp"

namespace eve {

/// Reads any line, whatever its order, white space and escapes, with simdjson: the measure of what is right.
class JSONFlowReader {
public:
    explicit JSONFlowReader(const EVEOptions &options);
    ~JSONFlowReader();

    /// - line: `length` bytes without the line feed, and EVE_PADDING more that can be read.
    /// - name: what a record of another type says of a flow, where names are wanted and the verdict is `named`.
    Reading read(const char *line, size_t length, Flow &flow, Name &name);

private:
    struct Parser;

    EVEOptions options;
    TypeFinder finder;
    std::unique_ptr<Parser> parser;
};

}  // namespace eve
