/* Preloaded, it makes writes to files below $FAULT_FOLDER fail: the one numbered $FAULT_AT with the error number
   $FAULT_ERROR, and with $FAULT_ON all after it too, as on a disk that stays full. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long seen;

long faults_seen(void) { return seen; }

static int fails(int fd)
{
    const char *folder = getenv("FAULT_FOLDER");
    char link[64], path[4096];
    if (!folder)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0 || strncmp(path, folder, strlen(folder)))
        return 0;
    long at = atol(getenv("FAULT_AT"));
    seen++;
    if (seen != at && !(getenv("FAULT_ON") && seen > at && at))
        return 0;
    errno = atoi(getenv("FAULT_ERROR"));
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
