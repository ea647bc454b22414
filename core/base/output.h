/* SPDX-License-Identifier: Apache-2.0 */
/* Standard output, where data goes. Commands print, and need not look whether it arrived: the end of the
 * process does. */
#ifndef DCPIPE_BASE_OUTPUT_H
#define DCPIPE_BASE_OUTPUT_H

/* At the start. A pipe or connection that closes, and a file that may not grow (ulimit -f), become errors
 * like others instead of signals. */
void output_begin (void);

/* Who prints so much that he looks whether it can be written says here why it cannot (errno), and stops. */
void output_failed (int why);

/* Writes out the rest. Data that did not arrive is a failure, which is logged, even if all else went well;
 * but not if a reader left that had seen enough, as head does. */
int output_finish (int status);

/* At the very end: if the reader left, ends the process by SIGPIPE, as is usual. */
void output_end (void);

#endif
