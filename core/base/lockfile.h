/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_BASE_LOCKFILE_H
#define DCPIPE_BASE_LOCKFILE_H

/* As dcpipe_lock, which takes the lock of a store. `meaning`: what it means that another process holds it. */
int lockfile_take (const char *path, const char *meaning);

/* Of what lies in the service's state directory. */
#define LOCK_STATE                                                                                           \
  "another dcpipe serve has the same state directory; give each its own, with state in [service]"

#endif
