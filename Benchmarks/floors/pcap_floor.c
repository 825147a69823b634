// The least that an agent must do with the packets of a device: let the kernel choose 1 in N into a ring of the size
// that the agent takes, put each header into an sFlow datagram, send it. No directions, no VLAN tags, no accounting of
// losses but their number: the floor that agents are held to.
//   pcap_floor DEVICE N PORT        runs until SIGTERM or SIGINT, then prints what it saw
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

enum { HEADER = 128, DATAGRAM = 1400, LATENCY_MS = 250, HOLD_MS = 500 };

static volatile sig_atomic_t stop;
static void on_signal(int s) { (void)s; stop = 1; }

static uint32_t out[DATAGRAM / 4 + 128];
static int words, samples, sender;
static uint32_t sequence, sample_sequence;
static unsigned long sampled, sent;

static void flush(void) {
  if (!samples) return;
  out[4] = htonl(++sequence);
  out[6] = htonl(samples);
  if (send(sender, out, words * 4, 0) > 0) sent++;
  words = 7;
  samples = 0;
}

static void sample(const unsigned char *header, int length, int total, uint32_t device, uint32_t n) {
  if (length > HEADER) length = HEADER;
  int padded = (length + 3) / 4;
  int need = 2 + 11 + 2 + 4 + padded;
  if ((words + need) * 4 > DATAGRAM) flush();
  uint32_t *w = out + words;
  *w++ = htonl(3);
  *w++ = htonl((need - 2) * 4);
  *w++ = htonl(++sample_sequence);
  *w++ = 0;
  *w++ = htonl(device);
  *w++ = htonl(n);
  *w++ = htonl(sample_sequence * n);
  *w++ = 0;
  *w++ = 0;
  *w++ = htonl(device);
  *w++ = 0;
  *w++ = htonl(0x3fffffff);
  *w++ = htonl(1);
  *w++ = htonl(1);
  *w++ = htonl((4 + padded) * 4);
  *w++ = htonl(1);
  *w++ = htonl(total + 4);
  *w++ = htonl(4);
  *w++ = htonl(length);
  w[padded - 1] = 0;
  memcpy(w, header, length);
  words += need;
  samples++;
  sampled++;
}

static int check(int result, const char *what) {
  if (result < 0) perror(what), exit(1);
  return result;
}

int main(int argc, char **argv) {
  if (argc != 4) return fprintf(stderr, "usage: pcap_floor DEVICE N PORT\n"), 1;
  uint32_t device = if_nametoindex(argv[1]), n = atoi(argv[2]);
  if (!device || !n) return fprintf(stderr, "no such device, or N is 0\n"), 1;
  signal(SIGTERM, on_signal);
  signal(SIGINT, on_signal);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[3])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  sender = socket(AF_INET, SOCK_DGRAM, 0);
  check(connect(sender, (void *)&to, sizeof to), "connect");
  out[0] = htonl(5), out[1] = htonl(1), out[2] = htonl(0x7f000001), out[3] = htonl(1), words = 7;

  // As the agent does it: Sources/Sampling/CaptureFilter.swift, ring sizes in Tap.swift.
  struct sock_filter choice[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_RANDOM),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)(((1ULL << 32) + n / 2) / n), 1, 0),
      BPF_STMT(BPF_RET | BPF_K, HEADER),
      BPF_STMT(BPF_RET | BPF_K, 0)};
  struct sock_fprog program = n > 1 ? (struct sock_fprog){4, choice} : (struct sock_fprog){1, choice + 2};
  unsigned block = n >= 100 ? 16 << 10 : n > 1 ? 64 << 10 : 256 << 10, blocks = n >= 100 ? 4 : 8;
  int ring = check(socket(AF_PACKET, SOCK_RAW, 0), "socket"), version = TPACKET_V3, reserve = 4;
  check(setsockopt(ring, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program), "SO_ATTACH_FILTER");
  check(setsockopt(ring, SOL_PACKET, PACKET_VERSION, &version, sizeof version), "PACKET_VERSION");
  check(setsockopt(ring, SOL_PACKET, PACKET_RESERVE, &reserve, sizeof reserve), "PACKET_RESERVE");
  struct tpacket_req3 request = {.tp_block_size = block, .tp_block_nr = blocks, .tp_frame_size = 2048,
                                 .tp_frame_nr = block / 2048 * blocks, .tp_retire_blk_tov = LATENCY_MS};
  check(setsockopt(ring, SOL_PACKET, PACKET_RX_RING, &request, sizeof request), "PACKET_RX_RING");
  char *memory = mmap(NULL, (size_t)block * blocks, PROT_READ | PROT_WRITE, MAP_SHARED, ring, 0);
  if (memory == MAP_FAILED) return perror("mmap"), 1;
  struct sockaddr_ll self = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = device};
  check(bind(ring, (void *)&self, sizeof self), "bind");

  struct pollfd ready = {ring, POLLIN, 0};
  for (unsigned next = 0; !stop;) {
    if (poll(&ready, 1, samples ? HOLD_MS : -1) == 0) flush();
    for (;;) {
      struct tpacket_block_desc *b = (void *)(memory + (size_t)next * block);
      if (!(__atomic_load_n(&b->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER)) break;
      struct tpacket3_hdr *p = (void *)((char *)b + b->hdr.bh1.offset_to_first_pkt);
      for (unsigned i = 0; i < b->hdr.bh1.num_pkts; i++) {
        sample((unsigned char *)p + p->tp_mac, p->tp_snaplen, p->tp_len, device, n);
        p = (void *)((char *)p + p->tp_next_offset);
      }
      __atomic_store_n(&b->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
      next = (next + 1) % blocks;
    }
  }
  flush();
  struct tpacket_stats_v3 lost = {0};
  getsockopt(ring, SOL_PACKET, PACKET_STATISTICS, &lost, &(socklen_t){sizeof lost});
  printf("%lu samples, %lu datagrams, %u found no room\n", sampled, sent, lost.tp_drops);
  return 0;
}
