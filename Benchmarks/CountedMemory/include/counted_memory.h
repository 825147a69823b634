#ifndef COUNTED_MEMORY_H
#define COUNTED_MEMORY_H
/// How often this program has asked for memory: malloc(3) and its relatives, whoever calls them.
unsigned long counted_allocations(void);
#endif
