/* SPDX-License-Identifier: Apache-2.0 */
/* How the replica comes to life, and ends. */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "replica/server.h"

static bool
open_ledger (struct replica *replica, const struct replica_options *options, struct ic_error *error)
{
  const struct growth all = { .first = SIZE_MAX };
  struct ledger_reason reason = { "" };
  struct store *store = store_open (options->ledger, &reason);

  if (store == NULL) {
    ic_error_set (error, "%s", reason.text);
    return false;
  }
  replica->canister.ledger = ledger_new (store, options->growth != NULL ? options->growth : &all);
  if (replica->canister.ledger == NULL)
    store_free (store);
  return replica->canister.ledger != NULL;
}

static bool
set_canister (struct replica *replica, const struct replica_options *options, struct ic_error *error)
{
  const char *id = options->canister_id != NULL ? options->canister_id : REPLICA_DEFAULT_CANISTER;
  const char *wrong = ic_principal_parse (&replica->network.canister, id, strlen (id));

  if (wrong != NULL) {
    ic_error_set (error, "canister id %s: %s", id, wrong);
    return false;
  }
  replica->canister.id = replica->network.canister;
  replica->canister.generation = options->generation > 0 ? options->generation : 3;
  replica->canister.chunk = options->chunk > 0 ? options->chunk : CANISTER_CHUNK;
  replica->canister.block_sync = options->block_sync;
  replica->canister.pending = options->pending;
  replica->canister.lacks = options->lacks;
  replica->canister.stuck = options->stuck;
  return true;
}

static bool
add_faults (struct replica *replica, const struct replica_options *options, struct ic_error *error)
{
  struct fault fault;

  for (size_t i = 0; i < options->fault_count; i++) {
    if (!fault_parse (&fault, options->faults[i], error))
      return false;
    if (!faults_add (replica->faults, &fault)) {
      ic_error_set (error, "too many faults");
      return false;
    }
  }
  return true;
}

static bool
listen_on (struct replica *replica, uint16_t port, struct ic_error *error)
{
  const struct sockaddr_in address = { .sin_family = AF_INET,
                                       .sin_port = htons (port),
                                       .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

  replica->daemon =
      MHD_start_daemon (MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, port, NULL, NULL,
                        server_handle, replica, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_NOTIFY_COMPLETED,
                        server_complete, NULL, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_END);
  if (replica->daemon == NULL) {
    ic_error_set (error, "port %u of 127.0.0.1 cannot be listened on", port);
    return false;
  }
  snprintf (replica->url, sizeof replica->url, "http://127.0.0.1:%u",
            (unsigned) MHD_get_daemon_info (replica->daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
  return true;
}

static bool
start (struct replica *replica, const struct replica_options *options, struct ic_error *error)
{
  keys_derive (&replica->network.keys, options->seed != NULL ? options->seed : "dcpipe",
               !options->undelegated);
  replica->max_api = options->max_api > 0 ? options->max_api : 4;
  replica->delay_ms = options->delay_ms;
  replica->clock_s = options->clock_s;
  replica->call_ms = options->call_ms;
  replica->calls = calls_new ();
  replica->faults = faults_new ();
  if (replica->calls == NULL || replica->faults == NULL)
    return false;
  return set_canister (replica, options, error) && open_ledger (replica, options, error)
         && add_faults (replica, options, error) && listen_on (replica, options->port, error);
}

struct replica *
replica_start (const struct replica_options *options, struct ic_error *error)
{
  struct replica *replica = calloc (1, sizeof *replica);

  ic_error_set (error, "out of memory");
  if (replica == NULL)
    return NULL;
  pthread_mutex_init (&replica->lock, NULL);
  pthread_cond_init (&replica->wake, NULL);
  if (start (replica, options, error))
    return replica;
  replica_stop (replica);
  return NULL;
}

void
replica_stop (struct replica *replica)
{
  if (replica == NULL)
    return;
  pthread_mutex_lock (&replica->lock);
  replica->stopping = true;
  pthread_cond_broadcast (&replica->wake);
  pthread_mutex_unlock (&replica->lock);
  if (replica->daemon != NULL)
    MHD_stop_daemon (replica->daemon);
  ledger_free (replica->canister.ledger);
  calls_free (replica->calls);
  faults_free (replica->faults);
  pthread_cond_destroy (&replica->wake);
  pthread_mutex_destroy (&replica->lock);
  free (replica);
}

const char *
replica_url (const struct replica *replica)
{
  return replica->url;
}

const uint8_t *
replica_root_key (const struct replica *replica)
{
  return replica->network.keys.root.der;
}

const struct ic_principal *
replica_canister (const struct replica *replica)
{
  return &replica->network.canister;
}
