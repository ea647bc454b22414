/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "contract.h"

int
main (void)
{
  struct sink_under_test sink = { .plugin = contract_plugin (), .path = "rows.lmdb" };

  return contract_run ("lmdb", &sink, NULL, 0);
}
