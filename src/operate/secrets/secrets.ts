import { randomBytes } from 'node:crypto'
import type { Environment } from '../../files/index.ts'
import { plannedFleet } from '../../plan/index.ts'
import type {
  FleetSecret,
  FleetSource,
  SecretPickup,
  SecretState,
  SetSecretRequest,
  SetSecretResult,
  Target,
  WorkContext,
} from '../../targets/index.ts'

const asPlanned = (source: FleetSource): FleetSource => ({ ...source, fleet: plannedFleet(source.fleet) })

/** The secrets that a Fleet refers to, and whether each is there; never their values. */
export function checkSecrets(
  source: FleetSource,
  environment: Environment,
  target: Target,
): Promise<readonly SecretState[]> {
  return target.secrets(asPlanned(source), environment)
}

/** Writes the value of a secret where the target keeps it. */
export function setSecret(
  source: FleetSource,
  request: SetSecretRequest,
  context: WorkContext,
  target: Target,
): Promise<SetSecretResult> {
  return target.setSecret(asPlanned(source), request, context)
}

/** As many bytes as documented commands make keys of (`openssl rand -hex 24`): 192 bits, which nobody guesses. */
const keyBytes = 24

const newApiKey = (): string => `sk-${randomBytes(keyBytes).toString('hex')}`

/** What rotating did. */
export interface RotatedSecret extends SetSecretResult {
  /** The new key where it was made here: it is told this once and kept in clear nowhere else. */
  readonly made?: string
}

/**
 * Gives a secret a new value: a key of the Fleet's own is made here, the value of any other is asked for.
 * @throws UserError as `setSecret` does
 */
export async function rotateSecret(
  source: FleetSource,
  request: SetSecretRequest,
  context: WorkContext,
  target: Target,
): Promise<RotatedSecret> {
  let made: string | undefined
  const value = async (secret: FleetSecret): Promise<string> => {
    if (secret.kind !== 'api-key') return request.value(secret)
    made = newApiKey()
    return made
  }
  const result = await setSecret(source, { ...request, value }, context, target)
  return made === undefined ? result : { ...result, made }
}

/** Who comes to a new value of a secret in one way, by name: `gateway` or models. */
export function readersBy({ uses }: Pick<FleetSecret, 'uses'>, pickup: SecretPickup): readonly string[] {
  return [...new Set(uses.flatMap((use) => (use.pickup === pickup ? use.readers : [])))]
}
