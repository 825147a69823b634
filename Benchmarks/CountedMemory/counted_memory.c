// malloc(3) of this program, in front of the one of glibc, which does the work under its other name.
#include "counted_memory.h"
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static atomic_ulong count;
static void counted(void) { atomic_fetch_add_explicit(&count, 1, memory_order_relaxed); }
unsigned long counted_allocations(void) { return atomic_load_explicit(&count, memory_order_relaxed); }

void *malloc(size_t size) { return counted(), __libc_malloc(size); }
void *calloc(size_t number, size_t size) { return counted(), __libc_calloc(number, size); }
void *realloc(void *old, size_t size) { return counted(), __libc_realloc(old, size); }
void *aligned_alloc(size_t alignment, size_t size) { return counted(), __libc_memalign(alignment, size); }
int posix_memalign(void **result, size_t alignment, size_t size) {
  counted();
  *result = __libc_memalign(alignment, size);
  return *result ? 0 : ENOMEM;
}
