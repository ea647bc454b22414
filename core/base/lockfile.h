/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DCPIPE_BASE_LOCKFILE_H
#define DCPIPE_BASE_LOCKFILE_H

/* As dcpipe_lock, which takes the lock of a store: a descriptor, or a number below 0 after fail,
 * LOCKFILE_HELD if another process holds it. `meaning`: what that means. */
int lockfile_take (const char *path, const char *meaning);

#define LOCKFILE_HELD (-2)

/* Of a sink's store. */
#define LOCK_STORE "another dcpipe writes the same store"

/* Of what lies in the service's state directory. */
#define LOCK_STATE                                                                                           \
  "another dcpipe serve has the same state directory; give each its own, with state in [service]"

#endif
