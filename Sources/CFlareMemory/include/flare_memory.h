#ifndef FLARE_MEMORY_H
#define FLARE_MEMORY_H

/* Linked into the command, this ends it with one sentence and exit code 1 where memory runs out: Swift's library would print
   a stack trace and abort, and libdispatch would wait for ever. With another C library than glibc it does nothing. */

/* Ends the command at once where a limit of its address space (ulimit -v) leaves no room for its threads. */
void flare_memory_begin(void);

#endif
