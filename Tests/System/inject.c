// Makes calls of libc fail, for tests: a library for LD_PRELOAD. A test says in a shared file which call is to fail with
// which error and how often, at any time while the program runs, and reads there how often each was called.
//
//   cc -shared -fPIC -O1 -o inject.so inject.c
//   HSFLOWD_INJECT=FILE LD_PRELOAD=inject.so hsflowd ...
//
// Calls that libc makes by itself (the socket inside getaddrinfo(3)) do not pass here; strace(1) can do those.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <resolv.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// The calls, as the shared file names them. `log` is write(2) to the standard streams.
#define CALLS(X) \
  X(accept4) X(access) X(bind) X(capset) X(chmod) X(close) X(connect) X(dup2) X(epoll_create1) X(epoll_ctl) \
  X(epoll_wait) X(eventfd) X(fchmod) X(fcntl) X(flock) X(fork) X(fstat) X(ftruncate) X(getaddrinfo) X(getpwnam) \
  X(getrlimit) X(getsockname) X(getsockopt) X(if_indextoname) X(if_nametoindex) X(inotify_add_watch) \
  X(inotify_init1) X(ioctl) X(listen) X(log) X(lseek) X(mkdir) X(mmap) X(open) X(opendir) X(poll) X(prctl) X(pread) \
  X(pthread_create) X(pwrite) X(read) X(readdir) X(readlink) X(recv) X(recvfrom) X(rename) X(res_nquery) \
  X(send) X(sendto) X(setgroups) X(setns) X(setresgid) X(setresuid) X(setrlimit) X(setsid) X(setsockopt) X(signalfd) \
  X(socket) X(stat) X(statvfs) X(unlink) X(write)

enum call {
#define X(name) CALL_##name,
  CALLS(X)
#undef X
      CALL_COUNT
};

// One line of the shared file, 64 octets. Sources/SystemTests/FaultInjector.swift restates it.
struct rule {
  char name[24];
  // 0: no fault. -1: what reads and writes does one octet at a time.
  volatile int32_t error;
  // Every so-manieth call fails; 0: none.
  volatile uint32_t every;
  // How many may still fail.
  volatile int64_t left;
  volatile uint64_t calls;
  volatile uint64_t failures;
  volatile uint64_t unused;
};
_Static_assert(sizeof(struct rule) == 64, "rule");

// Behind the rules: seconds by which the wall clock is wrong, and whether exit(3) came to the destructors of libraries.
struct shared {
  struct rule rules[CALL_COUNT];
  volatile int64_t clock_shift;
  volatile int64_t is_torn_down;
};

static struct shared *shared;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("HSFLOWD_INJECT");
  if (path == NULL) return;
  int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  struct shared *memory =
      (void *)syscall(SYS_mmap, NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  syscall(SYS_close, fd);
  if ((void *)memory == MAP_FAILED) return;
#define X(name_) strncpy(memory->rules[CALL_##name_].name, #name_, sizeof memory->rules[0].name - 1);
  CALLS(X)
#undef X
  shared = memory;
}

__attribute__((destructor)) static void end(void) {
  if (shared != NULL) shared->is_torn_down = 1;
}

// The error that this call is to have; 0 for none.
static int fault(enum call call) {
  if (shared == NULL) return 0;
  struct rule *rule = &shared->rules[call];
  uint64_t number = __atomic_add_fetch(&rule->calls, 1, __ATOMIC_RELAXED);
  int error = rule->error;
  uint32_t every = rule->every;
  if (error == 0 || every == 0 || number % every != 0) return 0;
  if (__atomic_fetch_sub(&rule->left, 1, __ATOMIC_RELAXED) <= 0) return 0;
  __atomic_add_fetch(&rule->failures, 1, __ATOMIC_RELAXED);
  return error;
}

#define REAL(name) \
  static __typeof__(&name) real; \
  if (real == NULL) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define FAIL(name, result) \
  do { \
    int error_ = fault(CALL_##name); \
    if (error_ > 0) { \
      errno = error_; \
      return result; \
    } \
  } while (0)

// A call with a fixed number of arguments that returns -1 on failure.
#define CALL(type, name, parameters, arguments) \
  type name parameters { \
    REAL(name); \
    FAIL(name, -1); \
    return real arguments; \
  }

// The same where `count` is the octets, of which a short one takes the first.
#define SHORT(type, name, parameters, arguments, count) \
  type name parameters { \
    REAL(name); \
    int error = fault(CALL_##name); \
    if (error > 0) { \
      errno = error; \
      return -1; \
    } \
    if (error < 0 && count > 1) count = 1; \
    return real arguments; \
  }

CALL(int, accept4, (int fd, struct sockaddr *a, socklen_t *l, int f), (fd, a, l, f))
CALL(int, access, (const char *path, int mode), (path, mode))
CALL(int, bind, (int fd, const struct sockaddr *a, socklen_t l), (fd, a, l))
CALL(int, chmod, (const char *path, mode_t mode), (path, mode))
CALL(int, connect, (int fd, const struct sockaddr *a, socklen_t l), (fd, a, l))
CALL(int, dup2, (int from, int to), (from, to))
CALL(int, epoll_create1, (int flags), (flags))
CALL(int, epoll_ctl, (int e, int op, int fd, struct epoll_event *event), (e, op, fd, event))
CALL(int, epoll_wait, (int e, struct epoll_event *events, int max, int timeout), (e, events, max, timeout))
CALL(int, eventfd, (unsigned count, int flags), (count, flags))
CALL(int, fchmod, (int fd, mode_t mode), (fd, mode))
CALL(int, flock, (int fd, int operation), (fd, operation))
CALL(pid_t, fork, (void), ())
CALL(int, fstat, (int fd, struct stat *status), (fd, status))
CALL(int, ftruncate, (int fd, off_t length), (fd, length))
CALL(int, getrlimit, (__rlimit_resource_t r, struct rlimit *limit), (r, limit))
CALL(int, getsockname, (int fd, struct sockaddr *a, socklen_t *l), (fd, a, l))
CALL(int, getsockopt, (int fd, int level, int name, void *v, socklen_t *l), (fd, level, name, v, l))
CALL(int, inotify_add_watch, (int fd, const char *path, uint32_t mask), (fd, path, mask))
CALL(int, inotify_init1, (int flags), (flags))
CALL(int, listen, (int fd, int backlog), (fd, backlog))
CALL(off_t, lseek, (int fd, off_t offset, int whence), (fd, offset, whence))
CALL(int, mkdir, (const char *path, mode_t mode), (path, mode))
CALL(int, poll, (struct pollfd *fds, nfds_t count, int timeout), (fds, count, timeout))
CALL(ssize_t, readlink, (const char *path, char *room, size_t size), (path, room, size))
CALL(int, rename, (const char *from, const char *to), (from, to))
CALL(ssize_t, send, (int fd, const void *octets, size_t count, int flags), (fd, octets, count, flags))
CALL(ssize_t, sendto, (int fd, const void *o, size_t n, int f, const struct sockaddr *a, socklen_t l), (fd, o, n, f, a, l))
CALL(int, setgroups, (size_t count, const gid_t *list), (count, list))
CALL(int, setns, (int fd, int type), (fd, type))
CALL(int, setresgid, (gid_t r, gid_t e, gid_t s), (r, e, s))
CALL(int, setresuid, (uid_t r, uid_t e, uid_t s), (r, e, s))
CALL(int, setrlimit, (__rlimit_resource_t r, const struct rlimit *limit), (r, limit))
CALL(pid_t, setsid, (void), ())
CALL(int, setsockopt, (int fd, int level, int name, const void *v, socklen_t l), (fd, level, name, v, l))
CALL(int, signalfd, (int fd, const sigset_t *mask, int flags), (fd, mask, flags))
CALL(int, socket, (int domain, int type, int protocol), (domain, type, protocol))
CALL(int, stat, (const char *path, struct stat *status), (path, status))
CALL(int, statvfs, (const char *path, struct statvfs *status), (path, status))
CALL(int, unlink, (const char *path), (path))
SHORT(ssize_t, pread, (int fd, void *room, size_t count, off_t offset), (fd, room, count, offset), count)
SHORT(ssize_t, pwrite, (int fd, const void *octets, size_t count, off_t offset), (fd, octets, count, offset), count)
SHORT(ssize_t, recvfrom, (int fd, void *r, size_t n, int f, struct sockaddr *a, socklen_t *l), (fd, r, n, f, a, l), n)

// read(2) of a counter of events, of signals or of changes of files fails for nothing but a signal in between, and gives
// nothing in part: eventfd(2), signalfd(2), inotify(7). These have no type.
static int is_of_events(int fd) {
  struct stat status;
  return syscall(SYS_fstat, fd, &status) == 0 && (status.st_mode & S_IFMT) == 0;
}

ssize_t read(int fd, void *room, size_t count) {
  REAL(read);
  int error = shared != NULL && shared->rules[CALL_read].error != EINTR && is_of_events(fd) ? 0 : fault(CALL_read);
  if (error > 0) {
    errno = error;
    return -1;
  }
  struct stat status;
  if (error < 0 && count > 1 && syscall(SYS_fstat, fd, &status) == 0 && S_ISREG(status.st_mode)) count = 1;
  return real(fd, room, count);
}

ssize_t recv(int fd, void *room, size_t count, int flags) {
  REAL(recv);
  int error = fault(CALL_recv);
  if (error > 0) {
    errno = error;
    return -1;
  }
  int type = 0;
  socklen_t length = sizeof type;
  if (error < 0 && count > 1 && syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
      type == SOCK_STREAM)
    count = 1;
  return real(fd, room, count, flags);
}

// Only files: threads wake each other by counters of events and pipes, which are never full nor broken.
ssize_t write(int fd, const void *octets, size_t count) {
  REAL(write);
  struct stat status;
  int is_file = syscall(SYS_fstat, fd, &status) == 0 && S_ISREG(status.st_mode);
  int error = fd == 1 || fd == 2 ? fault(CALL_log) : is_file ? fault(CALL_write) : 0;
  if (error > 0) {
    errno = error;
    return -1;
  }
  if (error < 0 && count > 1) count = 1;
  return real(fd, octets, count);
}

// The descriptor is gone whatever close(2) says.
int close(int fd) {
  REAL(close);
  int result = real(fd);
  FAIL(close, -1);
  return result;
}

int open(const char *path, int flags, ...) {
  REAL(open);
  FAIL(open, -1);
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return real(path, flags, mode);
}

int fcntl(int fd, int command, ...) {
  REAL(fcntl);
  FAIL(fcntl, -1);
  va_list rest;
  va_start(rest, command);
  long argument = va_arg(rest, long);
  va_end(rest);
  return real(fd, command, argument);
}

int ioctl(int fd, unsigned long request, ...) {
  REAL(ioctl);
  FAIL(ioctl, -1);
  va_list rest;
  va_start(rest, request);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  return real(fd, request, argument);
}

int prctl(int option, ...) {
  static int (*real)(int, ...);
  if (real == NULL) real = (int (*)(int, ...))dlsym(RTLD_NEXT, "prctl");
  FAIL(prctl, -1);
  va_list rest;
  va_start(rest, option);
  unsigned long a = va_arg(rest, unsigned long), b = va_arg(rest, unsigned long), c = va_arg(rest, unsigned long),
                d = va_arg(rest, unsigned long);
  va_end(rest);
  return real(option, a, b, c, d);
}

long syscall(long number, ...) {
  static long (*real)(long, ...);
  if (real == NULL) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  if (number == SYS_capset || number == SYS_capget) FAIL(capset, -1);
  va_list rest;
  va_start(rest, number);
  long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long), d = va_arg(rest, long),
       e = va_arg(rest, long), f = va_arg(rest, long);
  va_end(rest);
  return real(number, a, b, c, d, e, f);
}

DIR *opendir(const char *path) {
  REAL(opendir);
  FAIL(opendir, NULL);
  return real(path);
}

struct dirent *readdir(DIR *folder) {
  REAL(readdir);
  FAIL(readdir, NULL);
  return real(folder);
}

struct passwd *getpwnam(const char *name) {
  REAL(getpwnam);
  FAIL(getpwnam, NULL);
  return real(name);
}

unsigned if_nametoindex(const char *name) {
  REAL(if_nametoindex);
  FAIL(if_nametoindex, 0);
  return real(name);
}

char *if_indextoname(unsigned index, char name[IF_NAMESIZE]) {
  REAL(if_indextoname);
  FAIL(if_indextoname, NULL);
  return real(index, name);
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **list) {
  REAL(getaddrinfo);
  FAIL(getaddrinfo, EAI_SYSTEM);
  return real(node, service, hints, list);
}

int res_nquery(res_state state, const char *name, int class, int type, unsigned char *answer, int room) {
  static int (*real)(res_state, const char *, int, int, unsigned char *, int);
  if (real == NULL) real = (int (*)(res_state, const char *, int, int, unsigned char *, int))dlsym(RTLD_NEXT, "res_nquery");
  int error = fault(CALL_res_nquery);
  if (error > 0) {
    state->res_h_errno = NETDB_INTERNAL;
    errno = error;
    return -1;
  }
  return real(state, name, class, type, answer, room);
}

int pthread_create(pthread_t *id, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
  REAL(pthread_create);
  // Returns its error.
  int error = fault(CALL_pthread_create);
  return error > 0 ? error : real(id, attributes, body, argument);
}

// Only what is shared with the kernel: a ring of packets.
void *mmap(void *start, size_t size, int protection, int flags, int fd, off_t offset) {
  REAL(mmap);
  if (fd >= 0 && (flags & MAP_SHARED)) FAIL(mmap, MAP_FAILED);
  return real(start, size, protection, flags, fd, offset);
}

// The wall clock, which somebody has set.
int clock_gettime(clockid_t clock, struct timespec *time) {
  REAL(clock_gettime);
  int result = real(clock, time);
  if (shared != NULL && clock == CLOCK_REALTIME) time->tv_sec += shared->clock_shift;
  return result;
}

time_t time(time_t *result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result != NULL) *result = now.tv_sec;
  return now.tv_sec;
}
