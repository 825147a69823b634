// Receives UDP datagrams on 127.0.0.1 PORT and counts them, until SIGTERM or SIGINT.
//   sink PORT
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static volatile sig_atomic_t stop;
static void on_signal(int s) { (void)s; stop = 1; }

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: sink PORT\n"), 1;
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  struct sockaddr_in self = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_DGRAM, 0), buffer = 8 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
  if (bind(fd, (void *)&self, sizeof self)) return perror("bind"), 1;
  char octets[65536];
  unsigned long datagrams = 0, bytes = 0;
  while (!stop) {
    ssize_t n = recv(fd, octets, sizeof octets, 0);
    if (n >= 0) datagrams++, bytes += n;
  }
  printf("%lu datagrams, %lu octets\n", datagrams, bytes);
  return 0;
}
