// What `flood` writes at the beginning of a packet, and `sink` looks for: these octets, then CLOCK_MONOTONIC in nanoseconds.
#include <stdint.h>
#include <time.h>

static const char STAMP[8] = "hsfBENCH";

static inline uint64_t nanoseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * UINT64_C(1000000000) + t.tv_nsec;
}
