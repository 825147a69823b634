// The least that an agent must do for the counters of a host: read the kernel's files, opened once; ask once for the
// counters of all interfaces; ask one file system for its space; send datagrams of the size that the agent sends. Nothing
// is parsed but the lengths of messages.
//   poll_floor INTERVAL_MS PORT [host|all]     until SIGTERM; `all`: a sample for every interface too.
// Prints polls, interfaces, datagrams, and nanoseconds of CPU a poll spent in sending.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { HOST_OCTETS = 668, INTERFACE_OCTETS = 140, DATAGRAM = 1400, DATAGRAMS = 2000, ROOM = 1 << 18 };

// As strace(1) shows the agent reading them.
static const char *const files[] = {
    "/proc/net/snmp", "/proc/stat", "/proc/loadavg", "/proc/uptime", "/proc/cpuinfo", "/proc/meminfo", "/proc/vmstat",
    "/proc/diskstats", "/proc/self/mountinfo"};
enum { FILES = sizeof files / sizeof *files };

static volatile sig_atomic_t stop;
static void on_signal(int s) { (void)s; stop = 1; }

static int sender;
// The datagrams of a poll, and how long each of them is.
static char out[DATAGRAMS][DATAGRAM];
static int lengths[DATAGRAMS], last;
static uint32_t sequence;
static unsigned long datagrams;
static uint64_t sending;

static uint64_t processor(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * UINT64_C(1000000000) + t.tv_nsec;
}

static void begin(void) {
  uint32_t head[] = {htonl(5), htonl(1), htonl(0x7f000001), htonl(1), htonl(++sequence), 0, 0};
  memcpy(out[last], head, lengths[last] = sizeof head);
}

static void sample(int octets) {
  if (lengths[last] + octets > DATAGRAM) {
    if (last + 1 == DATAGRAMS) return;
    last++;
    begin();
  }
  memset(out[last] + lengths[last], 1, octets);
  lengths[last] += octets;
  out[last][27]++;
}

// At the end of a poll: the clock of the processor is a system call of its own.
static void flush(void) {
  uint64_t before = processor();
  for (int i = 0; i <= last; i++)
    if (send(sender, out[i], lengths[i], 0) > 0) datagrams++;
  sending += processor() - before;
  last = 0;
  begin();
}

int main(int argc, char **argv) {
  if (argc < 3) return fprintf(stderr, "usage: poll_floor INTERVAL_MS PORT [host|all]\n"), 1;
  long interval = atol(argv[1]);
  int all = argc > 3 && strcmp(argv[3], "all") == 0;
  sender = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(sender, (void *)&to, sizeof to)) return perror("connect"), 1;
  begin();

  int open_files[FILES];
  for (int i = 0; i < FILES; i++) open_files[i] = open(files[i], O_RDONLY | O_CLOEXEC);
  int netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), timer = timerfd_create(CLOCK_MONOTONIC, 0);
  struct itimerspec when = {.it_value = {0, 1}, .it_interval = {interval / 1000, interval % 1000 * 1000000}};
  timerfd_settime(timer, 0, &when, NULL);
  char *room = malloc(ROOM);
  unsigned long polls = 0, interfaces = 0;
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGTERM, &action, NULL);
  uint64_t expirations;
  while (!stop && read(timer, &expirations, 8) == 8) {
    polls++;
    interfaces = 0;
    sample(HOST_OCTETS);
    for (int i = 0; i < FILES; i++) {
      ssize_t n = 1;
      for (off_t at = 0; n > 0; at += n) n = pread(open_files[i], room, ROOM, at);
    }
    struct statvfs space;
    statvfs("/", &space);
    struct { struct nlmsghdr head; struct if_stats_msg body; } ask = {
        .head = {sizeof ask, RTM_GETSTATS, NLM_F_REQUEST | NLM_F_DUMP, 1, 0},
        .body = {.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64)}};
    if (send(netlink, &ask, sizeof ask, 0) < 0) return perror("RTM_GETSTATS"), 1;
    for (int done = 0; !done;) {
      int n = recv(netlink, room, ROOM, 0);
      if (n <= 0) return perror("recv"), 1;
      for (struct nlmsghdr *m = (void *)room; NLMSG_OK(m, n); m = NLMSG_NEXT(m, n)) {
        if (m->nlmsg_type == NLMSG_DONE || m->nlmsg_type == NLMSG_ERROR) { done = 1; break; }
        interfaces++;
        if (all) sample(INTERFACE_OCTETS);
      }
    }
    flush();
  }
  printf("%lu %lu %lu %lu\n", polls, interfaces, datagrams, polls ? sending / polls : 0);
  return 0;
}
