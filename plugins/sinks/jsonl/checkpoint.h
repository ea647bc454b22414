/* SPDX-License-Identifier: Apache-2.0 */
/* The file checkpoint.json (doc/formats.md): the engine's checkpoint, and of each table its columns and how
 * much of its file is committed. */
#ifndef JSONL_CHECKPOINT_H
#define JSONL_CHECKPOINT_H

#include "files.h"

/* Reads the file into the store's tables (`committed` and `now` alike). Tables that are not in it are
 * emptied. DCPIPE_NONE if there is no such file. */
int checkpoint_read (struct files *files);

/* Writes it from the tables' `now` and the engine's text (data NULL: none), with `generation`. Once the new
 * file has replaced the old one, *replaced is true, even if it may not be safe on disk. */
int checkpoint_write (struct files *files, struct dcpipe_bytes text, uint64_t generation, bool *replaced);

#endif
