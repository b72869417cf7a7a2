/**
 * Who may ask: API keys from the environment, from files, mounted Secrets and a keys file, compared as digests.
 */
export { ApiKeys, type KeyOwner, type KeyRecord, type Scope } from './api-keys.ts'
export { addKeysOfFile } from './keys-file.ts'
export { loadApiKeys } from './load-api-keys.ts'
export { secretFileLimitBytes } from './mounted-secret.ts'
export { presentedKey } from './presented-key.ts'
export { readSecret, secretFile } from './secret.ts'
export type { SecretContext } from './secret-context.ts'
