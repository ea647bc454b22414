/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <nettle/sha2.h>
#include <stdio.h>

#include "bench/economy.h"
#include "bytes/hex.h"

void
payload_signature (struct economy *economy, const struct actor *actor, struct bytes message,
                   uint8_t signature[64])
{
  if (economy->sign)
    ed25519ph_sign (&actor->key, message, signature);
  else
    economy_bytes (economy, signature, 64);
}

/* Variant, inner bytes, signature of these: the outer form of most payloads. */
static void
wrap (struct economy *economy, const struct actor *signer)
{
  struct bytes inner = { economy->inner.data, economy->inner.size };
  struct borsh_out *out = &economy->value;

  out->size = 0;
  put_u8 (out, 0);
  put_bytes (out, inner.data, inner.size);
  put_u32 (out, 64);
  payload_signature (economy, signer, inner, put_room (out, 64));
}

void
payload_check_in (struct economy *economy, const struct actor *actor)
{
  static const char *const memos[] = { "", "all good", "all good here", "maintenance at 22:00 UTC" };
  struct borsh_out *out = &economy->value;

  put_u8 (out, 0);
  put_text (out, memos[economy_random (economy, 4)]);
  put_u32 (out, 64);
  payload_signature (economy, actor, ledger_writer_parent (economy->writer), put_room (out, 64));
}

void
payload_profile (struct economy *economy, uint32_t index)
{
  struct borsh_out *out = &economy->inner;
  char text[96];

  out->size = 0;
  put_u8 (out, 0);
  put_text (out, "Profile");
  snprintf (text, sizeof text, "Provider p%u", index);
  put_text (out, text);
  put_text (out, "0.0.1");
  put_text (out, "v0.1.0");
  snprintf (text, sizeof text,
            "Just a test provider called p%u \xe2\x80\x94 \xc2\xab\xc3\xbcn\xc3\xaf"
            "code\xc2\xbb",
            index);
  put_option_text (out, text);
  snprintf (text, sizeof text, "https://p%u.example", index);
  put_option_text (out, text);
  put_option_text (out, NULL);
  put_option_text (out, economy_random (economy, 2) == 0 ? "The best uptime, and people who answer" : NULL);
  put_u32 (out, 2);
  put_text (out, "Twitter");
  put_text (out, "x.com/example");
  put_text (out, "email");
  snprintf (text, sizeof text, "support@p%u.example", index);
  put_text (out, text);
  wrap (economy, &economy->actors[index]);
}

static const char *
choose (struct economy *economy, const char *const *texts, size_t count)
{
  return texts[economy_random (economy, count)];
}

#define CHOOSE(economy, texts) choose (economy, texts, sizeof texts / sizeof texts[0])

static void
put_offering (struct economy *economy, uint32_t index, uint32_t number)
{
  static const char *const products[] = { "VPS", "Dedicated", "Cloud", "Managed" };
  static const char *const currencies[] = { "EUR", "USD", "BTC", "ETH" };
  static const char *const stocks[] = { "In stock", "Out of stock", "Limited" };
  static const char *const places[] = { "DE,Frankfurt,\"50.1109,8.6821\"", "SG,Singapore,\"1.3521,103.8198\"",
                                        "US,\"Portland, Oregon\",", "CH,Z\xc3\xbcrich,\"47.3769,8.5417\"" };
  static const char *const systems[] = { "Ubuntu", "\"Debian, FreeBSD\"", "\"Windows Server 2022, Ubuntu\"" };
  const char *currency = CHOOSE (economy, currencies), *product = CHOOSE (economy, products);
  const char *stock = CHOOSE (economy, stocks), *place = CHOOSE (economy, places);
  const char *system = CHOOSE (economy, systems);
  unsigned numbers[8];
  char row[640];
  int size;

  for (size_t i = 0; i < 8; i++)
    numbers[i] = (unsigned) economy_random (economy, 1000);
  size = snprintf (row, sizeof row,
                   "Offer %u-%u,\"Cheap option, for startups.\",P%uV0-%03u,https://example.com/p/%u-%u/,%s,"
                   "%u.%02u,%u,Visible,%s,KVM,monthly,%s,AMD,1,%u,2.6 GHz,AMD EPYC 7443P,ECC,DDR4,%u GB,%u,"
                   "%u GB,2,1440 GB,"
                   "Unmetered inbound,10 gbit,%u,%s,SSD Storage,%s,cPanel,,\"Credit card, PayPal\"\n",
                   index, number, index, number, index, number, currency, numbers[0], numbers[1] % 100,
                   numbers[2] % 50, product, stock, numbers[3] % 64, numbers[4], numbers[5] % 4, numbers[6],
                   numbers[7], place, system);
  put_raw (&economy->inner, row, (size_t) size);
}

void
payload_offering (struct economy *economy, uint32_t index)
{
  static const char headings[] =
      "Offer Name,Description,Unique Internal identifier,Product page URL,Currency,Monthly price,Setup fee,"
      "Visibility,Product Type,Virtualization type,Billing interval,Stock,Processor Brand,Processor Amount,"
      "Processor Cores,Processor Speed,Processor Name,Memory Error Correction,Memory Type,Memory Amount,"
      "Hard Disk Drive Amount,Total Hard Disk Drive Capacity,Solid State Disk Amount,"
      "Total Solid State Disk Capacity,Unmetered,Uplink speed,Traffic,Datacenter Country,Datacenter City,"
      "Datacenter Coordinates,Features,Operating Systems,Control Panel,GPU Name,Payment Methods\n";
  uint32_t rows = 1 + (uint32_t) economy_random (economy, 4);

  economy->inner.size = 0;
  put_raw (&economy->inner, headings, sizeof headings - 1);
  for (uint32_t i = 0; i < rows; i++)
    put_offering (economy, index, i);
  wrap (economy, &economy->actors[index]);
}

void
payload_request (struct economy *economy, struct contract *contract)
{
  const struct actor *requester = &economy->actors[contract->requester];
  const struct actor *provider = &economy->actors[contract->provider];
  struct borsh_out *out = &economy->inner;
  struct sha256_ctx sha;
  char text[96], hex[65];

  out->size = 0;
  put_u8 (out, 0);
  put_bytes (out, requester->key.pubkey, 32);
  hex_encode (hex, requester->key.pubkey, 32);
  snprintf (text, sizeof text, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI%.30s user@host", hex);
  put_text (out, text);
  put_text (out, "user@example.com");
  put_bytes (out, provider->key.pubkey, 32);
  snprintf (text, sizeof text, "P%uV0-000", contract->provider);
  put_text (out, text);
  put_option_text (out, economy_random (economy, 2) == 0 ? "eu-central" : NULL);
  put_option_text (out, NULL);
  put_option_text (out, NULL);
  put_u64 (out, 1 + economy_random (economy, 5000000000));
  put_u32 (out, 1);
  put_text (out, "on_demand");
  put_text (out, "hour");
  put_u64 (out, 24);
  put_u64 (out, 5);
  put_u8 (out, 0);
  put_text (out, contract->memo);
  sha256_init (&sha);
  sha256_update (&sha, out->size, out->data);
  sha256_digest (&sha, sizeof contract->id, contract->id);
  wrap (economy, requester);
}

void
payload_reply (struct economy *economy, const struct contract *contract)
{
  struct borsh_out *out = &economy->inner;

  out->size = 0;
  put_u8 (out, 0);
  put_bytes (out, economy->actors[contract->requester].key.pubkey, 32);
  put_text (out, contract->memo);
  put_bytes (out, contract->id, sizeof contract->id);
  put_u8 (out, economy_random (economy, 4) != 0);
  put_text (out, "text");
  put_text (out, "https://example.com/next");
  wrap (economy, &economy->actors[contract->provider]);
}
