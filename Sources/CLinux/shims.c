#define _GNU_SOURCE
#include "clinux.h"

#include <getopt.h>
#include <link.h>
#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <syslog.h>

int cl_setns_network(int fd) { return setns(fd, CLONE_NEWNET); }

int cl_set_ids(uid_t uid, gid_t gid) {
  if (setresgid(gid, gid, gid) != 0) return -1;
  return setresuid(uid, uid, uid);
}

int cl_sendmmsg(int fd, const void *octets, const uint32_t *bounds, int count, const struct sockaddr *to,
                socklen_t to_length) {
  enum { MOST = 16 };
  struct mmsghdr messages[MOST];
  struct iovec parts[MOST];
  if (count > MOST) count = MOST;
  memset(messages, 0, sizeof messages[0] * (size_t)count);
  for (int i = 0; i < count; i++) {
    parts[i] = (struct iovec){(char *)octets + bounds[i], bounds[i + 1] - bounds[i]};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    messages[i].msg_hdr.msg_name = (void *)to;
    messages[i].msg_hdr.msg_namelen = to_length;
  }
  return sendmmsg(fd, messages, (unsigned)count, MSG_DONTWAIT);
}

// What exit(3) would do in a build that counts the lines that run.
extern int __llvm_profile_write_file(void) __attribute__((weak));

void cl_end(int status) {
  if (__llvm_profile_write_file != NULL) __llvm_profile_write_file();
  _exit(status);
}

void cl_syslog(int priority, const char *text) { syslog(priority, "%s", text); }
void cl_openlog(void) { openlog("hsflowd", LOG_PID, LOG_USER); }
const char *cl_errno_name(int number) { return strerrorname_np(number); }
int cl_prctl(int option, unsigned long argument) { return prctl(option, argument, 0, 0, 0); }
int cl_open(const char *path, int flags) { return open(path, flags); }
int cl_open_mode(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }

int cl_getopt(int argc, char *const *argv, const char *letters, const char **argument, int *offender, int *next) {
  static const struct option names[] = {{"help", no_argument, NULL, 'h'},
                                        {"version", no_argument, NULL, 'v'},
                                        {"print", no_argument, NULL, 'W'},
                                        {"check", no_argument, NULL, 't'},
                                        {"check-file", no_argument, NULL, 'T'},
                                        {"control", required_argument, NULL, 'K'},
                                        {"foreground", no_argument, NULL, 'd'},
                                        {NULL, 0, NULL, 0}};
  opterr = 0;
  int letter = getopt_long(argc, argv, letters, names, NULL);
  *argument = optarg;
  *offender = optopt;
  *next = optind;
  return letter;
}

// 0 and not 1: then glibc also forgets its place in a cluster of letters, getopt(3).
void cl_getopt_restart(void) { optind = 0; }

int cl_dns_search_list(char *room, size_t size, int *ndots) {
  struct __res_state state = {0};
  if (res_ninit(&state) != 0) return -1;
  int count = 0;
  *ndots = (int)state.ndots;
  for (char *const *domain = state.dnsrch; *domain != NULL; domain++) {
    size_t length = strlen(*domain) + 1;
    if (length > size) break;
    memcpy(room, *domain, length);
    room += length;
    size -= length;
    count++;
  }
  res_nclose(&state);
  return count;
}

int cl_dns_query(const char *name, int type, uint8_t *answer, size_t room, int *failure, int *number, int *code) {
  struct __res_state state = {0};
  *code = -1;
  if (room < 12 || res_ninit(&state) != 0) {
    *failure = NETDB_INTERNAL;
    *number = errno;
    return -1;
  }
  state.options |= RES_USE_EDNS0;
  memset(answer, 0, 12);
  errno = 0;
  int length = res_nquery(&state, name, 1, type, answer, (int)room);
  *number = errno;
  *failure = length < 0 ? state.res_h_errno : 0;
  // The first bit of the third octet tells an answer from a question, the last four of the fourth are the code.
  if (answer[2] & 0x80) *code = answer[3] & 0x0F;
  res_nclose(&state);
  // The resolver tells the length that the answer had, which can be more than there was room for.
  return length > (int)room ? (int)room : length;
}

int cl_ethtool_link(int socket, const char *name, uint32_t *speed, uint8_t *duplex) {
  // Three masks follow the structure, of at most 127 words each.
  _Alignas(8) char room[sizeof(struct ethtool_link_settings) + 3 * 127 * sizeof(uint32_t)] = {0};
  struct ethtool_link_settings *settings = (struct ethtool_link_settings *)room;
  struct ifreq request = {.ifr_data = room};
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  settings->cmd = ETHTOOL_GLINKSETTINGS;
  // The first call learns how long the masks are: the kernel answers with minus their number of words.
  if (ioctl(socket, SIOCETHTOOL, &request) != 0) return -1;
  if (settings->link_mode_masks_nwords >= 0) {
    errno = EOPNOTSUPP;
    return -1;
  }
  settings->link_mode_masks_nwords = -settings->link_mode_masks_nwords;
  settings->cmd = ETHTOOL_GLINKSETTINGS;
  if (ioctl(socket, SIOCETHTOOL, &request) != 0) return -1;
  *speed = settings->speed;
  *duplex = settings->duplex;
  return 0;
}
int cl_ethtool_module_info(int socket, const char *name, uint32_t *layout, uint32_t *length) {
  struct ethtool_modinfo info = {.cmd = ETHTOOL_GMODULEINFO};
  struct ifreq request = {.ifr_data = (char *)&info};
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (ioctl(socket, SIOCETHTOOL, &request) != 0) return -1;
  *layout = info.type;
  *length = info.eeprom_len;
  return 0;
}
int cl_ethtool_module_read(int socket, const char *name, void *octets, uint32_t length) {
  _Alignas(8) char room[sizeof(struct ethtool_eeprom) + ETH_MODULE_SFF_8636_MAX_LEN] = {0};
  struct ethtool_eeprom *eeprom = (struct ethtool_eeprom *)room;
  if (length > ETH_MODULE_SFF_8636_MAX_LEN) {
    errno = EINVAL;
    return -1;
  }
  eeprom->cmd = ETHTOOL_GMODULEEEPROM;
  eeprom->len = length;
  struct ifreq request = {.ifr_data = room};
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (ioctl(socket, SIOCETHTOOL, &request) != 0) return -1;
  memcpy(octets, eeprom->data, length);
  return 0;
}

int cl_capset(uint64_t effective, uint64_t permitted, uint64_t inheritable) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {
      {(uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable},
      {(uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32)}};
  return (int)syscall(SYS_capset, &header, data);
}

int cl_capget_effective(uint64_t *effective) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{0}};
  if (syscall(SYS_capget, &header, data) != 0) return -1;
  *effective = (uint64_t)data[1].effective << 32 | data[0].effective;
  return 0;
}

int cl_epoll_add(int epoll, int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int cl_epoll_remove(int epoll, int fd) {
  struct epoll_event event = {0};
  return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event);
}

int cl_epoll_wait(int epoll, int *ready, int count, int timeout_ms) {
  struct epoll_event events[64];
  int n = epoll_wait(epoll, events, count < 64 ? count : 64, timeout_ms);
  for (int i = 0; i < n; i++) ready[i] = events[i].data.fd;
  return n;
}

pid_t cl_fork(void) { return fork(); }

ssize_t cl_send_to_path(int fd, const char *path, const void *octets, size_t count) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(path);
  if (length == 0 || length >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = 0;
  return sendto(fd, octets, count, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address,
                offsetof(struct sockaddr_un, sun_path) + (socklen_t)length);
}

int cl_packet_socket(void) { return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

int cl_packet_filter(int fd, const uint64_t *instructions, size_t count) {
  struct sock_fprog program = {(unsigned short)count, (struct sock_filter *)instructions};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

// By itself again when a signal came in between, and not with the calls before it.
static int set_packet_option(int fd, int name, const void *value, socklen_t size) {
  int result;
  do result = setsockopt(fd, SOL_PACKET, name, value, size);
  while (result != 0 && errno == EINTR);
  return result;
}

int cl_packet_ring(int fd, uint32_t block_size, uint32_t blocks, uint32_t timeout_ms, uint32_t reserve) {
  int version = TPACKET_V3;
  if (set_packet_option(fd, PACKET_VERSION, &version, sizeof version) != 0) return -1;
  if (set_packet_option(fd, PACKET_RESERVE, &reserve, sizeof reserve) != 0) return -1;
  // Frames have no fixed size in version 3, but the kernel checks the numbers.
  uint32_t frame_size = 2048;
  struct tpacket_req3 request = {.tp_block_size = block_size,
                                 .tp_block_nr = blocks,
                                 .tp_frame_size = frame_size,
                                 .tp_frame_nr = block_size / frame_size * blocks,
                                 .tp_retire_blk_tov = timeout_ms};
  return set_packet_option(fd, PACKET_RX_RING, &request, sizeof request);
}

int cl_packet_promiscuous(int fd, uint32_t interface) {
  struct packet_mreq request = {.mr_ifindex = (int)interface, .mr_type = PACKET_MR_PROMISC};
  return setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request);
}

int cl_packet_bind(int fd, uint32_t interface) {
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)interface};
  return bind(fd, (struct sockaddr *)&address, sizeof address);
}

uint32_t cl_packet_interface(int fd) {
  struct sockaddr_ll address = {0};
  socklen_t length = sizeof address;
  // An interface that goes leaves the socket with the index -1.
  if (getsockname(fd, (struct sockaddr *)&address, &length) != 0 || address.sll_ifindex < 0) return 0;
  return (uint32_t)address.sll_ifindex;
}

int cl_packet_statistics(int fd, uint32_t *packets, uint32_t *drops) {
  struct tpacket_stats_v3 statistics = {0};
  socklen_t length = sizeof statistics;
  if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &length) != 0) return -1;
  *packets = statistics.tp_packets;
  *drops = statistics.tp_drops;
  return 0;
}

void *cl_map(int fd, size_t size) {
  void *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  return start == MAP_FAILED ? NULL : start;
}

void cl_unmap(void *start, size_t size) { munmap(start, size); }

int cl_close_from(unsigned int first) { return close_range(first, ~0U, 0); }

int cl_ignore_signal(int number) { return signal(number, SIG_IGN) == SIG_ERR ? -1 : 0; }

struct sockaddr_nl cl_netlink_address(uint32_t groups) {
  return (struct sockaddr_nl){.nl_family = AF_NETLINK, .nl_groups = groups};
}

static int unix_socket(const char *path, int flags, struct sockaddr_un *address) {
  if (strlen(path) >= sizeof address->sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  strcpy(address->sun_path, path);
  return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
}

static int give_up(int fd) {
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

int cl_unix_listen(const char *path, mode_t mode) {
  struct sockaddr_un address;
  int fd = unix_socket(path, SOCK_NONBLOCK, &address);
  if (fd < 0) return -1;
  // The mode of the socket becomes that of the file, so that there is no moment in which it is wider.
  if (fchmod(fd, mode) || bind(fd, (struct sockaddr *)&address, sizeof address)) return give_up(fd);
  // What the umask took away.
  if (chmod(path, mode) || listen(fd, 64)) {
    int error = errno;
    // Nobody else would remove it: the next attempt may be that of another user.
    unlink(path);
    errno = error;
    return give_up(fd);
  }
  return fd;
}

int cl_unix_connect(const char *path, int flags) {
  struct sockaddr_un address;
  int fd = unix_socket(path, flags, &address);
  if (fd < 0) return -1;
  return connect(fd, (struct sockaddr *)&address, sizeof address) ? give_up(fd) : fd;
}

int cl_unix_accept(int fd) { return accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK); }

// Layouts that Swift restates (Sources/Netlink).
_Static_assert(sizeof(struct nlmsghdr) == 16, "nlmsghdr");
_Static_assert(sizeof(struct ifinfomsg) == 16, "ifinfomsg");
_Static_assert(sizeof(struct ifaddrmsg) == 8, "ifaddrmsg");
_Static_assert(sizeof(struct if_stats_msg) == 12, "if_stats_msg");
_Static_assert(sizeof(struct rtnl_link_stats64) % 8 == 0, "rtnl_link_stats64 is a row of 64-bit counters");
_Static_assert(CL_NETLINK_GET_STRICT_CHK == NETLINK_GET_STRICT_CHK, "");
_Static_assert(CL_RTMGRP_LINK == RTMGRP_LINK && CL_RTMGRP_IPV4_IFADDR == RTMGRP_IPV4_IFADDR, "");
_Static_assert(CL_RTMGRP_IPV6_IFADDR == RTMGRP_IPV6_IFADDR, "");
_Static_assert(CL_IP_UNICAST_IF == IP_UNICAST_IF && CL_IPV6_UNICAST_IF == IPV6_UNICAST_IF, "");
_Static_assert(CL_IP_MTU == IP_MTU && CL_IPV6_MTU == IPV6_MTU, "");
_Static_assert(CL_IP_RECVERR == IP_RECVERR && CL_IPV6_RECVERR == IPV6_RECVERR, "");
_Static_assert(CL_SO_RCVBUFFORCE == SO_RCVBUFFORCE, "");
_Static_assert(CL_PR_SET_KEEPCAPS == PR_SET_KEEPCAPS, "");
_Static_assert(CL_CAP_NET_ADMIN == CAP_NET_ADMIN && CL_CAP_NET_RAW == CAP_NET_RAW, "");

// Layouts that Swift restates (Sources/Linux/PacketRingBlock.swift).
_Static_assert(sizeof(struct sock_filter) == 8 && offsetof(struct sock_filter, jt) == 2, "sock_filter");
_Static_assert(offsetof(struct sock_filter, jf) == 3 && offsetof(struct sock_filter, k) == 4, "sock_filter");
_Static_assert(sizeof(struct tpacket_block_desc) == 48, "tpacket_block_desc");
_Static_assert(offsetof(struct tpacket_block_desc, hdr.bh1.block_status) == 8, "tpacket_block_desc");
_Static_assert(offsetof(struct tpacket_block_desc, hdr.bh1.num_pkts) == 12, "tpacket_block_desc");
_Static_assert(offsetof(struct tpacket_block_desc, hdr.bh1.offset_to_first_pkt) == 16, "tpacket_block_desc");
_Static_assert(sizeof(struct tpacket3_hdr) == 48, "tpacket3_hdr");
_Static_assert(sizeof(struct tpacket3_hdr) % TPACKET_ALIGNMENT == 0, "the address follows the header");
_Static_assert(offsetof(struct tpacket3_hdr, tp_next_offset) == 0, "tpacket3_hdr");
_Static_assert(offsetof(struct tpacket3_hdr, tp_sec) == 4 && offsetof(struct tpacket3_hdr, tp_nsec) == 8, "");
_Static_assert(offsetof(struct tpacket3_hdr, tp_snaplen) == 12 && offsetof(struct tpacket3_hdr, tp_len) == 16, "");
_Static_assert(offsetof(struct tpacket3_hdr, tp_status) == 20 && offsetof(struct tpacket3_hdr, tp_mac) == 24, "");
_Static_assert(offsetof(struct tpacket3_hdr, tp_net) == 26, "tpacket3_hdr");
_Static_assert(offsetof(struct tpacket3_hdr, hv1.tp_vlan_tci) == 32, "tpacket3_hdr");
_Static_assert(offsetof(struct tpacket3_hdr, hv1.tp_vlan_tpid) == 36, "tpacket3_hdr");
_Static_assert(sizeof(struct sockaddr_ll) == 20 && offsetof(struct sockaddr_ll, sll_protocol) == 2, "sockaddr_ll");
_Static_assert(offsetof(struct sockaddr_ll, sll_hatype) == 8, "sockaddr_ll");
_Static_assert(offsetof(struct sockaddr_ll, sll_pkttype) == 10, "sockaddr_ll");
_Static_assert(PACKET_HOST == 0 && PACKET_BROADCAST == 1 && PACKET_MULTICAST == 2, "");
_Static_assert(PACKET_OTHERHOST == 3 && PACKET_OUTGOING == 4, "");
_Static_assert(CL_TP_STATUS_USER == TP_STATUS_USER && CL_TP_STATUS_VLAN_VALID == TP_STATUS_VLAN_VALID, "");
_Static_assert(CL_TP_STATUS_LOSING == TP_STATUS_LOSING, "");
_Static_assert(CL_TP_STATUS_VLAN_TPID_VALID == TP_STATUS_VLAN_TPID_VALID, "");

// A segment that nobody writes to is what the file says: its pages come back when they are needed.
static int drop_segments(struct dl_phdr_info *object, size_t size, void *page) {
  (void)size;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
    if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
    uintptr_t mask = *(uintptr_t *)page - 1;
    uintptr_t start = (object->dlpi_addr + segment->p_vaddr) & ~mask;
    uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz + mask) & ~mask;
    (void)madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}

void cl_drop_code(void) {
  uintptr_t page = (uintptr_t)getpagesize();
  dl_iterate_phdr(drop_segments, &page);
}
