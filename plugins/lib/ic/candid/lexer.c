/* SPDX-License-Identifier: Apache-2.0 */
/* Without a token of its own for each word: the parser asks for what it wants next, and nothing is taken
 * that it did not ask for. */
#include "config.h"

#include "ic/candid/lexer.h"

#include <string.h>

/* Where, as a count of characters from 1: the texts are a line or two, and this program's own. */
bool
ic_candid_expected (struct ic_candid_lexer *lexer, const char *expected)
{
  ic_error_set (lexer->error, "Candid types, character %zu: %s expected",
                (size_t) (lexer->next - lexer->text) + 1, expected);
  return false;
}

/* Passes over a comment of this form, which may hold others; one without an end takes all the rest. */
static void
skip_block_comment (struct ic_candid_lexer *lexer)
{
  size_t depth = 0;

  do {
    bool opens = strncmp (lexer->next, "/*", 2) == 0, closes = strncmp (lexer->next, "*/", 2) == 0;

    depth += opens;
    depth -= closes;
    lexer->next += opens || closes ? 2 : 1;
  } while (depth > 0 && lexer->next[0] != '\0');
}

void
ic_candid_skip_space (struct ic_candid_lexer *lexer)
{
  for (;;) {
    lexer->next += strspn (lexer->next, " \t\r\n");
    if (strncmp (lexer->next, "//", 2) == 0)
      lexer->next += strcspn (lexer->next, "\n");
    else if (strncmp (lexer->next, "/*", 2) == 0)
      skip_block_comment (lexer);
    else
      return;
  }
}

static bool
is_word (char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

struct bytes
ic_candid_peek_word (struct ic_candid_lexer *lexer)
{
  size_t size = 0;

  ic_candid_skip_space (lexer);
  while (is_word (lexer->next[size]))
    size++;
  return (struct bytes){ (const uint8_t *) lexer->next, size };
}

bool
ic_candid_take (struct ic_candid_lexer *lexer, const char *symbol)
{
  ic_candid_skip_space (lexer);
  if (strncmp (lexer->next, symbol, strlen (symbol)) != 0)
    return false;
  lexer->next += strlen (symbol);
  return true;
}

bool
ic_candid_take_word (struct ic_candid_lexer *lexer, const char *text)
{
  struct bytes word = ic_candid_peek_word (lexer);

  if (!bytes_are (word, text))
    return false;
  lexer->next += word.size;
  return true;
}

/* Quoted names may be words of the language, which is why they exist. */
bool
ic_candid_take_name (struct ic_candid_lexer *lexer, struct bytes *name)
{
  size_t size;

  *name = ic_candid_peek_word (lexer);
  if (name->size > 0) {
    lexer->next += name->size;
    return true;
  }
  if (lexer->next[0] != '"')
    return ic_candid_expected (lexer, "a name");
  size = strcspn (lexer->next + 1, "\"\\");
  if (lexer->next[1 + size] != '"')
    return ic_candid_expected (lexer, "a name that ends in a quotation mark, without escapes");
  *name = (struct bytes){ (const uint8_t *) lexer->next + 1, size };
  lexer->next += size + 2;
  return true;
}
