/* SPDX-License-Identifier: Apache-2.0 */
/* The pipeline over a decoder, as the program runs it. */
#ifndef PLUGIN_TEST_CHECKS_REPLAY_H
#define PLUGIN_TEST_CHECKS_REPLAY_H

/* Runs it over the entries of a subject in several ways and compares what is stored. */
void decoder_replay_check (const void *subject);

/* Runs it again and again, and looks whether resolve keeps memory. */
void decoder_resolve_memory_check (const void *subject);

#endif
