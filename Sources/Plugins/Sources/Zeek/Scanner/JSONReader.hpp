#pragma once

#include <memory>

#include "Record.hpp"

namespace zeek {

/// Reads records in JSON, one a line.
class JSONReader {
public:
    explicit JSONReader(const Wants &wants);
    ~JSONReader();

    /// - line: `length` bytes without the line's end, and ZEEK_PADDING more that can be read.
    Reading read(const char *line, size_t length, uint64_t position, Output &output);

private:
    // simdjson's header is large: it stays in one file.
    struct Parser;
    std::unique_ptr<Parser> parser;
    const Wants &wants;
};

}  // namespace zeek
