/* SPDX-License-Identifier: Apache-2.0 */
/* What can be wrong with a certificate. */
#ifndef IC_CERTIFICATE_VERDICT_H
#define IC_CERTIFICATE_VERDICT_H

/* Verdicts and what they mean in a few words. */
#define IC_CERTIFICATE_RESULTS(X)                                                                            \
  X (VALID, "valid")                                                                                         \
  X (MALFORMED, "malformed")                                                                                 \
  X (BAD_SIGNATURE, "a signature is wrong")                                                                  \
  X (BAD_KEY_LENGTH, "a public key has the wrong length")                                                    \
  X (BAD_KEY_PREFIX, "a public key is of another kind")                                                      \
  X (SUBNET_KEY_MISSING, "the delegation does not show the subnet's public key")                             \
  X (RANGES_MISSING, "the delegation does not show the subnet's canister ranges")                            \
  X (CANISTER_OUT_OF_RANGE, "the canister does not belong to the subnet that signed")                        \
  X (WRONG_SUBNET, "another subnet signed")                                                                  \
  X (TOO_MANY_DELEGATIONS, "a delegation has a delegation")                                                  \
  X (TIME_MISSING, "it does not show its time")                                                              \
  X (TOO_OLD, "too old")                                                                                     \
  X (FUTURE, "its time is in the future")                                                                    \
  X (UNVERIFIABLE, "this program was built without blst")

enum ic_certificate_result {
#define X(name, text) IC_CERTIFICATE_##name,
  IC_CERTIFICATE_RESULTS (X)
#undef X
};

/* What a result means, in a few words. */
const char *ic_certificate_result_text (enum ic_certificate_result result);

#endif
