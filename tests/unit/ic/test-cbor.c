/* SPDX-License-Identifier: Apache-2.0 */
/* What the CBOR reader takes and refuses, and what the writer writes. */
#include "config.h"

#include <check.h>
#include <stdlib.h>

#include "ic/certificate/cbor.h"
#include "ic/certificate/cbor_write.h"
#include "support/run.h"

#define INPUT(text) ((struct bytes){ (const uint8_t *) (text), sizeof (text) - 1 })

static struct ic_arena arena;
static struct ic_error error;

/* Whether all of `input` is one well-formed item. */
static bool
skips (struct bytes input)
{
  struct ic_cbor_reader reader;

  error.text[0] = '\0';
  ic_cbor_read (&reader, input, &arena, &error);
  ic_cbor_skip (&reader);
  return ic_cbor_finish (&reader);
}

START_TEST (skip_any_value)
{
  ck_assert (skips (INPUT ("\x00")));
  ck_assert (skips (INPUT ("\x3b\xff\xff\xff\xff\xff\xff\xff\xff")));
  ck_assert (skips (INPUT ("\xd9\xd9\xf7\xf6")));
  ck_assert (skips (INPUT ("\x84\xf6\xf5\xf9\x3e\x00\xa1\x61\x61\x41\x01")));
  ck_assert (skips (INPUT ("\x9f\x5f\x41\x01\x40\xff\x7f\x61x\xff\xbf\x01\x02\xff\x9f\xff\xff")));
  ck_assert (skips (INPUT ("\xc1\xfb\x41\xd4\x52\xd9\xe2\x00\x00\x00")));
}
END_TEST

START_TEST (skip_refuses)
{
  ck_assert (!skips (INPUT ("")));
  ck_assert (!skips (INPUT ("\x00\x00")));
  ck_assert (!skips (INPUT ("\xff")));
  ck_assert (!skips (INPUT ("\x18")));
  ck_assert (!skips (INPUT ("\x1c")));
  ck_assert (!skips (INPUT ("\x81")));
  ck_assert (!skips (INPUT ("\x9f\x01")));
  ck_assert (!skips (INPUT ("\x81\xff")));
  ck_assert (!skips (INPUT ("\xbf\x01\xff")));
  ck_assert (!skips (INPUT ("\xa1\x01\xff")));
  ck_assert (!skips (INPUT ("\x5f\x61x\xff")));
  ck_assert (!skips (INPUT ("\x5f\x5f\xff\xff")));
  ck_assert (!skips (INPUT ("\x5f\x41")));
  ck_assert (!skips (INPUT ("\xc1")));
  ck_assert (!skips (INPUT ("\xc1\xff")));
  ck_assert (!skips (INPUT ("\x5b\x40\x00\x00\x00\x00\x00\x00\x00")));
  ck_assert (!skips (INPUT ("\x5b\xff\xff\xff\xff\xff\xff\xff\xff")));
  ck_assert (!skips (INPUT ("\x9b\x00\x00\x01\x00\x00\x00\x00\x00")));
  ck_assert (!skips (INPUT ("\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x00")));
  ck_assert (!skips (INPUT ("\xbb\x10\x00\x00\x00\x00\x00\x00\x00")));
  ck_assert (!skips (INPUT ("\xbb\x80\x00\x00\x00\x00\x00\x00\x00\x00")));
  ck_assert_str_eq (error.text, "CBOR byte 0: a container claims more elements than are left of the message");
}
END_TEST

START_TEST (nesting)
{
  static uint8_t deep[200000];
  static const uint8_t heads[] = { 0x81, 0x9f, 0xc1, 0xa1 };

  for (size_t i = 0; i < sizeof heads; i++) {
    memset (deep, heads[i], sizeof deep);
    ck_assert (!skips ((struct bytes){ deep, sizeof deep }));
  }
  memset (deep, 0x81, IC_CBOR_MAX_DEPTH + 1);
  deep[IC_CBOR_MAX_DEPTH] = 0;
  ck_assert (skips ((struct bytes){ deep, IC_CBOR_MAX_DEPTH + 1 }));
  deep[IC_CBOR_MAX_DEPTH] = 0x81;
  deep[IC_CBOR_MAX_DEPTH + 1] = 0;
  ck_assert (!skips ((struct bytes){ deep, IC_CBOR_MAX_DEPTH + 2 }));
  ck_assert_ptr_nonnull (strstr (error.text, "nested too deeply"));
}
END_TEST

static const char *const names[] = { "one", "two" };

/* Reads {one: bytes, two: text} into `one` and `two`. */
static bool
read_pair (struct bytes input, struct bytes *one, struct bytes *two)
{
  struct ic_cbor_reader reader;
  struct ic_cbor_map map;
  int field;

  ic_cbor_read (&reader, input, &arena, &error);
  if (ic_cbor_open_map (&reader, &map))
    while ((field = ic_cbor_field (&reader, &map, names, 2)) != IC_CBOR_END) {
      if (field == 0)
        ic_cbor_bytes (&reader, one);
      else if (field == 1)
        ic_cbor_text (&reader, two);
      else
        ic_cbor_skip (&reader);
    }
  return ic_cbor_finish (&reader);
}

START_TEST (maps)
{
  struct bytes one, two;

  ck_assert (read_pair (INPUT ("\xa2\x63two\x61x\x63one\x42yz"), &one, &two));
  ck_assert (bytes_equal (one, INPUT ("yz")) && bytes_equal (two, INPUT ("x")));
  ck_assert (read_pair (INPUT ("\xd9\xd9\xf7\xbf\x7f\x62on\x61"
                               "e\xff\x5f\x41p\x40\x42qr\xff\x63new\x81\x80\x63two\x7f\xff\xff"),
                        &one, &two));
  ck_assert (bytes_equal (one, INPUT ("pqr")) && two.size == 0);
  ck_assert (!read_pair (INPUT ("\xa2\x63one\x40\x63one\x40"), &one, &two));
  ck_assert (!read_pair (INPUT ("\xa2\x63new\x40\x63new\x40"), &one, &two));
  ck_assert_ptr_nonnull (strstr (error.text, "twice"));
  ck_assert (!read_pair (INPUT ("\xa1\x63one\x61x"), &one, &two));
  ck_assert_str_eq (error.text, "CBOR byte 5: expected a byte string, found a text");
  ck_assert (!read_pair (INPUT ("\xa1\x63two\x61\xff"), &one, &two));
  ck_assert (!read_pair (INPUT ("\xa1\x01\x02"), &one, &two));
  ck_assert (!read_pair (INPUT ("\xa1\x63two"), &one, &two));
  ck_assert (!read_pair (INPUT ("\xbf\x63two\xff"), &one, &two));
  ck_assert (!read_pair (INPUT ("\x80"), &one, &two));
}
END_TEST

START_TEST (too_many_unknown_keys)
{
  struct ic_cbor_writer writer = { NULL };
  struct bytes one, two;

  ic_cbor_put_map (&writer, IC_CBOR_MAX_OTHERS + 1);
  for (unsigned i = 0; i <= IC_CBOR_MAX_OTHERS; i++) {
    const char key[] = { 'k', (char) ('0' + i / 10), (char) ('0' + i % 10) };

    ic_cbor_put_text (&writer, key, sizeof key);
    ic_cbor_put_uint (&writer, i);
  }
  ck_assert (!writer.failed);
  ck_assert (!read_pair ((struct bytes){ writer.data, writer.size }, &one, &two));
  ic_cbor_writer_free (&writer);
}
END_TEST

START_TEST (written)
{
  struct ic_cbor_writer writer = { NULL };
  uint8_t large[1000] = { 7 };

  ic_cbor_put_self_described (&writer);
  ic_cbor_put_map (&writer, 2);
  ic_cbor_put_text (&writer, "one", 3);
  ic_cbor_put_array (&writer, 2);
  ic_cbor_put_uint (&writer, 23);
  ic_cbor_put_uint (&writer, UINT64_MAX);
  ic_cbor_put_text (&writer, "two", 3);
  ic_cbor_put_bytes (&writer, (struct bytes){ large, sizeof large });
  ck_assert (!writer.failed);
  ck_assert_uint_eq (writer.size, 3 + 1 + 4 + 1 + 1 + 9 + 4 + 3 + 1000);
  ck_assert_mem_eq (
      writer.data,
      "\xd9\xd9\xf7\xa2\x63one\x82\x17\x1b\xff\xff\xff\xff\xff\xff\xff\xff\x63two\x59\x03\xe8\x07", 27);
  ck_assert (skips ((struct bytes){ writer.data, writer.size }));
  ic_cbor_writer_free (&writer);
}
END_TEST

static void
clean (void)
{
  ic_arena_free (&arena);
}

int
main (void)
{
  const TTest *const tests[] = {
    skip_any_value, skip_refuses, nesting, maps, too_many_unknown_keys, written
  };

  return RUN_TESTS_BETWEEN ("cbor", tests, NULL, clean);
}
