import { resolve } from 'node:path'
import { readBoundedFile } from '../files/index.ts'
import type { Fleet } from '../fleet/index.ts'
import { ApiKeys } from './api-keys.ts'
import { addKeysOfFile } from './keys-file.ts'
import type { SecretContext } from './secret-context.ts'
import { readSecret } from './secret.ts'

/** Room for some ten thousand keys. */
const keysFileLimitBytes = 4 * 1024 * 1024

/**
 * Reads every key that the Fleet accepts.
 * @throws UserError naming the field or line at fault; never a key.
 */
export async function loadApiKeys(
  access: Pick<Fleet['access'], 'keys' | 'keysFile'>,
  context: SecretContext,
): Promise<ApiKeys> {
  const keys = new ApiKeys()
  for (const [index, key] of access.keys.entries()) {
    const field = `access.keys[${index}].value`
    const owner = {
      name: key.name,
      scopes: new Set(key.scopes),
      models: key.models.length === 0 ? null : new Set(key.models),
      team: key.team ?? null,
      priority: key.priority ?? null,
      expiresAt: key.expires === undefined ? null : Date.parse(key.expires),
    }
    keys.add(owner, await readSecret(key.value, field, context), field)
  }
  if (access.keysFile !== undefined) {
    const file = resolve(context.baseFolder, access.keysFile)
    addKeysOfFile(keys, (await readBoundedFile(file, keysFileLimitBytes)).toString('utf8'), file)
  }
  return keys
}
