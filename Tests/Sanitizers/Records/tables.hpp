#pragma once

#include <cstdint>

class Random;

/// Reads so many damaged tables; ends the process where something is wrong.
void checkTables(uint64_t count, Random &random);
