/* SPDX-License-Identifier: Apache-2.0 */
/* Internal to the Candid modules: the words and symbols of a .did file. */
#ifndef IC_CANDID_LEXER_H
#define IC_CANDID_LEXER_H

#include <stdbool.h>

#include "bytes/bytes.h"
#include "ic/candid/error.h"

struct ic_candid_lexer {
  const char *text, *next; /* the beginning, and what is not taken yet; it ends in a 0 */
  struct ic_error *error;
};

/* Sets the error: this was expected where the text goes on. Returns false. */
bool ic_candid_expected (struct ic_candid_lexer *lexer, const char *expected);

/* Passes over white space and comments. */
void ic_candid_skip_space (struct ic_candid_lexer *lexer);

/* The word or number that comes next, which is not taken; empty if there is none. */
struct bytes ic_candid_peek_word (struct ic_candid_lexer *lexer);

/* Take a symbol, or a word, if it comes next. */
bool ic_candid_take (struct ic_candid_lexer *lexer, const char *symbol);
bool ic_candid_take_word (struct ic_candid_lexer *lexer, const char *text);

/* Takes a name, quoted or not, or fails. Escapes are not read: no interface that is known has them. */
bool ic_candid_take_name (struct ic_candid_lexer *lexer, struct bytes *name);

#endif
