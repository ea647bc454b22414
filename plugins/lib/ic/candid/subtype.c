/* SPDX-License-Identifier: Apache-2.0 */
/* Subtyping of recursive types: a pair of types under examination is assumed to hold where it comes up
 * again. What was found on an assumption that turns out false is forgotten; that a pair fails is final, for
 * assumptions only ever make more pairs hold. */
#include "config.h"

#include "ic/candid/subtype.h"

#include <assert.h>
#include <string.h>

enum state { UNKNOWN, ASSUMED, FAILED };

/* A type and the side whose table it belongs to. */
struct side_ref {
  unsigned side;
  ic_candid_ref ref;
};

static enum ic_candid_verdict examine (struct ic_candid_relation *r, struct side_ref a, struct side_ref b);

static const struct ic_candid_type *
type_of (struct ic_candid_relation *r, struct side_ref a)
{
  return ic_candid_type_of (r->sides[a.side], a.ref);
}

static enum ic_candid_kind
kind_of (struct ic_candid_relation *r, struct side_ref a)
{
  return ic_candid_kind_of (r->sides[a.side], a.ref);
}

static struct side_ref
member (struct ic_candid_relation *r, struct side_ref a, uint32_t index)
{
  return (struct side_ref){ a.side, type_of (r, a)->types[index] };
}

/* A field or argument that is not sent has a value nevertheless, if its type is one of these. */
static enum ic_candid_verdict
may_be_absent (struct ic_candid_relation *r, struct side_ref a)
{
  enum ic_candid_kind kind = kind_of (r, a);

  if (kind == IC_CANDID_OPT || kind == IC_CANDID_NULL || kind == IC_CANDID_RESERVED)
    return IC_CANDID_YES;
  return IC_CANDID_NO;
}

/* Fields that nobody wants are skipped when the value is read, so they do no harm. */
static enum ic_candid_verdict
examine_record (struct ic_candid_relation *r, struct side_ref a, struct side_ref b)
{
  const struct ic_candid_type *have = type_of (r, a), *want = type_of (r, b);
  enum ic_candid_verdict verdict = IC_CANDID_YES;

  for (uint32_t i = 0, j = 0; j < want->count && verdict == IC_CANDID_YES; j++) {
    while (i < have->count && have->ids[i] < want->ids[j])
      i++;
    if (i < have->count && have->ids[i] == want->ids[j])
      verdict = examine (r, member (r, a, i), member (r, b, j));
    else
      verdict = may_be_absent (r, member (r, b, j));
  }
  return verdict;
}

/* The other way round: whoever reads must know every case that may come. */
static enum ic_candid_verdict
examine_variant (struct ic_candid_relation *r, struct side_ref a, struct side_ref b)
{
  const struct ic_candid_type *have = type_of (r, a), *want = type_of (r, b);
  enum ic_candid_verdict verdict = IC_CANDID_YES;

  for (uint32_t i = 0, j = 0; i < have->count && verdict == IC_CANDID_YES; i++) {
    while (j < want->count && want->ids[j] < have->ids[i])
      j++;
    if (j == want->count || want->ids[j] != have->ids[i])
      return IC_CANDID_NO;
    verdict = examine (r, member (r, a, i), member (r, b, j));
  }
  return verdict;
}

/* Names rise on both sides, so one pass is enough. */
static enum ic_candid_verdict
examine_service (struct ic_candid_relation *r, struct side_ref a, struct side_ref b)
{
  const struct ic_candid_type *have = type_of (r, a), *want = type_of (r, b);
  enum ic_candid_verdict verdict = IC_CANDID_YES;

  for (uint32_t i = 0, j = 0; j < want->count && verdict == IC_CANDID_YES; j++) {
    while (i < have->count && !bytes_equal (have->names[i], want->names[j]))
      i++;
    if (i == have->count)
      return IC_CANDID_NO;
    verdict = examine (r, member (r, a, i), member (r, b, j));
  }
  return verdict;
}

/* Argument or result lists, as tuples: `from` and `count` tell which part of a func's types they are. */
static enum ic_candid_verdict
examine_lists (struct ic_candid_relation *r, struct side_ref a, uint32_t a_from, uint32_t a_count,
               struct side_ref b, uint32_t b_from, uint32_t b_count)
{
  enum ic_candid_verdict verdict = IC_CANDID_YES;

  for (uint32_t i = 0; i < b_count && verdict == IC_CANDID_YES; i++)
    if (i < a_count)
      verdict = examine (r, member (r, a, a_from + i), member (r, b, b_from + i));
    else
      verdict = may_be_absent (r, member (r, b, b_from + i));
  return verdict;
}

static enum ic_candid_verdict
examine_func (struct ic_candid_relation *r, struct side_ref a, struct side_ref b)
{
  const struct ic_candid_type *have = type_of (r, a), *want = type_of (r, b);
  enum ic_candid_verdict verdict;

  if (have->mode != want->mode)
    return IC_CANDID_NO;
  /* Arguments flow the other way. */
  verdict = examine_lists (r, b, 0, want->count, a, 0, have->count);
  if (verdict != IC_CANDID_YES)
    return verdict;
  return examine_lists (r, a, have->count, have->results, b, want->count, want->results);
}

/* Kinds are equal by now, and composite. */
static enum ic_candid_verdict
examine_members (struct ic_candid_relation *r, struct side_ref a, struct side_ref b)
{
  switch (kind_of (r, a)) {
  case IC_CANDID_VEC:
    return examine (r, member (r, a, 0), member (r, b, 0));
  case IC_CANDID_RECORD:
    return examine_record (r, a, b);
  case IC_CANDID_VARIANT:
    return examine_variant (r, a, b);
  case IC_CANDID_SERVICE:
    return examine_service (r, a, b);
  case IC_CANDID_FUNC:
    return examine_func (r, a, b);
  default:
    return IC_CANDID_NO;
  }
}

/* The place of a pair of composite types in `states`: one half of it for each direction. */
static size_t
pair_index (struct ic_candid_relation *r, struct side_ref a, struct side_ref b)
{
  size_t first = (size_t) (a.side == 0 ? a.ref : b.ref), second = (size_t) (a.side == 0 ? b.ref : a.ref);

  return 2 * (first * r->sides[1]->count + second) + a.side;
}

/* What was assumed is kept in order, so that all that was found since an assumption can be forgotten with
 * it. */
static bool
remember (struct ic_candid_relation *r, size_t pair)
{
  if (r->trail_size == r->trail_room) {
    size_t room = 2 * r->trail_room + 64;
    uint32_t *trail = ic_arena_alloc (r->arena, room * sizeof *trail);

    if (trail == NULL)
      return false;
    if (r->trail_size > 0)
      memcpy (trail, r->trail, r->trail_size * sizeof *trail);
    r->trail = trail;
    r->trail_room = room;
  }
  r->trail[r->trail_size++] = (uint32_t) pair;
  r->states[pair] = ASSUMED;
  return true;
}

/* Counts the work of going through the members of two types. */
static bool
charge (struct ic_candid_relation *r, const struct ic_candid_type *have, const struct ic_candid_type *want)
{
  uint64_t cost = (uint64_t) have->count + have->results + want->count + want->results;

  if (*r->work < cost)
    return false;
  *r->work -= cost;
  return true;
}

/* The pair is assumed to hold while its members are examined: recursive types come back to it. If it does
 * not, whatever was found on that assumption is unknown again; that it fails is kept. */
static enum ic_candid_verdict
examine_pair (struct ic_candid_relation *r, struct side_ref a, struct side_ref b)
{
  size_t pair = pair_index (r, a, b), mark = r->trail_size;
  enum ic_candid_verdict verdict;

  assert (pair < 2 * r->sides[0]->count * r->sides[1]->count);
  if (r->states[pair] != UNKNOWN)
    return r->states[pair] == ASSUMED ? IC_CANDID_YES : IC_CANDID_NO;
  if (r->depth >= IC_CANDID_MAX_DEPTH || !charge (r, type_of (r, a), type_of (r, b)) || !remember (r, pair))
    return IC_CANDID_UNDECIDED;
  r->depth++;
  verdict = examine_members (r, a, b);
  r->depth--;
  if (verdict != IC_CANDID_YES) {
    while (r->trail_size > mark)
      r->states[r->trail[--r->trail_size]] = UNKNOWN;
    if (verdict == IC_CANDID_NO)
      r->states[pair] = FAILED;
  }
  return verdict;
}

/* Nothing here is certain to be small: types of both sides come from outside, and their pairs are many. So
 * every step is paid for. */
static enum ic_candid_verdict
examine (struct ic_candid_relation *r, struct side_ref a, struct side_ref b)
{
  enum ic_candid_kind have = kind_of (r, a), want = kind_of (r, b);

  if (*r->work == 0)
    return IC_CANDID_UNDECIDED;
  --*r->work;
  if (have == IC_CANDID_EMPTY || want == IC_CANDID_RESERVED)
    return IC_CANDID_YES;
  /* What does not fit under an opt becomes null, so that everything does. */
  if (want == IC_CANDID_OPT)
    return IC_CANDID_YES;
  if (have == IC_CANDID_NAT && want == IC_CANDID_INT)
    return IC_CANDID_YES;
  if (have == IC_CANDID_SERVICE && want == IC_CANDID_PRINCIPAL)
    return IC_CANDID_YES;
  if (have != want || have == IC_CANDID_FUTURE)
    return IC_CANDID_NO;
  return a.ref < 0 ? IC_CANDID_YES : examine_pair (r, a, b);
}

enum ic_candid_verdict
ic_candid_subtype (struct ic_candid_relation *relation, ic_candid_ref a, ic_candid_ref b)
{
  /* Made when the first reference comes, which most messages have none of. */
  size_t pairs = 2 * relation->sides[0]->count * relation->sides[1]->count;

  /* Composite types only: without them there are no pairs to keep. */
  if (relation->states == NULL) {
    if (pairs > *relation->work)
      return IC_CANDID_UNDECIDED;
    *relation->work -= pairs;
    relation->states = ic_arena_alloc (relation->arena, pairs > 0 ? pairs : 1);
    if (relation->states == NULL)
      return IC_CANDID_UNDECIDED;
  }
  return examine (relation, (struct side_ref){ 0, a }, (struct side_ref){ 1, b });
}
