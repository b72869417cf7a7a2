import { z } from 'zod'
import { dnsLabel, list, secretReference, text } from './names.ts'

/** Who may ask. */
export const access = z.strictObject({
  anonymous: z.boolean().default(false).describe('Serve without a key on an address that others can reach.'),
  keys: list(
    z.strictObject({
      name: dnsLabel().describe('Who the key belongs to; shown in logs and usage instead of the key.'),
      value: secretReference().describe('Where the key is.'),
    }),
    1000,
  )
    .default([])
    .describe('API keys, each by reference.'),
  keysFile: text(4096)
    .optional()
    .describe('A file with one key a line: a name, a blank, then the key or sha256: and its hexadecimal digest.'),
})
