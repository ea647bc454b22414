/* SPDX-License-Identifier: Apache-2.0 */
/* The groups of tests that contract.c runs. Each writes its tests and tells how many there are. */
#ifndef TESTS_SINKS_CONTRACT_TESTS_H
#define TESTS_SINKS_CONTRACT_TESTS_H

#include <check.h>
#include <stddef.h>

/* What rows become: values, operations, effects, order. */
size_t contract_rows_tests (const TTest **tests);

/* What commits, kills, readers and locks do. */
size_t contract_commit_tests (const TTest **tests);

#endif
