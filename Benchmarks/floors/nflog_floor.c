// The least that an agent must do with packets of an NFLOG group: receive them, put every Nth header into an sFlow
// datagram, send it. No addresses, no interfaces, no accounting beyond the sequence: the floor that agents are held to.
//   nflog_floor GROUP N PORT        runs until SIGTERM or SIGINT, then prints what it saw
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 1, SLOT = 131072, HEADER = 128, DATAGRAM = 1400 };

static volatile sig_atomic_t stop;
static void on_signal(int s) { (void)s; stop = 1; }

static int netlink;

static void configure(uint16_t group, int type, const void *value, int length) {
  struct {
    struct nlmsghdr head;
    struct nfgenmsg nf;
    struct nlattr attribute;
    char value[16];
  } m = {.head = {.nlmsg_type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG, .nlmsg_flags = NLM_F_REQUEST},
         .nf = {AF_UNSPEC, NFNETLINK_V0, htons(group)},
         .attribute = {sizeof(struct nlattr) + length, type}};
  memcpy(m.value, value, length);
  m.head.nlmsg_len = sizeof m.head + sizeof m.nf + NLA_ALIGN(m.attribute.nla_len);
  if (send(netlink, &m, m.head.nlmsg_len, 0) < 0) perror("configure"), exit(1);
}

static uint32_t out[DATAGRAM / 4 + 128];
static int words, samples, sender;
static uint32_t sequence, sample_sequence;
static unsigned long seen, sampled, sent;

static void flush(void) {
  if (!samples) return;
  out[4] = htonl(++sequence);
  out[6] = htonl(samples);
  if (send(sender, out, words * 4, 0) > 0) sent++;
  words = 7;
  samples = 0;
}

static void sample(const unsigned char *header, int length, int total, uint32_t n) {
  if (length > HEADER) length = HEADER;
  int padded = (length + 3) / 4;
  int need = 2 + 11 + 2 + 4 + padded;
  if ((words + need) * 4 > DATAGRAM) flush();
  uint32_t *w = out + words;
  *w++ = htonl(3);
  *w++ = htonl((need - 2) * 4);
  *w++ = htonl(++sample_sequence);
  *w++ = 0;
  *w++ = htonl(1);
  *w++ = htonl(n);
  *w++ = htonl((uint32_t)seen);
  *w++ = 0;
  *w++ = 0;
  *w++ = htonl(1);
  *w++ = 0;
  *w++ = htonl(0x3fffffff);
  *w++ = htonl(1);
  *w++ = htonl(1);
  *w++ = htonl((4 + padded) * 4);
  *w++ = htonl(11);
  *w++ = htonl(total + 18);
  *w++ = htonl(18);
  *w++ = htonl(length);
  w[padded - 1] = 0;
  memcpy(w, header, length);
  words += need;
  samples++;
  sampled++;
}

int main(int argc, char **argv) {
  if (argc != 4) return fprintf(stderr, "usage: nflog_floor GROUP N PORT\n"), 1;
  uint16_t group = atoi(argv[1]);
  uint32_t n = atoi(argv[2]), skip = n;
  signal(SIGTERM, on_signal);
  signal(SIGINT, on_signal);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[3])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  sender = socket(AF_INET, SOCK_DGRAM, 0);
  if (connect(sender, (void *)&to, sizeof to)) return perror("connect"), 1;
  out[0] = htonl(5), out[1] = htonl(1), out[2] = htonl(0x7f000001), out[3] = htonl(1), words = 7;

  netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
  int buffer = 8 << 20;
  if (setsockopt(netlink, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer)) perror("SO_RCVBUFFORCE");
  struct sockaddr_nl self = {.nl_family = AF_NETLINK};
  if (bind(netlink, (void *)&self, sizeof self)) return perror("bind"), 1;
  struct nfulnl_msg_config_cmd bind_group = {NFULNL_CFG_CMD_BIND};
  configure(group, NFULA_CFG_CMD, &bind_group, sizeof bind_group);
  struct nfulnl_msg_config_mode mode = {htonl(HEADER), NFULNL_COPY_PACKET, 0};
  configure(group, NFULA_CFG_MODE, &mode, sizeof mode);
  uint32_t slot = htonl(SLOT), threshold = htonl(400), timeout = htonl(20);
  configure(group, NFULA_CFG_NLBUFSIZ, &slot, 4);
  configure(group, NFULA_CFG_QTHRESH, &threshold, 4);
  configure(group, NFULA_CFG_TIMEOUT, &timeout, 4);
  uint16_t flags = htons(NFULNL_CFG_F_SEQ);
  configure(group, NFULA_CFG_FLAGS, &flags, 2);

  char *room = malloc(SLOTS * SLOT);
  struct mmsghdr messages[SLOTS];
  struct iovec parts[SLOTS];
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < SLOTS; i++) {
    parts[i] = (struct iovec){room + i * SLOT, SLOT};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  struct timeval second = {0, 500000};
  setsockopt(netlink, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
  unsigned long overruns = 0;
  while (!stop) {
    int count = recvmmsg(netlink, messages, SLOTS, MSG_WAITFORONE, NULL);
    if (count < 0) {
      if (errno == ENOBUFS) overruns++;
      else if (errno == EAGAIN) flush();
      continue;
    }
    for (int i = 0; i < count; i++) {
      unsigned left = messages[i].msg_len;
      for (struct nlmsghdr *m = parts[i].iov_base; NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) {
        if ((m->nlmsg_type & 0xff) != NFULNL_MSG_PACKET) continue;
        seen++;
        if (--skip) continue;
        skip = n;
        char *at = (char *)NLMSG_DATA(m) + sizeof(struct nfgenmsg), *end = (char *)m + m->nlmsg_len;
        while (at + 4 <= end) {
          struct nlattr *a = (void *)at;
          if ((a->nla_type & NLA_TYPE_MASK) == NFULA_PAYLOAD) {
            unsigned char *p = (void *)(a + 1);
            sample(p, a->nla_len - 4, p[2] << 8 | p[3], n);
          }
          at += NLA_ALIGN(a->nla_len);
        }
      }
    }
  }
  flush();
  printf("%lu packets, %lu samples, %lu datagrams, %lu overruns\n", seen, sampled, sent, overruns);
  return 0;
}
