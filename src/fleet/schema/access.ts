import { z } from 'zod'
import { duration } from './units.ts'
import { dnsLabel, httpUrl, list, secretReference, servedName, text } from './names.ts'

/** An API key by reference. */
const key = z.strictObject({
  name: dnsLabel().describe('Who the key belongs to; shown in logs and usage instead of the key.'),
  value: secretReference().describe('Where the key is.'),
  scopes: list(z.enum(['inference', 'metrics', 'admin']), 8)
    .default(['inference'])
    .describe('What the key opens.'),
  models: list(servedName(), 500).default([]).describe('Models that the key may ask for; all when empty.'),
  team: dnsLabel().optional().describe('Team that its use counts for.'),
  priority: dnsLabel()
    .optional()
    .describe('Highest of `flow.priorities` that its requests may have; `access.priority` when absent.'),
  expires: text(32)
    .regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/, 'expected a date such as 2027-01-31 or 2027-01-31T12:00Z')
    .optional()
    .describe('When the key ends, in UTC.'),
})

/** Sign-in by OpenID Connect, and tokens that the issuer signed. */
const oidc = z.strictObject({
  issuer: httpUrl().describe('The issuer’s URL.'),
  audience: text(253).optional().describe('Audience that a token must carry.'),
  clientId: text(253).optional().describe('Client of the console’s sign-in.'),
  clientSecret: secretReference().optional().describe('Its secret.'),
  userClaim: text(63).default('sub').describe('Claim with the user’s name.'),
  groupsClaim: text(63).default('groups').describe('Claim with the user’s groups, which are teams.'),
  adminGroups: list(text(253), 64).default([]).describe('Groups that may administer.'),
})

/** Sign-in with user and password of a directory. */
const ldap = z.strictObject({
  url: text(2048)
    .regex(/^ldaps?:\/\/[^\s]+$/, 'expected a URL that starts with ldap:// or ldaps://')
    .describe('The directory’s URL.'),
  bindDn: text(1024).optional().describe('Who searches; anonymous when absent.'),
  bindPassword: secretReference().optional().describe('Their password.'),
  userBase: text(1024).describe('Where users are.'),
  userFilter: text(1024).default('(uid={user})').describe('Filter that finds one; {user} is what was typed.'),
  groupBase: text(1024).optional().describe('Where groups are, which are teams.'),
  groupFilter: text(1024).default('(member={dn})').describe('Filter that finds a user’s groups.'),
  adminGroups: list(text(253), 64).default([]).describe('Groups that may administer.'),
})

/** Who may ask. */
export const access = z.strictObject({
  anonymous: z.boolean().default(false).describe('Serve without a key on an address that others can reach.'),
  keys: list(key, 1000).default([]).describe('API keys, each by reference.'),
  keysFile: text(4096)
    .optional()
    .describe('A file with one key a line: a name, a blank, then the key or sha256: and its hexadecimal digest.'),
  priority: dnsLabel()
    .optional()
    .describe(
      'Highest of `flow.priorities` for keys that say none, and where no keys are asked for; level 0 when absent.',
    ),
  oidc: oidc.optional().describe('Sign-in by OpenID Connect.'),
  ldap: ldap.optional().describe('Sign-in by a directory.'),
  sessionTime: duration().prefault('8h').describe('Until a console session ends.'),
  auditLog: text(4096).optional().describe('File that administrative acts are written to.'),
})
