/* SPDX-License-Identifier: Apache-2.0 */
/* The option verify_signatures, and what follows from it.
 *
 *     static const struct dcpipe_option options[] = { VERIFY_SIGNATURES (struct signature_config) };
 *     ...
 *       .options = DCPIPE_ARRAY (options),
 *       .handle_size = sizeof (struct signature_config), */
#ifndef DCPIPE_LIB_DECODER_SIGNATURE_H
#define DCPIPE_LIB_DECODER_SIGNATURE_H

#include "dcpipe-plugin.h"

#include "bytes/bytes.h"
#include "decoder/payload.h"

enum verify_signatures {
  VERIFY_FLAG,   /* the row says what the verdict is */
  VERIFY_REJECT, /* an entry with an invalid signature fails and makes no rows */
  VERIFY_OFF     /* nothing is verified */
};

struct signature_config {
  int verify; /* enum verify_signatures */
};

#define VERIFY_SIGNATURES(handle)                                                                            \
  {                                                                                                          \
    .key = "verify_signatures", .type = DCPIPE_OPTION_ENUM, .default_value = "flag",                         \
    .values = "flag|reject|off", .flags = DCPIPE_OPTION_ROWS, .offset = offsetof (handle, verify),           \
    .help =                                                                                                  \
        "What becomes of the entries' signatures: flag notes in signature_status whether they are valid, "   \
        "reject also makes an entry with an invalid one a failed entry, off does not look at them."          \
  }

enum signature_status { SIGNATURE_NONE, SIGNATURE_VALID, SIGNATURE_INVALID, SIGNATURE_UNCHECKED };

/* Sets the column signature_status. */
void signature_set_status (dcpipe_row *row, size_t column, enum signature_status status);

/* Sets the three columns from `first` on: the bytes that were signed, the signature, and the verdict. */
void signature_set (dcpipe_row *row, size_t first, const struct payload_signed *payload,
                    enum signature_status status);

/* The verdict on `signature`, unless verify_signatures is off. A pure function, and the costliest of all
 * decoding. */
enum signature_status signature_verify (const struct signature_config *config, struct bytes key,
                                        struct bytes message, struct bytes signature);

/* True if the entry is to be refused for this verdict: it has been reported as failed, and leaves no rows. */
bool signature_refused (const struct signature_config *config, enum signature_status status,
                        dcpipe_rows *rows);

/* Both: false if the entry is to be refused, otherwise `status` is the verdict. */
bool signature_accepted (const struct signature_config *config, struct bytes key, struct bytes message,
                         struct bytes signature, dcpipe_rows *rows, enum signature_status *status);

#endif
