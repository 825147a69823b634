#include "clibvirt.h"

#include <dlfcn.h>
#include <stdlib.h>

// Without this libvirt writes its errors to standard error, where a daemon has nobody to read them.
static void be_quiet(void *data, virErrorPtr error) {
  (void)data;
  (void)error;
}

const char *cl_libvirt_load(struct libvirt_calls *calls) {
  void *library = dlopen("libvirt.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) return dlerror();
#define FIND(entry, symbol) \
  if (!(calls->entry = (__typeof__(calls->entry))dlsym(library, #symbol))) return "libvirt.so.0 lacks " #symbol
  FIND(initialize, virInitialize);
  FIND(set_error_function, virSetErrorFunc);
  FIND(last_error_message, virGetLastErrorMessage);
  FIND(last_error_code, virGetLastErrorCode);
  FIND(register_event_loop, virEventRegisterDefaultImpl);
  FIND(run_event_loop_once, virEventRunDefaultImpl);
  FIND(open_read_only, virConnectOpenReadOnly);
  FIND(close, virConnectClose);
  FIND(is_alive, virConnectIsAlive);
  FIND(uri, virConnectGetURI);
  FIND(set_keep_alive, virConnectSetKeepAlive);
  FIND(register_close_callback, virConnectRegisterCloseCallback);
  FIND(unregister_close_callback, virConnectUnregisterCloseCallback);
  FIND(register_event, virConnectDomainEventRegisterAny);
  FIND(deregister_event, virConnectDomainEventDeregisterAny);
  FIND(list_domains, virConnectListAllDomains);
  FIND(all_statistics, virConnectGetAllDomainStats);
  FIND(free_statistics, virDomainStatsRecordListFree);
  FIND(look_up, virDomainLookupByUUID);
  FIND(free_domain, virDomainFree);
  FIND(name, virDomainGetName);
  FIND(uuid, virDomainGetUUID);
  FIND(identifier, virDomainGetID);
  FIND(xml, virDomainGetXMLDesc);
  FIND(info, virDomainGetInfo);
  FIND(interface_statistics, virDomainInterfaceStats);
  FIND(block_statistics, virDomainBlockStats);
  FIND(block_info, virDomainGetBlockInfo);
#undef FIND
  calls->free_memory = free;
  calls->set_error_function(NULL, be_quiet);
  return NULL;
}
