/* When preloaded, fails a write to a file below $FAIL_FOLDER: write number $FAIL_AT, counted from 1, with $FAIL_ERRNO.
   With $FAIL_ALL_LATER all later writes fail too, as on a full disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long seen;

long writes_seen(void) { return seen; }

static int fails(int fd)
{
    const char *folder = getenv("FAIL_FOLDER");
    char link[64], path[4096];
    if (!folder)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0 || strncmp(path, folder, strlen(folder)))
        return 0;
    long at = atol(getenv("FAIL_AT"));
    seen++;
    if (seen != at && !(getenv("FAIL_ALL_LATER") && seen > at && at))
        return 0;
    errno = atoi(getenv("FAIL_ERRNO"));
    return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t n) { return fails(fd) ? -1 : NEXT(write)(fd, bytes, n); }
ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at) { return fails(fd) ? -1 : NEXT(pwrite)(fd, bytes, n, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at) { return fails(fd) ? -1 : NEXT(pwrite64)(fd, bytes, n, at); }
int fsync(int fd) { return fails(fd) ? -1 : NEXT(fsync)(fd); }
int fdatasync(int fd) { return fails(fd) ? -1 : NEXT(fdatasync)(fd); }
int ftruncate(int fd, off_t n) { return fails(fd) ? -1 : NEXT(ftruncate)(fd, n); }
int ftruncate64(int fd, off64_t n) { return fails(fd) ? -1 : NEXT(ftruncate64)(fd, n); }
size_t fwrite(const void *bytes, size_t size, size_t n, FILE *file)
{
    return fails(fileno(file)) ? 0 : NEXT(fwrite)(bytes, size, n, file);
}
