// Receives sFlow on 127.0.0.1 PORT: counts datagrams, octets, samples, and datagrams that their numbers say are missing,
// and takes the time from packet to datagram of those packets that `flood` stamped. One line on SIGUSR1 and at the end:
//   DATAGRAMS OCTETS SAMPLES MISSING [MEDIAN P99]     microseconds; those since the line before
//   sink PORT
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include "stamp.h"

enum { LATENCIES = 4 << 20 };

static volatile sig_atomic_t stop, tell;
static void on_signal(int s) { if (s == SIGUSR1) tell = 1; else stop = 1; }

static unsigned long datagrams, octets, samples, missing;
static uint32_t latencies[LATENCIES];
static unsigned taken;

static int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static void report(void) {
  printf("%lu %lu %lu %lu", datagrams, octets, samples, missing);
  if (taken) {
    qsort(latencies, taken, sizeof *latencies, ascending);
    printf(" %u %u", latencies[taken / 2], latencies[(uint64_t)taken * 99 / 100]);
  }
  printf("\n");
  fflush(stdout);
  datagrams = octets = samples = missing = taken = 0;
}

// The numbers of datagrams, by sub-agent: an agent may have several.
static void count(uint32_t sub_agent, uint32_t number) {
  static struct { uint32_t sub_agent, number; } streams[16];
  static int known;
  int i = 0;
  while (i < known && streams[i].sub_agent != sub_agent) i++;
  if (i == known) {
    if (known == 16) return;
    streams[known++].sub_agent = sub_agent;
  } else {
    missing += number - streams[i].number - 1;
  }
  streams[i].number = number;
}

static void take(const unsigned char *datagram, size_t length) {
  uint32_t w[12];
  datagrams++, octets += length;
  if (length < sizeof w) return;
  memcpy(w, datagram, sizeof w);
  int at = ntohl(w[1]) == 1 ? 3 : 6;
  count(ntohl(w[at]), ntohl(w[at + 1]));
  samples += ntohl(w[at + 3]);
  uint64_t now = nanoseconds();
  const unsigned char *p = datagram, *end = datagram + length;
  while (taken < LATENCIES && (p = memmem(p, end - p, STAMP, sizeof STAMP)) && p + sizeof STAMP + 8 <= end) {
    uint64_t then;
    memcpy(&then, p += sizeof STAMP, 8);
    latencies[taken++] = (now - then) / 1000;
  }
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: sink PORT\n"), 1;
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGUSR1, &action, NULL);
  struct sockaddr_in self = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_DGRAM, 0), buffer = 64 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
  if (bind(fd, (void *)&self, sizeof self)) return perror("bind"), 1;
  static unsigned char datagram[65536];
  // A signal that comes between the test and recv() waits for the next datagram, or for this.
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){0, 200000}, sizeof(struct timeval));
  while (!stop) {
    ssize_t n = recv(fd, datagram, sizeof datagram, 0);
    if (n >= 0) take(datagram, n);
    if (tell) tell = 0, report();
  }
  report();
  return 0;
}
