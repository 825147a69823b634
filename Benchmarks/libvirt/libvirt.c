// Poses as libvirt.so.0: running guests, 500 unless GUESTS says otherwise, with 8 disks and 8 adaptors each, whose
// counters grow with each poll. There is no daemon behind it, so that what is measured is the agent.
#define _GNU_SOURCE
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEVICES = 8, CPUS = 4, PARAMETERS = 10 + CPUS * 4 + DEVICES * (9 + 13) };

struct _virDomain {
  int number;
  char name[32];
};

static int guests(void) {
  const char *text = getenv("GUESTS");
  return text ? atoi(text) : 500;
}

static virDomainPtr domain(int number) {
  virDomainPtr d = malloc(sizeof *d);
  d->number = number;
  snprintf(d->name, sizeof d->name, "guest-%d", number);
  return d;
}

// The library.
int virInitialize(void) { return 0; }
void virSetErrorFunc(void *data, virErrorFunc f) {}
const char *virGetLastErrorMessage(void) { return "not made for this"; }
int virGetLastErrorCode(void) { return 0; }
int virEventRegisterDefaultImpl(void) { return 0; }
int virEventRunDefaultImpl(void) {
  pause();
  return 0;
}

// A connection.
virConnectPtr virConnectOpenReadOnly(const char *uri) { return (virConnectPtr)malloc(8); }
int virConnectClose(virConnectPtr c) { return 0; }
int virConnectIsAlive(virConnectPtr c) { return 1; }
char *virConnectGetURI(virConnectPtr c) { return strdup("posing:///"); }
int virConnectSetKeepAlive(virConnectPtr c, int interval, unsigned count) { return 0; }
int virConnectRegisterCloseCallback(virConnectPtr c, virConnectCloseFunc f, void *o, virFreeCallback x) { return 0; }
int virConnectUnregisterCloseCallback(virConnectPtr c, virConnectCloseFunc f) { return 0; }
int virConnectDomainEventRegisterAny(virConnectPtr c, virDomainPtr d, int event, virConnectDomainEventGenericCallback f,
                                     void *o, virFreeCallback x) {
  return 1;
}
int virConnectDomainEventDeregisterAny(virConnectPtr c, int number) { return 0; }

int virConnectListAllDomains(virConnectPtr c, virDomainPtr **list, unsigned flags) {
  int n = guests();
  *list = calloc(n + 1, sizeof **list);
  for (int i = 0; i < n; i++) (*list)[i] = domain(i);
  return n;
}

// Statistics, the same of each guest. Made once and then copied: to write the names anew would take longer than the
// agent takes to read them.
static virTypedParameter made[PARAMETERS];
static int count;

// "cpu.time", or "net.1.name" of a device that is not negative.
static virTypedParameterPtr parameter(int type, const char *kind, int i, const char *what) {
  virTypedParameterPtr p = &made[count++];
  if (i < 0)
    snprintf(p->field, sizeof p->field, "%s.%s", kind, what);
  else
    snprintf(p->field, sizeof p->field, "%s.%d.%s", kind, i, what);
  p->type = type;
  return p;
}
static void constant(const char *kind, const char *what, unsigned value) {
  parameter(VIR_TYPED_PARAM_UINT, kind, -1, what)->value.ui = value;
}
static void counter(const char *kind, int i, const char *what) {
  parameter(VIR_TYPED_PARAM_ULLONG, kind, i, what)->value.ul = count;
}
static void text(const char *kind, int i, const char *what, const char *value) {
  if (asprintf(&parameter(VIR_TYPED_PARAM_STRING, kind, i, what)->value.s, value, i) < 0) abort();
}

static void make(void) {
  static const char *const cpu[] = {"state", "time", "wait", "delay"};
  static const char *const net[] = {"rx.bytes", "rx.pkts", "rx.errs", "rx.drop",
                                    "tx.bytes", "tx.pkts", "tx.errs", "tx.drop"};
  static const char *const block[] = {"rd.reqs", "rd.bytes", "rd.times",   "wr.reqs",  "wr.bytes", "wr.times",
                                      "fl.reqs", "fl.times", "allocation", "capacity", "physical"};
  constant("state", "state", VIR_DOMAIN_RUNNING);
  constant("balloon", "current", 1 << 20);
  constant("balloon", "maximum", 2 << 20);
  constant("vcpu", "current", CPUS);
  constant("vcpu", "maximum", CPUS);
  constant("net", "count", DEVICES);
  constant("block", "count", DEVICES);
  for (int j = 1; j < 3; j++) counter("cpu", -1, cpu[j]);
  for (int i = 0; i < CPUS; i++)
    for (int j = 0; j < 4; j++) counter("vcpu", i, cpu[j]);
  for (int i = 0; i < DEVICES; i++) {
    text("net", i, "name", "vnet%d");
    for (int j = 0; j < 8; j++) counter("net", i, net[j]);
  }
  for (int i = 0; i < DEVICES; i++) {
    text("block", i, "name", "vd%d");
    text("block", i, "path", "/var/lib/libvirt/images/%d.qcow2");
    for (int j = 0; j < 11; j++) counter("block", i, block[j]);
  }
}

int virConnectGetAllDomainStats(virConnectPtr c, unsigned wanted, virDomainStatsRecordPtr **records, unsigned flags) {
  static unsigned long long tick;
  int n = guests();
  if (!tick++) make();
  *records = calloc(n + 1, sizeof **records);
  for (int i = 0; i < n; i++) {
    virDomainStatsRecordPtr r = (*records)[i] = malloc(sizeof *r);
    *r = (virDomainStatsRecord){.dom = domain(i), .params = malloc(count * sizeof *made), .nparams = count};
    memcpy(r->params, made, count * sizeof *made);
    for (virTypedParameterPtr p = r->params; p < r->params + count; p++) {
      if (p->type == VIR_TYPED_PARAM_STRING) p->value.s = strdup(p->value.s);
      if (p->type == VIR_TYPED_PARAM_ULLONG) p->value.ul *= tick;
    }
  }
  return n;
}

void virDomainStatsRecordListFree(virDomainStatsRecordPtr *records) {
  for (virDomainStatsRecordPtr *r = records; *r; r++) {
    for (int i = 0; i < (*r)->nparams; i++)
      if ((*r)->params[i].type == VIR_TYPED_PARAM_STRING) free((*r)->params[i].value.s);
    free((*r)->params);
    free((*r)->dom);
    free(*r);
  }
  free(records);
}

// A domain. Its number is the end of its UUID.
virDomainPtr virDomainLookupByUUID(virConnectPtr c, const unsigned char *uuid) {
  return domain(uuid[14] << 8 | uuid[15]);
}
int virDomainFree(virDomainPtr d) {
  free(d);
  return 0;
}
const char *virDomainGetName(virDomainPtr d) { return d->name; }
int virDomainGetUUID(virDomainPtr d, unsigned char *uuid) {
  memset(uuid, 7, VIR_UUID_BUFLEN);
  uuid[14] = d->number >> 8;
  uuid[15] = d->number;
  return 0;
}
unsigned virDomainGetID(virDomainPtr d) { return d->number + 1; }

char *virDomainGetXMLDesc(virDomainPtr d, unsigned flags) {
  char *document;
  size_t size;
  FILE *f = open_memstream(&document, &size);
  fprintf(f, "<domain><os><type arch='x86_64'>hvm</type></os><devices>");
  for (int i = 0; i < DEVICES; i++)
    fprintf(f,
            "<interface><mac address='52:54:00:%02x:%02x:%02x'/><target dev='vnet%d'/></interface>"
            "<disk><target dev='vd%d'/></disk>",
            d->number >> 8, d->number & 255, i, d->number * DEVICES + i, i);
  fprintf(f, "</devices></domain>");
  fclose(f);
  return document;
}

// Not called: the bulk call answers.
int virDomainGetInfo(virDomainPtr d, virDomainInfoPtr info) { return -1; }
int virDomainInterfaceStats(virDomainPtr d, const char *name, virDomainInterfaceStatsPtr s, size_t size) { return -1; }
int virDomainBlockStats(virDomainPtr d, const char *name, virDomainBlockStatsPtr s, size_t size) { return -1; }
int virDomainGetBlockInfo(virDomainPtr d, const char *name, virDomainBlockInfoPtr info, unsigned flags) { return -1; }
