#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// Damages and rearranges lines in ways that sensors, disks and people do; the same ones for the same seed.
class Mutation {
public:
    Mutation(std::vector<std::string> lines, uint64_t seed) : lines(std::move(lines)), state(seed) {}

    /// One of the lines, changed 0 to 4 times. Never holds a line feed.
    std::string next();

private:
    uint64_t random();
    size_t below(size_t bound) { return size_t((static_cast<unsigned __int128>(random()) * bound) >> 64); }
    void change(std::string &line);
    /// The place behind one of the line's commas or braces, or anywhere if it has none.
    size_t border(const std::string &line);
    /// A member of the line, from its name to before the next comma.
    std::string member(const std::string &line);

    std::vector<std::string> lines;
    uint64_t state;
};

/// Lines as Suricata writes them, of each kind of flow and some other types.
std::vector<std::string> builtInLines();
