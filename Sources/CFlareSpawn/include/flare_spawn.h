#ifndef FLARE_SPAWN_H
#define FLARE_SPAWN_H

#include <stdint.h>

/* A child process with its three streams, as its parent sees it. All descriptors are close-on-exec; the three
   streams do not block. */
typedef struct {
    int pid;
    int input;  /* what the parent writes, the child reads */
    int output; /* what the child writes to its standard output */
    int errors; /* what the child writes to its standard error */
    int ended;  /* becomes readable when the child has ended (pidfd_open) */
} flare_child;

/* Starts a program in a session and process group of its own, so that all its descendants can be ended together.
 *
 * It gets the given environment and no other, the three streams and no other descriptor, and default signals.
 *
 * program:      the path of an executable file
 * arguments:    ends with NULL; the first is the program's name
 * environment:  ends with NULL
 * folder:       the folder to run in
 * memory:       the most address space in bytes, 0 for no limit (RLIMIT_AS)
 * seconds:      the most processor time in seconds, 0 for no limit (RLIMIT_CPU)
 *
 * Returns 0, or an errno; nothing is left behind then. */
int flare_spawn(const char *program, char *const arguments[], char *const environment[], const char *folder,
                uint64_t memory, uint64_t seconds, flare_child *child);

/* A pipe whose ends do not block and are close-on-exec: ends[0] is read from. Returns 0 or an errno. */
int flare_pipe(int ends[2]);

#endif
