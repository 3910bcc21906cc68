/* A disk that fails on demand and remembers what was asked of it: preloaded into a process.

   Calls count when they concern a file below the armed folder. The n-th counted call fails with
   the given error, and where the fault stays so do all that need room after it. With a journal
   every write, sync, cut, name and removal goes into it, in order, with its bytes. What asks the
   network is counted, whatever it concerns. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define MOST_FILES 65536

static char root[PATH_MAX];
static long left = -1, counted = 0, asked = 0;
static int fault = 0, stays = 0, failing = 0, journal = -1;
static char *names[MOST_FILES];

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static ssize_t plain_write(int file, const void *bytes, size_t length) {
    REAL(write);
    return real(file, bytes, length);
}

void fault_arm(const char *folder, long at, int error, int remains) {
    strncpy(root, folder, sizeof root - 1);
    left = at;
    counted = 0;
    fault = error;
    stays = remains;
    failing = 0;
}

void fault_journal(int file) { journal = file; }

long fault_calls(void) { return counted; }

long fault_asked(void) { return asked; }

static int inside(const char *path) {
    return root[0] && path && strncmp(path, root, strlen(root)) == 0;
}

static int fails(int needs_room) {
    counted++;
    if (left > 0 && --left == 0) {
        failing = stays;
        errno = fault;
        return 1;
    }
    if (failing && needs_room) {
        errno = fault;
        return 1;
    }
    return 0;
}

/* kind, lengths of both names, offset, length of the bytes; then names and bytes */
static void note(char kind, const char *one, const char *two, int64_t offset, const void *bytes,
                 int64_t length) {
    if (journal < 0) return;
    int64_t head[5] = {kind, (int64_t)strlen(one), two ? (int64_t)strlen(two) : 0, offset,
                       bytes ? length : 0};
    plain_write(journal, head, sizeof head);
    plain_write(journal, one, head[1]);
    if (two) plain_write(journal, two, head[2]);
    if (bytes) plain_write(journal, bytes, length);
}

static const char *name_of(int file) {
    return file >= 0 && file < MOST_FILES ? names[file] : NULL;
}

static int remember(int file, const char *path) {
    if (file >= 0 && file < MOST_FILES) {
        free(names[file]);
        names[file] = inside(path) ? strdup(path) : NULL;
    }
    return file;
}

static int opened(int folder, const char *path, int flags, mode_t mode) {
    REAL(openat);
    if (!inside(path)) return remember(real(folder, path, flags, mode), path);
    if (fails(flags & O_CREAT)) return -1;
    int made = (flags & O_CREAT) && access(path, F_OK) != 0;
    int file = real(folder, path, flags, mode);
    if (file >= 0 && made) note('c', path, NULL, 0, NULL, 0);
    if (file >= 0 && (flags & O_TRUNC)) note('t', path, NULL, 0, NULL, 0);
    return remember(file, path);
}

#define MODE(flags, last) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list more; \
        va_start(more, last); \
        mode = va_arg(more, mode_t); \
        va_end(more); \
    }

int open(const char *path, int flags, ...) {
    MODE(flags, flags)
    return opened(AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    MODE(flags, flags)
    return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}
int openat(int folder, const char *path, int flags, ...) {
    MODE(flags, flags)
    return opened(folder, path, flags, mode);
}
int openat64(int folder, const char *path, int flags, ...) {
    MODE(flags, flags)
    return opened(folder, path, flags | O_LARGEFILE, mode);
}

FILE *fopen64(const char *path, const char *mode) {
    REAL(fopen64);
    if (inside(path) && fails(mode[0] != 'r')) return NULL;
    FILE *file = real(path, mode);
    if (file) remember(fileno(file), path);
    return file;
}
FILE *fopen(const char *path, const char *mode) { return fopen64(path, mode); }

int close(int file) {
    REAL(close);
    if (file >= 0 && file < MOST_FILES && names[file]) {
        free(names[file]);
        names[file] = NULL;
    }
    return real(file);
}

ssize_t write(int file, const void *bytes, size_t length) {
    const char *path = name_of(file);
    if (!path) return plain_write(file, bytes, length);
    if (fails(1)) return -1;
    off_t at = lseek(file, 0, SEEK_CUR);
    ssize_t done = plain_write(file, bytes, length);
    if (done > 0) note('w', path, NULL, at, bytes, done);
    return done;
}

static ssize_t written(int file, const void *bytes, size_t length, off_t at) {
    REAL(pwrite64);
    const char *path = name_of(file);
    if (path && fails(1)) return -1;
    ssize_t done = real(file, bytes, length, at);
    if (path && done > 0) note('w', path, NULL, at, bytes, done);
    return done;
}
ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
    return written(file, bytes, length, at);
}
ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at) {
    return written(file, bytes, length, at);
}

int fsync(int file) {
    REAL(fsync);
    const char *path = name_of(file);
    if (path && fails(0)) return -1;
    if (path) note('s', path, NULL, 0, NULL, 0);
    return real(file);
}
int fdatasync(int file) {
    REAL(fdatasync);
    const char *path = name_of(file);
    if (path && fails(0)) return -1;
    if (path) note('s', path, NULL, 0, NULL, 0);
    return real(file);
}

static int cut(int file, off_t length) {
    REAL(ftruncate64);
    const char *path = name_of(file);
    if (path && fails(1)) return -1;
    if (path) note('t', path, NULL, length, NULL, 0);
    return real(file, length);
}
int ftruncate(int file, off_t length) { return cut(file, length); }
int ftruncate64(int file, off64_t length) { return cut(file, length); }

int rename(const char *from, const char *to) {
    REAL(rename);
    if (inside(to) && fails(1)) return -1;
    int done = real(from, to);
    if (!done && inside(to)) note('r', from, to, 0, NULL, 0);
    return done;
}
int link(const char *from, const char *to) {
    REAL(link);
    if (inside(to) && fails(1)) return -1;
    int done = real(from, to);
    if (!done && inside(to)) note('l', from, to, 0, NULL, 0);
    return done;
}
int unlink(const char *path) {
    REAL(unlink);
    if (inside(path) && fails(0)) return -1;
    int done = real(path);
    if (!done && inside(path)) note('u', path, NULL, 0, NULL, 0);
    return done;
}
int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    if (inside(path) && fails(1)) return -1;
    return real(path, mode);
}

int connect(int socket, const struct sockaddr *address, socklen_t length) {
    REAL(connect);
    if (address && address->sa_family != AF_UNIX) asked++;
    return real(socket, address, length);
}
int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **found) {
    REAL(getaddrinfo);
    asked++;
    return real(host, service, hints, found);
}
