/* SPDX-License-Identifier: Apache-2.0 */
/* Where functions of this library leave the reason of a failure. */
#ifndef IC_CANDID_ERROR_H
#define IC_CANDID_ERROR_H

/* One line for a person, ended by a 0. The owner is the caller; functions write it only when they fail. */
struct ic_error {
  char text[480];
};

/* Sets the text, cutting it where it is too long. `error` may be NULL. Control characters that come
 * with an argument are written as spaces, so that what a server sent stays on one line. Thread-safe as
 * long as two threads do not share one struct. */
void ic_error_set (struct ic_error *error, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

/* The same, with the text found so far put behind: "reply of the node: not a map". */
void ic_error_prefix (struct ic_error *error, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));

#endif
