#include "flare_memory.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef __GLIBC__

/* glibc's own, for those who put functions of theirs in the place of malloc ("Replacing malloc" in its manual). */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

/* Nothing here may allocate. One thread tells; others wait for it to end the process. */
static void end(size_t wanted, const char *reason) {
    static atomic_flag is_told = ATOMIC_FLAG_INIT;
    while (atomic_flag_test_and_set(&is_told)) pause();
    struct rlimit bound;
    char text[400], allowed[64] = "";
    if (getrlimit(RLIMIT_AS, &bound) == 0 && bound.rlim_cur != RLIM_INFINITY)
        snprintf(allowed, sizeof allowed, " (ulimit -v allows %zu MB)", (size_t)bound.rlim_cur / 1000000);
    int length = snprintf(text, sizeof text,
                          "%sflare: error: memory ran out: %zu kB more %s%s; allow more, or judge less at once: a shorter "
                          "window, fewer files, fewer detectors\n",
                          isatty(STDERR_FILENO) ? "\n" : "", (wanted + 999) / 1000, reason, allowed);
    if (length > 0 && write(STDERR_FILENO, text, (size_t)length) < 0) _exit(1);
    _exit(1);
}

void *malloc(size_t size) {
    void *memory = __libc_malloc(size);
    if (!memory && size > 0) end(size, "could not be had");
    return memory;
}

void *calloc(size_t count, size_t size) {
    void *memory = __libc_calloc(count, size);
    if (!memory && count > 0 && size > 0) end(count > (size_t)-1 / size ? (size_t)-1 : count * size, "could not be had");
    return memory;
}

void *realloc(void *old, size_t size) {
    void *memory = __libc_realloc(old, size);
    if (!memory && size > 0) end(size, "could not be had");
    return memory;
}

void *aligned_alloc(size_t alignment, size_t size) {
    void *memory = __libc_memalign(alignment, size);
    if (!memory && size > 0 && errno == ENOMEM) end(size, "could not be had");
    return memory;
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
    *memory = aligned_alloc(alignment, size);
    return *memory || size == 0 ? 0 : ENOMEM;
}

void flare_memory_begin(void) {
    struct rlimit bound, stack;
    if (getrlimit(RLIMIT_AS, &bound) != 0 || bound.rlim_cur == RLIM_INFINITY) return;
    size_t stack_size = 8 << 20;
    if (getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur != RLIM_INFINITY) stack_size = stack.rlim_cur;
    /* With less, threads that cannot be made are waited for. */
    const size_t threads = (size_t)sysconf(_SC_NPROCESSORS_ONLN) + 4, heap = 144 << 20, room = heap + threads * stack_size;
    void *memory = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) end(room, "are needed to begin");
    munmap(memory, room);
}

#else

void flare_memory_begin(void) {}

#endif
