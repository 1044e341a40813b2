/* Finds channels that send much more than they get: a detector for Flare in C.
 *
 *     cc -shared -fPIC -O2 -I INCLUDE -o steady_upload.so steady_upload.c      (INCLUDE holds flare_plugin.h)
 *     flare plugins add steady_upload.so
 */
#define FLARE_PLUGIN_LIBRARY
#include <flare_plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const flare_host *host;
    double ratio;
} steady_upload;

static void *make(const flare_host *host, flare_text options, flare_call *call) {
    char text[256] = "";
    steady_upload *plugin = malloc(sizeof *plugin);
    if (!plugin) return NULL;
    memcpy(text, options.bytes, options.length < sizeof text ? options.length : sizeof text - 1);
    const char *value = strstr(text, "\"ratio\":");
    *plugin = (steady_upload){host, value ? atof(value + strlen("\"ratio\":")) : 4};
    return plugin;
}

static int judge(void *self, const flare_census *census, const flare_channel *channels, size_t count,
                 flare_call *call) {
    const steady_upload *plugin = self;
    for (size_t place = 0; place < count; place++) {
        double sent = 0, received = 0;
        for (size_t record = 0; record < channels[place].count; record++) {
            if (channels[place].to_server[record] != FLARE_UNKNOWN) sent += channels[place].to_server[record];
            if (channels[place].to_client[record] != FLARE_UNKNOWN) received += channels[place].to_client[record];
        }
        double ratio = sent / (received > 1 ? received : 1);
        if (ratio < plugin->ratio) continue;
        char words[200];
        int length = snprintf(words, sizeof words, "{\"summary\": \"sends %.1f times what it gets\", "
                              "\"evidence\": {\"upload_ratio\": %.3f}}", ratio, ratio);
        plugin->host->judgement(call, place, ratio / (ratio + plugin->ratio), (flare_text){words, length});
    }
    return 0;
}

static const flare_plugin plugin = {
    .abi = FLARE_PLUGIN_ABI, .size = sizeof plugin, .make = make, .judge = judge, .destroy = free,
    .description = "{\"kind\": \"detector\", \"name\": \"steady-upload\", \"min_flows\": 10,"
                   " \"summary\": \"Finds channels that send much more than they get.\","
                   " \"options\": [{\"name\": \"ratio\", \"type\": \"number\", \"default\": 4, \"minimum\": 1,"
                   "   \"meaning\": \"How many times as much.\"}],"
                   " \"evidence\": [{\"name\": \"upload_ratio\", \"type\": \"number\","
                   "   \"meaning\": \"Bytes sent over bytes received.\"}]}"};

const flare_plugin *flare_plugin_open(const flare_host *host) { return host->abi == FLARE_PLUGIN_ABI ? &plugin : NULL; }
