#include "ShapeMatching.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

// Products are rounded before they are added, so that every processor finds the same.
#pragma clang fp contract(off)

namespace {

constexpr int lanes = ShapeLanes;
typedef float Lanes __attribute__((vector_size(4 * lanes)));
typedef int32_t Mask __attribute__((vector_size(4 * lanes)));
constexpr float infinity = std::numeric_limits<float>::infinity();

/// What a thread needs while it matches, kept from one match to the next.
struct Scratch {
    std::vector<float> bounds;
    std::vector<float> tried;
    std::vector<int32_t> offsets;
};

#define INLINED __attribute__((always_inline)) inline

INLINED void load(Lanes &into, const float *from) { std::memcpy(&into, from, sizeof(Lanes)); }

INLINED float largest(const Lanes &values) {
    typedef float Half __attribute__((vector_size(32)));
    typedef float Quarter __attribute__((vector_size(16)));
    const Half *halves = reinterpret_cast<const Half *>(&values);
    const Half half = halves[0] > halves[1] ? halves[0] : halves[1];
    const Quarter *quarters = reinterpret_cast<const Quarter *>(&half);
    const Quarter quarter = quarters[0] > quarters[1] ? quarters[0] : quarters[1];
    const float one = quarter[0] > quarter[1] ? quarter[0] : quarter[1];
    const float two = quarter[2] > quarter[3] ? quarter[2] : quarter[3];
    return one > two ? one : two;
}

/// exp of values in −80 … 0, within 2e-7 of it: by powers of two and a polynomial (Cephes, expf).
INLINED void exponential(Lanes &x) {
    const Lanes rounding = Lanes{} + 12582912.0f;
    const Lanes shifted = x * 1.44269504088896341f + rounding;
    const Lanes whole = shifted - rounding;
    const Lanes rest = (x - whole * 0.693359375f) - whole * -2.12194440e-4f;
    Lanes sum = rest * 1.9875691500e-4f + 1.3981999507e-3f;
    sum = sum * rest + 8.3334519073e-3f;
    sum = sum * rest + 4.1665795894e-2f;
    sum = sum * rest + 1.6666665459e-1f;
    sum = sum * rest + 5.0000001201e-1f;
    sum = sum * (rest * rest) + rest + 1.0f;
    Mask bits, powers;
    std::memcpy(&bits, &sum, sizeof bits);
    std::memcpy(&powers, &shifted, sizeof powers);
    bits += powers << 23;
    std::memcpy(&x, &bits, sizeof x);
}

/// One match; all of it is inlined into a function for each set of instructions.
struct Match {
    const ShapeRows &tables;
    const ShapeBin *bins;
    const int32_t occupied, first, scales;
    const float margin;
    Scratch &scratch;
    const int32_t groups = (scales + lanes - 1) / lanes;
    /// Groups of a row, filled up to whole vectors.
    const int32_t stride = (groups + lanes - 1) / lanes * lanes;
    int32_t count = 0;
    ShapeFit best{0, 0, -infinity, 0};

    INLINED void attempt(int32_t row, int32_t group) {
        scratch.bounds[size_t(row) * size_t(stride) + size_t(group)] = -infinity;
        const float *begin = tables.rows + size_t(row) * size_t(tables.rowLength) + tables.reach + first + group * lanes;
        Lanes sums{};
        for (int32_t place = 0; place < occupied; ++place) {
            Lanes entry;
            load(entry, begin - bins[place].bin);
            sums += entry * bins[place].count;
        }
        // The last group looks beyond the range: those are no candidates.
        for (int lane = scales - group * lanes; lane < lanes; ++lane) sums[lane] = -infinity;
        std::memcpy(&scratch.tried[size_t(count) * lanes], &sums, sizeof sums);
        ++count;
        const float most = largest(sums);
        if (most < best.likelihood) return;
        int lane = 0;
        while (sums[lane] != most) ++lane;
        const int32_t scale = first + group * lanes + lane;
        if (most > best.likelihood || row < best.row || (row == best.row && scale < best.scale))
            best = {row, scale, most, 0};
    }

    /// Bounds on every group of every row; the most promising of every few rows is tried at once: the nearer it comes to the best,
    /// the more others are spared.
    INLINED void bound() {
        constexpr int32_t together = 15;
        const int32_t rowOffset = lanes * tables.groupsLength;
        float most = -infinity;
        int32_t mostRow = 0, mostGroup = 0;
        for (int32_t row = 0; row < tables.count; ++row) {
            const float *entries = tables.largest + size_t(row) * size_t(rowOffset);
            float *bounds = &scratch.bounds[size_t(row) * size_t(stride)];
            for (int32_t group = 0; group < stride; group += lanes) {
                Lanes sums{};
                for (int32_t place = 0; place < occupied; ++place) {
                    Lanes entry;
                    load(entry, entries + scratch.offsets[size_t(place)] + group);
                    sums += entry * bins[place].count;
                }
                for (int lane = groups - group; lane < lanes; ++lane) sums[lane] = -infinity;
                std::memcpy(bounds + group, &sums, sizeof sums);
                const float here = largest(sums);
                if (here > most) {
                    int lane = 0;
                    while (sums[lane] != here) ++lane;
                    most = here;
                    mostRow = row;
                    mostGroup = group + lane;
                }
            }
            if ((row + 1) % together == 0 || row + 1 == tables.count) {
                if (most > -infinity) attempt(mostRow, mostGroup);
                most = -infinity;
            }
        }
    }

    INLINED void tryOthers() {
        for (int32_t row = 0; row < tables.count; ++row) {
            const float *bounds = &scratch.bounds[size_t(row) * size_t(stride)];
            for (int32_t group = 0; group < stride; group += lanes) {
                Lanes vector;
                load(vector, bounds + group);
                // Sums of other orders differ by the roundings.
                float least = best.likelihood - margin - 0.01f - 1e-4f * std::fabs(best.likelihood);
                if (largest(vector) < least) continue;
                for (int lane = 0; lane < lanes; ++lane) {
                    if (bounds[group + lane] < least) continue;
                    attempt(row, group + lane);
                    least = best.likelihood - margin - 0.01f - 1e-4f * std::fabs(best.likelihood);
                }
            }
        }
    }

    INLINED void sum() {
        double mass = 0;
        const Lanes top = Lanes{} + best.likelihood;
        for (int32_t begin = 0; begin < count; begin += 64) {
            Lanes part{};
            for (int32_t place = begin; place < count && place < begin + 64; ++place) {
                Lanes share;
                load(share, &scratch.tried[size_t(place) * lanes]);
                share -= top;
                const Mask within = share > -margin;
                share = within ? share : Lanes{} - 80;
                exponential(share);
                part += within ? share : Lanes{};
            }
            for (int lane = 0; lane < lanes; ++lane) mass += double(part[lane]);
        }
        best.mass = mass;
    }

    INLINED ShapeFit find() {
        scratch.bounds.resize(size_t(tables.count) * size_t(stride));
        scratch.tried.resize(size_t(tables.count) * size_t(groups) * lanes);
        scratch.offsets.resize(size_t(occupied));
        for (int32_t place = 0; place < occupied; ++place) {
            const int32_t from = tables.reach - bins[place].bin + first;
            scratch.offsets[size_t(place)] = from % lanes * tables.groupsLength + from / lanes;
        }
        bound();
        tryOthers();
        if (margin > 0) sum();
        return best;
    }
};

typedef ShapeFit Find(Match &);

ShapeFit findPortably(Match &match) { return match.find(); }

#if defined(__x86_64__)
__attribute__((target("avx2"))) ShapeFit findWithAVX2(Match &match) { return match.find(); }

__attribute__((target("avx512f,avx512vl,avx512dq,avx2"))) ShapeFit findWithAVX512(Match &match) { return match.find(); }

Find *bestWay() {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
        return findWithAVX512;
    return __builtin_cpu_supports("avx2") ? findWithAVX2 : findPortably;
}
#else
Find *bestWay() { return findPortably; }
#endif

}  // namespace

ShapeFit ShapeFitFind(
    const ShapeRows *tables, const ShapeBin *bins, int32_t occupied, int32_t first, int32_t scales, float margin) {
    static Find *const find = bestWay();
    thread_local Scratch scratch;
    Match match{*tables, bins, occupied, first, scales, margin, scratch};
    return find(match);
}
