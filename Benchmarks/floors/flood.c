// Sends COUNT UDP datagrams of SIZE octets to ADDRESS PORT at RATE a second (0: as fast as it goes), in batches if that
// is a high rate, and says how many it sent, how many not, and at what rate. They begin with the time.
//   flood ADDRESS PORT SIZE COUNT RATE
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include "stamp.h"

enum { BATCH = 32, HIGH = 5000 };

static double now(void) { return nanoseconds() / 1e9; }

int main(int argc, char **argv) {
  if (argc != 6) return fprintf(stderr, "usage: flood ADDRESS PORT SIZE COUNT RATE\n"), 1;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
  if (inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) return 1;
  int size = atoi(argv[3]);
  long count = atol(argv[4]);
  double rate = atof(argv[5]);
  if (size < 16) return fprintf(stderr, "SIZE is 16 at least\n"), 1;
  int batch = rate == 0 || rate > HIGH ? BATCH : 1;
  char *octets = calloc(1, size);
  memcpy(octets, STAMP, sizeof STAMP);
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (connect(fd, (void *)&to, sizeof to) != 0) return perror("connect"), 1;
  struct mmsghdr messages[BATCH];
  struct iovec part = {octets, size};
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < BATCH; i++) messages[i].msg_hdr = (struct msghdr){.msg_iov = &part, .msg_iovlen = 1};
  double start = now();
  long sent = 0, failed = 0;
  while (sent + failed < count) {
    if (rate > 0) {
      double due = start + (sent + failed) / rate, wait = due - now();
      if (wait > 0) nanosleep(&(struct timespec){0, (long)(wait * 1e9)}, NULL);
    }
    long left = count - sent - failed;
    uint64_t stamp = nanoseconds();
    memcpy(octets + sizeof STAMP, &stamp, sizeof stamp);
    int n = sendmmsg(fd, messages, left < batch ? left : batch, 0);
    if (n < 0) failed++; else sent += n;
  }
  printf("%ld %ld %.0f\n", sent, failed, sent / (now() - start));
  return 0;
}
