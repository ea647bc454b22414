/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ic/certificate/verdict.h"

static const char *const result_texts[] = {
#define X(name, text) [IC_CERTIFICATE_##name] = text,
  IC_CERTIFICATE_RESULTS (X)
#undef X
};

const char *
ic_certificate_result_text (enum ic_certificate_result result)
{
  return result_texts[result];
}
