/* SPDX-License-Identifier: Apache-2.0 */
/* The tables provider_offerings, provider_offering_items and offering_row_errors. */
#ifndef DCPIPE_OFFERING_TABLES_H
#define DCPIPE_OFFERING_TABLES_H

#include "dcpipe-plugin.h"
#include "sheet.h"

enum offering_table { OFFERINGS, ITEMS, ROW_ERRORS, OFFERING_TABLES };

enum offering_column {
  OFFERING_ID,
  OFFERING_PUBKEY,
  OFFERING_PRINCIPAL,
  OFFERING_DATA,
  OFFERING_SIGNATURE,
  OFFERING_STATUS,
  OFFERING_VERSION,
  OFFERING_IS_ACTIVE,
  OFFERING_FORMAT,
  OFFERING_ITEMS,
  OFFERING_ROW_ERRORS,
  OFFERING_WRAPPED_ITEMS,
  OFFERING_WRAPPED_ROW_ERRORS,
  OFFERING_WRAPPER_PUBKEY,
  OFFERING_BLOCK_OFFSET,
  OFFERING_ENTRY_INDEX,
  OFFERING_CREATED_AT,
  OFFERING_UPDATED_AT,
  OFFERING_TIMESTAMP
};

/* The fields of a row, in their order: enum, name, kind (see item.c), help. */
#define OFFERING_FIELDS(X)                                                                                   \
  X (OFFER_NAME, "offer_name", TEXT, "What the offering is called.")                                         \
  X (DESCRIPTION, "description", TEXT, "What it is.")                                                        \
  X (IDENTIFIER, "unique_internal_identifier", TEXT, "The provider's own id; offering_id in contracts.")     \
  X (PRODUCT_PAGE, "product_page_url", TEXT, "The address of its page.")                                     \
  X (CURRENCY, "currency", CURRENCY, "EUR, USD, USDT, BTC or ETH.")                                          \
  X (MONTHLY_PRICE, "monthly_price", PRICE, "What a month costs; null if that is no finite number.")         \
  X (SETUP_FEE, "setup_fee", PRICE, "What it costs to begin; null if that is no finite number.")             \
  X (VISIBILITY, "visibility", VISIBILITY, "Visible or Invisible.")                                          \
  X (PRODUCT_TYPE, "product_type", PRODUCT_TYPE, "VPS, Dedicated, Cloud or Managed.")                        \
  X (VIRTUALIZATION, "virtualization_type", VIRTUALIZATION, "KVM, VMware, Xen, HyperV or None.")             \
  X (BILLING_INTERVAL, "billing_interval", BILLING_INTERVAL, "Hourly, Daily, Monthly or Yearly.")            \
  X (STOCK, "stock", STOCK, "InStock, OutOfStock or Limited.")                                               \
  X (PROCESSOR_BRAND, "processor_brand", OPTION, "Who makes the processors.")                                \
  X (PROCESSOR_AMOUNT, "processor_amount", COUNT, "How many processors.")                                    \
  X (PROCESSOR_CORES, "processor_cores", COUNT, "How many cores.")                                           \
  X (PROCESSOR_SPEED, "processor_speed", OPTION, "How fast they are.")                                       \
  X (PROCESSOR_NAME, "processor_name", OPTION, "What they are called.")                                      \
  X (ERROR_CORRECTION, "memory_error_correction", ERROR_CORRECTION, "ECC, ECCRegistered or NonECC.")         \
  X (MEMORY_TYPE, "memory_type", OPTION, "The kind of memory.")                                              \
  X (MEMORY_AMOUNT, "memory_amount", OPTION, "How much memory.")                                             \
  X (HDD_AMOUNT, "hdd_amount", AMOUNT, "How many hard disks.")                                               \
  X (HDD_CAPACITY, "total_hdd_capacity", CAPACITY, "What they hold together.")                               \
  X (SSD_AMOUNT, "ssd_amount", AMOUNT, "How many solid-state disks.")                                        \
  X (SSD_CAPACITY, "total_ssd_capacity", CAPACITY, "What they hold together.")                               \
  X (UNMETERED, "unmetered", LIST, "What is not metered.")                                                   \
  X (UPLINK_SPEED, "uplink_speed", OPTION, "How fast the line is.")                                          \
  X (TRAFFIC, "traffic", COUNT, "How much traffic is included.")                                             \
  X (COUNTRY, "datacenter_country", TEXT, "The country it stands in.")                                       \
  X (CITY, "datacenter_city", TEXT, "The city it stands in.")                                                \
  X (COORDINATES, "datacenter_coordinates", COORDINATES, "Latitude, longitude; null if not written so.")     \
  X (FEATURES, "features", LIST, "What else it has.")                                                        \
  X (OPERATING_SYSTEMS, "operating_systems", LIST, "The operating systems to choose from.")                  \
  X (CONTROL_PANEL, "control_panel", OPTION, "The control panel.")                                           \
  X (GPU_NAME, "gpu_name", OPTION, "What the graphics processor is called.")                                 \
  X (PAYMENT_METHODS, "payment_methods", LIST, "How to pay.")

/* Numbers of the fields. */
enum offering_field {
#define OFFERING_FIELD(id, name, kind, help) FIELD_##id,
  OFFERING_FIELDS (OFFERING_FIELD)
#undef OFFERING_FIELD
};

enum item_column {
  ITEM_PUBKEY,
  ITEM_IN_WRAPPER,
  ITEM_ROW,
  ITEM_FIRST_FIELD,
  ITEM_MONTHLY_PRICE_TEXT = ITEM_FIRST_FIELD + SHEET_FIELDS,
  ITEM_SETUP_FEE_TEXT,
  ITEM_BLOCK_OFFSET,
  ITEM_ENTRY_INDEX
};

enum row_error_column {
  ERROR_PUBKEY,
  ERROR_IN_WRAPPER,
  ERROR_ROW,
  ERROR_LINE,
  ERROR_ERROR,
  ERROR_BLOCK_OFFSET,
  ERROR_ENTRY_INDEX
};

extern const struct dcpipe_table_def offering_tables[OFFERING_TABLES];

#endif
