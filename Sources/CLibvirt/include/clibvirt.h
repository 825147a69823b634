// libvirt's calls as a table that is filled when the library is opened: the program is built against its headers and
// runs without it. `__typeof__` holds every entry against the prototype in the header.
#ifndef CLIBVIRT_H
#define CLIBVIRT_H

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

struct libvirt_calls {
  // The library.
  __typeof__(virInitialize) *_Nonnull initialize;
  __typeof__(virSetErrorFunc) *_Nonnull set_error_function;
  /// Of this thread; valid until its next call.
  __typeof__(virGetLastErrorMessage) *_Nonnull last_error_message;
  __typeof__(virGetLastErrorCode) *_Nonnull last_error_code;
  __typeof__(virEventRegisterDefaultImpl) *_Nonnull register_event_loop;
  __typeof__(virEventRunDefaultImpl) *_Nonnull run_event_loop_once;
  // A connection.
  __typeof__(virConnectOpenReadOnly) *_Nonnull open_read_only;
  __typeof__(virConnectClose) *_Nonnull close;
  __typeof__(virConnectIsAlive) *_Nonnull is_alive;
  __typeof__(virConnectGetURI) *_Nonnull uri;
  __typeof__(virConnectSetKeepAlive) *_Nonnull set_keep_alive;
  __typeof__(virConnectRegisterCloseCallback) *_Nonnull register_close_callback;
  __typeof__(virConnectUnregisterCloseCallback) *_Nonnull unregister_close_callback;
  __typeof__(virConnectDomainEventRegisterAny) *_Nonnull register_event;
  __typeof__(virConnectDomainEventDeregisterAny) *_Nonnull deregister_event;
  __typeof__(virConnectListAllDomains) *_Nonnull list_domains;
  __typeof__(virConnectGetAllDomainStats) *_Nonnull all_statistics;
  __typeof__(virDomainStatsRecordListFree) *_Nonnull free_statistics;
  // A domain.
  __typeof__(virDomainLookupByUUID) *_Nonnull look_up;
  __typeof__(virDomainFree) *_Nonnull free_domain;
  __typeof__(virDomainGetName) *_Nonnull name;
  __typeof__(virDomainGetUUID) *_Nonnull uuid;
  __typeof__(virDomainGetID) *_Nonnull identifier;
  __typeof__(virDomainGetXMLDesc) *_Nonnull xml;
  __typeof__(virDomainGetInfo) *_Nonnull info;
  __typeof__(virDomainInterfaceStats) *_Nonnull interface_statistics;
  __typeof__(virDomainBlockStats) *_Nonnull block_statistics;
  __typeof__(virDomainGetBlockInfo) *_Nonnull block_info;
  /// free(3), for texts and lists that libvirt hands over.
  void (*_Nonnull free_memory)(void *_Nullable memory);
};

/// Opens the library and fills `calls`. Null, or what is missing.
const char *_Nullable cl_libvirt_load(struct libvirt_calls *_Nonnull calls);

#endif
