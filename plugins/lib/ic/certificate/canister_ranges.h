/* SPDX-License-Identifier: Apache-2.0 */
/* Which canisters a subnet may speak for, as a delegation shows it.
 *
 * There are two layouts. /subnet/<subnet id>/canister_ranges holds all ranges of a subnet. The newer one is
 * cut into shards, /canister_ranges/<subnet id>/<first canister id>, so that one of them can be shown alone.
 */
#ifndef IC_CERTIFICATE_CANISTER_RANGES_H
#define IC_CERTIFICATE_CANISTER_RANGES_H

#include "ic/candid/error.h"
#include "ic/certificate/hash_tree.h"
#include "ic/certificate/verdict.h"
#include "ic/principal/principal.h"

/* Returns IC_CERTIFICATE_VALID if `canister` lies in the ranges of `subnet` that the delegation's tree shows.
 * If it shows the newer layout, that one decides, and there the one shard with the greatest label that is not
 * above the canister id. Otherwise returns IC_CERTIFICATE_RANGES_MISSING,
 * IC_CERTIFICATE_CANISTER_OUT_OF_RANGE or IC_CERTIFICATE_MALFORMED, after setting `error`. Pure. */
enum ic_certificate_result ic_ranges_check (const struct ic_tree *tree, const struct ic_principal *subnet,
                                            const struct ic_principal *canister, struct ic_error *error);

#endif
