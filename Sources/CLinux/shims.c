#define _GNU_SOURCE
#include "clinux.h"

#include <getopt.h>
#include <linux/ethtool.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <syslog.h>

int cl_setns_network(int fd) { return setns(fd, CLONE_NEWNET); }

int cl_set_ids(uid_t uid, gid_t gid) {
  if (setresgid(gid, gid, gid) != 0) return -1;
  return setresuid(uid, uid, uid);
}

int cl_recvmmsg(int fd, void *room, int slots, size_t slot_size, uint32_t *lengths) {
  enum { MOST = 16 };
  struct mmsghdr messages[MOST];
  struct iovec parts[MOST];
  if (slots > MOST) slots = MOST;
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < slots; i++) {
    parts[i] = (struct iovec){(char *)room + (size_t)i * slot_size, slot_size};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  int count = recvmmsg(fd, messages, (unsigned)slots, MSG_DONTWAIT | MSG_TRUNC, NULL);
  for (int i = 0; i < count; i++) lengths[i] = messages[i].msg_len;
  return count;
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

int cl_capset(uint64_t effective, uint64_t permitted, uint64_t inheritable) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {
      {(uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable},
      {(uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32)}};
  return (int)syscall(SYS_capset, &header, data);
}

uint64_t cl_capget_effective(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{0}};
  if (syscall(SYS_capget, &header, data) != 0) return 0;
  return (uint64_t)data[1].effective << 32 | data[0].effective;
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

int cl_ignore_signal(int number) { return signal(number, SIG_IGN) == SIG_ERR ? -1 : 0; }

struct sockaddr_nl cl_netlink_address(uint32_t groups) {
  return (struct sockaddr_nl){.nl_family = AF_NETLINK, .nl_groups = groups};
}

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
_Static_assert(CL_SO_SNDBUFFORCE == SO_SNDBUFFORCE && CL_SO_RCVBUFFORCE == SO_RCVBUFFORCE, "");
_Static_assert(CL_PR_SET_KEEPCAPS == PR_SET_KEEPCAPS, "");
_Static_assert(CL_CAP_NET_ADMIN == CAP_NET_ADMIN && CL_CAP_NET_RAW == CAP_NET_RAW, "");
