/* What must not change as long as FLARE_PLUGIN_ABI is 1, on machines of 64 bits. */
#include "flare_plugin.h"

_Static_assert(FLARE_PLUGIN_ABI == 1u, "another version: write down its layout anew");
_Static_assert(sizeof(flare_text) == 16, "flare_text");
_Static_assert(sizeof(flare_channel) == 88, "flare_channel");
_Static_assert(offsetof(flare_channel, times) == 48, "flare_channel.times");
_Static_assert(sizeof(flare_census) == 72, "flare_census");
_Static_assert(sizeof(flare_judged) == 32, "flare_judged");
_Static_assert(sizeof(flare_host) == 72, "flare_host");
_Static_assert(offsetof(flare_plugin, abi) == 0, "the version comes first");
_Static_assert(sizeof(flare_plugin) == 56, "flare_plugin");
