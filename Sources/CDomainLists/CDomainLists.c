#include "CDomainLists.h"

// #embed is C23; Clang has it in every mode since 19.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char public_suffix_list[] = {
#embed "Files/public_suffix_list.dat"
};

static const unsigned char well_known_names[] = {
#embed "Files/well-known-names.txt"
};

static const unsigned char name_model[] = {
#embed "Files/name-model.txt"
};

struct flare_bytes flare_public_suffix_list(void) {
    return (struct flare_bytes){public_suffix_list, sizeof public_suffix_list};
}

struct flare_bytes flare_well_known_names(void) {
    return (struct flare_bytes){well_known_names, sizeof well_known_names};
}

struct flare_bytes flare_name_model(void) {
    return (struct flare_bytes){name_model, sizeof name_model};
}
