// The lists of names that the command carries: the files in configs/domains, as they were when it was compiled.
// In C, since #embed takes no time, and an array of bytes in Swift takes minutes to compile.

#ifndef FLARE_DOMAIN_LISTS_H
#define FLARE_DOMAIN_LISTS_H

#include <stddef.h>

/// Bytes that live as long as the process.
struct flare_bytes {
    const unsigned char *start;
    size_t count;
};

/// Public suffixes, as publicsuffix.org publishes them.
struct flare_bytes flare_public_suffix_list(void);
/// Names that others imitate, one a line.
struct flare_bytes flare_well_known_names(void);
/// What names that people chose look like.
struct flare_bytes flare_name_model(void);

#endif
