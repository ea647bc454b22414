/* SPDX-License-Identifier: Apache-2.0 */
/* Candid: the types and values that canisters exchange, as the Candid specification has them
 * (github.com/dfinity/candid, spec/Candid.md).
 *
 * A caller says what he expects in Candid's own words, decodes a message at that type, and walks the result:
 *
 *     struct ic_arena arena = { NULL };
 *     struct ic_candid_types types;
 *     const struct ic_candid_value *reply, *chunk;
 *
 *     if (!ic_candid_types_parse (&types, "(variant { Ok : record { text; blob }; Err : text })",
 *                                  &arena, &error)
 *         || !ic_candid_decode (&reply, message, &types, &arena, &error))
 *       return false;                                  (error.text says where and why)
 *     chunk = ic_candid_case (&reply[0], "Ok");
 *     if (chunk != NULL)
 *       use (chunk->items[0].bytes, chunk->items[1].bytes);
 *
 * Encoding takes the same types and the same values:
 *
 *     struct ic_candid_value cursor = ic_candid_text (text, size);
 *     struct ic_candid_value arguments[] = { ic_candid_some (&cursor), ic_candid_none () };
 *
 *     ic_candid_encode (&buffer, &types, arguments, &error);
 *
 * Types and values live in the arena and are not changed once made: any thread may read them. Texts and blobs
 * are views of the message and are not copied. The functions keep no state. */
#ifndef IC_CANDID_CANDID_H
#define IC_CANDID_CANDID_H

#include "ic/candid/decode.h"
#include "ic/candid/encode.h"
#include "ic/candid/text.h"
#include "ic/candid/type.h"
#include "ic/candid/value.h"

#endif
