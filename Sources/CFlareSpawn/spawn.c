#define _GNU_SOURCE
#include "flare_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void close_pair(int ends[2]) {
    for (int i = 0; i < 2; i++)
        if (ends[i] >= 0) close(ends[i]);
}

static int set_nonblocking(int descriptor) {
    return fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) < 0 ? errno : 0;
}

int flare_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0 ? errno : 0; }

static int limit(int resource, uint64_t most) {
    if (most == 0) return 0;
    struct rlimit bounds = {.rlim_cur = most, .rlim_max = most};
    return setrlimit(resource, &bounds);
}

/* In the child: only functions that are safe between fork and exec of a program with threads. */
static void become(const char *program, char *const arguments[], char *const environment[], const char *folder,
                   uint64_t memory, uint64_t seconds, const int streams[3], int report) {
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    /* The streams may stand in each other's way: move them up before they go to 0, 1 and 2. */
    int moved[3];
    for (int i = 0; i < 3; i++)
        if ((moved[i] = fcntl(streams[i], F_DUPFD_CLOEXEC, 16)) < 0) goto failed;
    if ((report = fcntl(report, F_DUPFD_CLOEXEC, 16)) < 0) _exit(127);
    for (int i = 0; i < 3; i++)
        if (dup2(moved[i], i) < 0) goto failed;
    if (syscall(SYS_close_range, 3U, ~0U, 1U << 2 /* CLOSE_RANGE_CLOEXEC */) < 0)
        for (int descriptor = 3; descriptor < 65536; descriptor++)
            if (descriptor != report) close(descriptor);
    if (chdir(folder) < 0) goto failed;
    struct rlimit no_core = {0, 0};
    if (setrlimit(RLIMIT_CORE, &no_core) < 0 || limit(RLIMIT_AS, memory) < 0 || limit(RLIMIT_CPU, seconds) < 0)
        goto failed;
    execve(program, arguments, environment);
failed:;
    int code = errno;
    if (write(report, &code, sizeof code) < 0) _exit(126);
    _exit(127);
}

int flare_spawn(const char *program, char *const arguments[], char *const environment[], const char *folder,
                uint64_t memory, uint64_t seconds, flare_child *child) {
    int input[2] = {-1, -1}, output[2] = {-1, -1}, errors[2] = {-1, -1}, report[2] = {-1, -1};
    int code = 0;
    if (pipe2(input, O_CLOEXEC) < 0 || pipe2(output, O_CLOEXEC) < 0 || pipe2(errors, O_CLOEXEC) < 0
        || pipe2(report, O_CLOEXEC) < 0) {
        code = errno;
        goto failed;
    }
    int pid = fork();
    if (pid < 0) {
        code = errno;
        goto failed;
    }
    if (pid == 0) {
        int streams[3] = {input[0], output[1], errors[1]};
        become(program, arguments, environment, folder, memory, seconds, streams, report[1]);
    }
    close(report[1]);
    report[1] = -1;
    int failure = 0;
    ssize_t count;
    do count = read(report[0], &failure, sizeof failure);
    while (count < 0 && errno == EINTR);
    if (count == (ssize_t)sizeof failure) code = failure;
    int watch = -1;
    if (code == 0) {
        watch = (int)syscall(SYS_pidfd_open, pid, 0);
        if (watch < 0) code = errno;
    }
    if (code == 0) code = set_nonblocking(input[1]);
    if (code == 0) code = set_nonblocking(output[0]);
    if (code == 0) code = set_nonblocking(errors[0]);
    if (code != 0) {
        kill(pid, SIGKILL);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
        if (watch >= 0) close(watch);
        goto failed;
    }
    close(report[0]);
    close(input[0]);
    close(output[1]);
    close(errors[1]);
    *child = (flare_child){.pid = pid, .input = input[1], .output = output[0], .errors = errors[0], .ended = watch};
    return 0;
failed:
    close_pair(input);
    close_pair(output);
    close_pair(errors);
    close_pair(report);
    return code;
}
