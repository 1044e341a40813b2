#pragma once

#include "ContextWords/Book.hpp"

namespace eve {

/// Counts a record that nobody asked for without parsing it, for most lines of a sensor are such.
///
/// - Returns: false where the line has to be parsed: it is about an address of interest, or written in another way than
///   Suricata's.
bool countQuickly(std::string_view line, ContextKind kind, ContextBook &book);

}  // namespace eve
