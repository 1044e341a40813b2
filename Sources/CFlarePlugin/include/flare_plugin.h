/* The interface of Flare's plugins in dynamic libraries: detectors and enrichers.
 *
 * A library exports one function, flare_plugin_open. Flare calls it once, checks the version of what it returns before
 * anything else, and from then on calls the functions in that table. The command exports no symbols: what a plugin
 * needs of it stands in the table of the host, flare_host.
 *
 * Ownership. Nothing is ever handed over. What the host passes in lives until the call returns (flare_host.channel says
 * when its own ends); what the plugin passes to the host is copied before that function returns. The one thing that has
 * to be freed is what make() made, by destroy(). Texts are UTF-8 and not ended by 0 unless it says so.
 *
 * Threads. Flare calls make, settle, enrich and destroy one at a time; judge from several threads at once, with
 * different channels. All calls come from threads of Flare's own, which may be blocked.
 *
 * Versions. FLARE_PLUGIN_ABI changes when anything here changes its meaning or place. New functions are added at the end
 * of a table, whose size says how many the other side knows: look at size before calling what is not in version 1.
 *
 * docs/writing-a-detector.md begins with an example; Swift authors need none of this (FlareKit's LibraryPlugin). */
#ifndef FLARE_PLUGIN_H
#define FLARE_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FLARE_PLUGIN_ABI 1u

/* Stands for a number that the sensor did not say. */
#define FLARE_UNKNOWN INT64_MIN

/* A text: length bytes of UTF-8. */
typedef struct {
    const char *bytes;
    size_t length;
} flare_text;

/* A further column of numbers, one a record, that the description asked for under "columns". */
typedef struct {
    const char *name; /* ended by 0 */
    const int64_t *numbers;
} flare_column;

/* The records of one source toward one destination, sorted by time. */
typedef struct {
    uint64_t id;              /* its number in this run, from 0 */
    const char *source;       /* an address, ended by 0 */
    const char *destination;  /* an address, or a name where channels are grouped by name; ended by 0 */
    int32_t port;             /* -1 where the grouping leaves it out */
    int32_t proto;            /* the IP protocol's number; -1 where the grouping leaves it out, 255 for unknown */
    uint64_t sources;         /* how many sources talk to the destination in the window */
    size_t count;             /* how many records */
    const int64_t *times;     /* nanoseconds since 1970, UTC, rising */
    const int64_t *to_server; /* bytes from source to destination, or FLARE_UNKNOWN */
    const int64_t *to_client; /* bytes from destination to source, or FLARE_UNKNOWN */
    const flare_column *columns;
    size_t column_count;
} flare_channel;

/* Exact counts over the whole window that no single channel knows. */
typedef struct {
    int64_t since, until; /* nanoseconds since 1970, UTC: the first record's start, just after the last one's */
    uint64_t records, hosts, channels, judged;
    int64_t first_minute; /* minutes since 1970 of the first of records_by_minute */
    const uint32_t *records_by_minute;
    size_t minute_count;
} flare_census;

/* A channel with what judge said of it. */
typedef struct {
    uint64_t channel;
    double score;
    flare_text words; /* as they were given to flare_host.judgement */
} flare_judged;

/* One call of a plugin's function, in the host's hands: to be passed on to the host's functions, on any thread, until
 * the plugin's function returns. */
typedef struct flare_call flare_call;

/* What the host offers. */
typedef struct {
    uint32_t abi;  /* FLARE_PLUGIN_ABI of the host */
    uint32_t size; /* of this table as the host knows it */

    /* In judge: what the plugin makes of the channel at a place in the list it was given. A score from 0 to 1. Words
     * are an object of JSON: {"summary": "…", "interval": 60, "percent": 90, "occurrences": 12, "evidence": {…}} for
     * a plugin that does not settle, where each judgement becomes a finding; anything, or nothing, for one that does. */
    void (*judgement)(flare_call *call, size_t place, double score, flare_text words);

    /* In settle: a finding, an object of JSON as above, with "score", and with "channel": an id, "channels": a list of
     * ids, or "source": an address. */
    void (*finding)(flare_call *call, flare_text words);

    /* In settle: how many channels there are; their ids are below that. */
    uint64_t (*channel_count)(flare_call *call);

    /* In settle: a channel with its records; they live until this is called again or settle returns.
     * Returns 0, or 1 where there is no such channel. */
    int (*channel)(flare_call *call, uint64_t id, flare_channel *channel);

    /* In settle: a channel without its records (count says how many there are, the arrays are NULL), which is quicker.
     * Lives as long. */
    int (*channel_key)(flare_call *call, uint64_t id, flare_channel *channel);

    /* In enrich: what is to be added to a finding, an object of JSON: {"id": "…", "evidence": {…}, "host": "…",
     * "modifiers": [{"name": "…", "amount": 0.1, "reason": "…"}], "drop": true}, all but the id as needed. */
    void (*change)(flare_call *call, flare_text words);

    /* Anywhere in a call: a remark for the log. */
    void (*log)(flare_call *call, flare_text line);

    /* Anywhere in a call: why the plugin cannot go on. Its function then returns anything but 0. */
    void (*fail)(flare_call *call, flare_text why);
} flare_host;

/* What a plugin offers. Functions of the other kind are NULL. */
typedef struct {
    uint32_t abi;  /* FLARE_PLUGIN_ABI that the plugin was built with; always the first four bytes */
    uint32_t size; /* of this table as the plugin knows it */

    /* What the plugin is: an object of JSON, ended by 0, alive as long as the library:
     *   {"kind": "detector", "name": "steady-upload", "summary": "Finds …",
     *    "options": [{"name": "ratio", "type": "number", "meaning": "…", "default": 4}],
     *    "evidence": [{"name": "ratio", "type": "number", "meaning": "…"}],
     *    "min_flows": 10, "settles": false, "group_by": "address", "ignore": ["port"], "columns": ["duration"],
     *    "reads": ["dest_ip"]}
     * docs/plugins.md lists the types. */
    const char *description;

    /* Makes the plugin. Options are an object of JSON with all options: durations in seconds, sizes in bytes, shares
     * as parts of 1. NULL after fail. */
    void *(*make)(const flare_host *host, flare_text options, flare_call *call);

    /* Judges some channels; says nothing of those that are of no interest. */
    int (*judge)(void *plugin, const flare_census *census, const flare_channel *channels, size_t count,
                 flare_call *call);

    /* Makes the findings of all judgements together, sorted by channel. NULL where the description does not say
     * "settles": true. */
    int (*settle)(void *plugin, const flare_census *census, const flare_judged *judged, size_t count,
                  flare_call *call);

    /* Enriches findings: a list of JSON, each finding an object of its columns. */
    int (*enrich)(void *plugin, flare_text findings, flare_call *call);

    /* Frees what make made. */
    void (*destroy)(void *plugin);
} flare_plugin;

/* The function that a library exports. The host's table lives as long as the process. Returns a table that does too, or
 * NULL if this host will not do. */
#if defined(FLARE_PLUGIN_LIBRARY)
__attribute__((visibility("default")))
#endif
const flare_plugin *
flare_plugin_open(const flare_host *host);

#ifdef __cplusplus
}
#endif

#endif
