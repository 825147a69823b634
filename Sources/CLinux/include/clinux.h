// What of libc and the kernel the Linux target uses and the Swift importer cannot reach by itself.
//
// Rules:
// - _GNU_SOURCE is defined in shims.c only: here it would change structures that Swift's own Glibc module
//   has already imported.
// - <net/if.h>, <netinet/tcp.h> and <net/if_arp.h> instead of their <linux/...> twins, for the same reason.
#ifndef CLINUX_H
#define CLINUX_H

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <malloc.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <regex.h>
#include <resolv.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <dirent.h>

#include <linux/capability.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

// GNU calls, hidden without _GNU_SOURCE.
/// setns(2) to a network namespace.
int cl_setns_network(int fd);
/// setresgid(2) and setresuid(2), in that order.
int cl_set_ids(uid_t uid, gid_t gid);

/// strerrorname_np(3): "ENOENT"; null for a number it doesn't know.
const char *_Nullable cl_errno_name(int number);

/// sendmmsg(2), not waiting: datagram i is octets[bounds[i]..<bounds[i + 1]]. To `to`, or to where the socket is connected.
int cl_sendmmsg(int fd, const void *_Nonnull octets, const uint32_t *_Nonnull bounds, int count,
                const struct sockaddr *_Nullable to, socklen_t to_length);

// Variadic calls.
/// syslog(3) with a finished text.
void cl_syslog(int priority, const char *_Nonnull text);
/// prctl(2) with one argument.
int cl_prctl(int option, unsigned long argument);
/// open(2) without a mode.
int cl_open(const char *_Nonnull path, int flags);
/// open(2) with the mode of a file that it may create.
int cl_open_mode(const char *_Nonnull path, int flags, mode_t mode);

/// _exit(2). A weak symbol tells a build that has counters to write.
void cl_end(int status) __attribute__((noreturn));

/// Unmaps the pages of program and libraries that were only needed at the start. dl_iterate_phdr(3) calls back with a
/// structure of the linker's.
void cl_drop_code(void);

// Calls that answer through global variables, which Swift's concurrency rules forbid to touch.
/// getopt_long(3): the next option's letter, '?' for a bad one (then `offender` is its letter or 0), -1 at the end.
int cl_getopt(int argc, char *_Nullable const *_Nonnull argv, const char *_Nonnull letters,
              const char *_Nullable *_Nonnull argument, int *_Nonnull offender, int *_Nonnull next);
/// Makes the next `cl_getopt` begin a command line.
void cl_getopt_restart(void);

// res_nquery(3) and its state: macros, bit-fields and a union.
/// The search list of resolv.conf(5), each domain ended by a zero octet, and its `ndots`. The number of domains that fit
/// into `room`, or -1.
int cl_dns_search_list(char *_Nonnull room, size_t size, int *_Nonnull ndots);
/// Asks the name servers of resolv.conf(5), as it is now, for the records of exactly this name: over UDP with EDNS, over TCP
/// what is truncated. The length of the answer, or -1: then `failure` is what h_errno(3) would be, `number` errno, and
/// `code` the response code of the last answer, or -1 if there was none.
int cl_dns_query(const char *_Nonnull name, int type, uint8_t *_Nonnull answer, size_t room, int *_Nonnull failure,
                 int *_Nonnull number, int *_Nonnull code);

// Requests whose structure ends in an array that the kernel sizes.
/// ETHTOOL_GLINKSETTINGS: speed in Mb/s (all ones unknown) and duplex (1 full, 0 half, 255 unknown) of the interface
/// `name`, asked through any socket. -1 with errno where the driver cannot tell.
int cl_ethtool_link(int socket, const char *_Nonnull name, uint32_t *_Nonnull speed, uint8_t *_Nonnull duplex);
/// ETHTOOL_GMODULEINFO: layout (ETH_MODULE_SFF_*) and octets of the memory of a plugged-in transceiver.
int cl_ethtool_module_info(int socket, const char *_Nonnull name, uint32_t *_Nonnull layout,
                           uint32_t *_Nonnull length);
/// ETHTOOL_GMODULEEEPROM: the first `length` octets of it (at most 640).
int cl_ethtool_module_read(int socket, const char *_Nonnull name, void *_Nonnull octets, uint32_t length);

// System calls without a libc function.
/// capset(2): effective, permitted and inheritable sets of the calling process, as bit masks.
int cl_capset(uint64_t effective, uint64_t permitted, uint64_t inheritable);
/// capget(2): the effective set as a bit mask.
int cl_capget_effective(uint64_t *_Nonnull effective);

// epoll_event is packed and holds a union: unsafe at every touch in Swift. Here the data is always the descriptor.
/// epoll_ctl(2): adds `fd`, readable.
int cl_epoll_add(int epoll, int fd);
/// epoll_ctl(2): removes `fd`.
int cl_epoll_remove(int epoll, int fd);
/// epoll_wait(2): fills `ready` with up to `count` (at most 64) readable descriptors.
int cl_epoll_wait(int epoll, int *_Nonnull ready, int count, int timeout_ms);

/// fork(2). Swift refuses to import it; the one caller is single-threaded and goes on in the child.
pid_t cl_fork(void);
/// sendto(2) a local datagram socket, not waiting. `path` may begin with '@' for the zero of an abstract name.
/// sockaddr_un ends in an array whose used length counts.
ssize_t cl_send_to_path(int fd, const char *_Nonnull path, const void *_Nonnull octets, size_t count);
/// close_range(2), a GNU call: closes `first` and all descriptors above it.
int cl_close_from(unsigned int first);

// unix(7): a path that goes into sun_path, which Swift sees as a tuple of 108 elements.
/// A stream socket that listens at `path`, which no other user may reach than `mode` says; never blocks.
int cl_unix_listen(const char *_Nonnull path, mode_t mode);
/// A stream socket connected to `path`. `flags`: 0, or SOCK_NONBLOCK, with which a listener that has no room is EAGAIN.
int cl_unix_connect(const char *_Nonnull path, int flags);
/// accept4(2), a GNU call: the next client, never blocks.
int cl_unix_accept(int fd);

// packet(7). <linux/if_packet.h> stays in shims.c: it is bit-fields, unions and macros over them.
/// socket(2): a packet socket without a protocol, so that nothing comes in before `cl_packet_bind`.
int cl_packet_socket(void);
/// SO_ATTACH_FILTER: a classic BPF program of `count` instructions, each as struct sock_filter has it.
int cl_packet_filter(int fd, const uint64_t *_Nonnull instructions, size_t count);
/// PACKET_VERSION (3), PACKET_RESERVE and PACKET_RX_RING: `blocks` blocks of `block_size` octets, each handed over
/// when it is full or `timeout_ms` after its first packet; `reserve` octets stay free in front of each packet.
int cl_packet_ring(int fd, uint32_t block_size, uint32_t blocks, uint32_t timeout_ms, uint32_t reserve);
/// PACKET_ADD_MEMBERSHIP with PACKET_MR_PROMISC.
int cl_packet_promiscuous(int fd, uint32_t interface);
/// bind(2) to all protocols of one interface.
int cl_packet_bind(int fd, uint32_t interface);
/// getsockname(2): the index of the interface it is bound to; 0 if that is gone.
uint32_t cl_packet_interface(int fd);
/// PACKET_STATISTICS, which begins anew with each call.
int cl_packet_statistics(int fd, uint32_t *_Nonnull packets, uint32_t *_Nonnull drops);
/// mmap(2) of the ring, shared, read and write; null with errno. MAP_FAILED is a cast.
void *_Nullable cl_map(int fd, size_t size);
/// munmap(2)
void cl_unmap(void *_Nonnull start, size_t size);
/// Loads a word that the kernel wrote, and sees all that it wrote before.
static inline uint32_t cl_load_acquire(const void *_Nonnull word) {
  return __atomic_load_n((const uint32_t *)word, __ATOMIC_ACQUIRE);
}
/// Stores a word after everything that was read before it.
static inline void cl_store_release(void *_Nonnull word, uint32_t value) {
  __atomic_store_n((uint32_t *)word, value, __ATOMIC_RELEASE);
}

// Macros with arguments, and macros that are expressions.
/// errno(3): a macro over a function call.
static inline int cl_errno(void) { return errno; }
/// For calls like readdir(3) whose failure only errno tells from their end.
static inline void cl_clear_errno(void) { errno = 0; }
/// signal(2) with SIG_IGN: a macro that is a cast.
int cl_ignore_signal(int number);
/// openlog(3) as "hsflowd", facility USER: syslog.h clashes with nothing but is all macros.
void cl_openlog(void);
/// The address part of a netlink socket bound by the kernel, subscribed to `groups` (bit mask).
struct sockaddr_nl cl_netlink_address(uint32_t groups);

enum {
  CL_NETLINK_ROUTE = NETLINK_ROUTE,
  CL_NETLINK_NETFILTER = NETLINK_NETFILTER,
  CL_NETLINK_NFLOG = NETLINK_NFLOG,
  CL_SOL_NETLINK = 270,
  CL_NETLINK_GET_STRICT_CHK = 12,
  CL_NETLINK_EXT_ACK = 11,
  CL_RTMGRP_LINK = 1,
  CL_RTMGRP_IPV4_IFADDR = 0x10,
  CL_RTMGRP_IPV6_IFADDR = 0x100,
  CL_IP_UNICAST_IF = 50,
  CL_IP_MTU = 14,
  CL_IPV6_MTU = 24,
  CL_IP_RECVERR = 11,
  CL_IPV6_RECVERR = 25,
  CL_IPV6_UNICAST_IF = 76,
  CL_SO_RCVBUFFORCE = 33,
  CL_PR_SET_KEEPCAPS = 8,
  CL_CAP_NET_ADMIN = 12,
  CL_CAP_NET_RAW = 13,
  CL_TP_STATUS_USER = 1,
  CL_TP_STATUS_LOSING = 4,
  CL_TP_STATUS_VLAN_VALID = 0x10,
  CL_TP_STATUS_VLAN_TPID_VALID = 0x40,
};

#endif
