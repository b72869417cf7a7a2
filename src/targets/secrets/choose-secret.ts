import { exitCodes, UserError } from '../../errors/index.ts'
import type { FleetSecret, SetSecretRequest } from '../contract.ts'
import { titleOf } from './fleet-secrets.ts'

/**
 * The secret that a command line means: by its name in the Fleet, or by the Kubernetes Secret and key that it is.
 * @throws UserError for one that the Fleet does not refer to, and where several could be meant
 */
export function chooseSecret<Secret extends FleetSecret>(
  secrets: readonly Secret[],
  { name, key }: Pick<SetSecretRequest, 'name' | 'key'>,
  fleet: string,
): Secret {
  const found = secrets.filter(
    (secret) =>
      (secret.name === name && (key === undefined || secret.key === key)) ||
      (secret.object?.name === name && (key === undefined || secret.object.key === key)),
  )
  const [only] = found
  if (only !== undefined && found.length === 1) return requireKey(only)
  const asked = titleOf({ name, ...(key === undefined ? {} : { key }) })
  if (only !== undefined) {
    throw new UserError({
      what: `${asked} has several keys that Fleet ${fleet} refers to`,
      why: found.map(titleOf).join(', '),
      mend: 'Name the key as well.',
      exitCode: exitCodes.usage,
    })
  }
  throw new UserError({
    what: `Fleet ${fleet} refers to no secret ${asked}`,
    why: secrets.length === 0 ? 'It refers to none.' : `It refers to ${secrets.map(titleOf).join(', ')}.`,
    mend: 'Name one of them.',
    command: 'fairlead secrets check',
    exitCode: exitCodes.usage,
  })
}

/** Keys become names of files; those that Kubernetes takes lead out of no folder (apimachinery, IsConfigMapKey). */
function requireKey<Secret extends FleetSecret>(secret: Secret): Secret {
  const { key } = secret
  if (key === undefined || (/^[-._a-zA-Z0-9]{1,253}$/.test(key) && key !== '.' && !key.startsWith('..'))) return secret
  throw new UserError({
    what: `${JSON.stringify(key)} is no key that a Secret can have`,
    where: secret.uses[0]?.path ?? '',
    mend: 'Keys are of letters, digits and . _ -; correct it in the Fleet.',
  })
}
