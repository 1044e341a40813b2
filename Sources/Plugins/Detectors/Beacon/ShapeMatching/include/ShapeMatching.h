#ifndef SHAPE_MATCHING_H
#define SHAPE_MATCHING_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Scales that are summed at once.
enum { ShapeLanes = 16 };

/// Tables of log densities, one row a shape. An interval in bin b under the scale in bin s finds its log density at `reach − b + s`.
typedef struct {
    /// `count` rows of `rowLength` entries: twice `reach`, and `ShapeLanes` more.
    const float *rows;
    /// For each row and each remainder of a place by `ShapeLanes`, the largest of every `ShapeLanes` entries, `groupsLength` of them.
    const float *largest;
    int32_t count;
    int32_t reach;
    int32_t rowLength;
    int32_t groupsLength;
} ShapeRows;

/// How many intervals lie in a bin, more than 0.
typedef struct {
    int32_t bin;
    float count;
} ShapeBin;

typedef struct {
    int32_t row;
    int32_t scale;
    /// Log likelihood of all intervals under the best row and scale; the first of equals.
    float likelihood;
    /// Sum of the likelihoods, as shares of the best, of all rows and scales that are within the margin; 0 for a margin of 0.
    double mass;
} ShapeFit;

/// Tries all rows at the scales `first` … `first + scales − 1`, inside the grid.
///
/// The outcome is that of trying all one by one, also to the last bit of the likelihood, on every processor: groups of scales are
/// passed over where a bound on their likelihood, summed up from the largest entries, lies below the best by more than the margin.
ShapeFit ShapeFitFind(
    const ShapeRows *tables, const ShapeBin *bins, int32_t occupied, int32_t first, int32_t scales, float margin);

#ifdef __cplusplus
}
#endif

#endif
