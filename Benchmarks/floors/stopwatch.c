// Times that a shell cannot take.
//   stopwatch start PORT COMMAND...     milliseconds from the start of COMMAND to its first datagram at 127.0.0.1 PORT,
//                                       and of processor time until then; then ends it
//   stopwatch rename PID FOLDER NAME    milliseconds from SIGHUP to PID until NAME is renamed into FOLDER
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "stamp.h"

enum { PATIENCE_MS = 10000 };

static int start(int port, char **command) {
  struct sockaddr_in self = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (bind(fd, (void *)&self, sizeof self)) return perror("bind"), 1;
  uint64_t began = nanoseconds();
  pid_t child = fork();
  if (child == 0) {
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 1), dup2(nothing, 2);
    execvp(command[0], command);
    _exit(127);
  }
  struct pollfd ready = {fd, POLLIN, 0};
  int came = poll(&ready, 1, PATIENCE_MS);
  double took = (nanoseconds() - began) / 1e6;
  // All threads of it.
  clockid_t clock;
  struct timespec busy = {0, 0};
  if (clock_getcpuclockid(child, &clock) == 0) clock_gettime(clock, &busy);
  kill(child, SIGTERM);
  waitpid(child, NULL, 0);
  // Before anybody reads what is printed, and binds it again.
  close(fd);
  if (came != 1) return fprintf(stderr, "no datagram within %d ms\n", PATIENCE_MS), 1;
  printf("%.2f %.2f\n", took, busy.tv_sec * 1e3 + busy.tv_nsec / 1e6);
  return 0;
}

static int renamed(pid_t pid, const char *folder, const char *name) {
  int fd = inotify_init1(IN_CLOEXEC);
  if (inotify_add_watch(fd, folder, IN_MOVED_TO | IN_CLOSE_WRITE) < 0) return perror(folder), 1;
  struct pollfd ready = {fd, POLLIN, 0};
  uint64_t began = nanoseconds();
  if (kill(pid, SIGHUP)) return perror("kill"), 1;
  while (poll(&ready, 1, PATIENCE_MS) == 1) {
    double took = (nanoseconds() - began) / 1e6;
    char events[4096] __attribute__((aligned(8)));
    ssize_t n = read(fd, events, sizeof events);
    for (char *p = events; p < events + n;) {
      struct inotify_event *e = (void *)p;
      if (e->len && strcmp(e->name, name) == 0) return printf("%.2f\n", took), 0;
      p += sizeof *e + e->len;
    }
  }
  return fprintf(stderr, "%s was not written within %d ms\n", name, PATIENCE_MS), 1;
}

int main(int argc, char **argv) {
  if (argc > 3 && strcmp(argv[1], "start") == 0) return start(atoi(argv[2]), argv + 3);
  if (argc == 5 && strcmp(argv[1], "rename") == 0) return renamed(atoi(argv[2]), argv[3], argv[4]);
  return fprintf(stderr, "usage: stopwatch start PORT COMMAND... | rename PID FOLDER NAME\n"), 1;
}
