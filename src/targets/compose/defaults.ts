import type { Fleet } from '../../fleet/index.ts'
import type { ComposeService } from './types.ts'

/**
 * What every service has: a log that does not fill the disk (Docker keeps logs without end unless it is told), and no way to
 * more rights than it began with.
 */
export const always = {
  logging: { driver: 'json-file', options: { 'max-size': '20m', 'max-file': '5' } },
  security_opt: ['no-new-privileges:true'],
} as const satisfies Partial<ComposeService>

/** A service that writes nothing but what is mounted: read-only, with a small /tmp, and without capabilities. */
export const locked = {
  ...always,
  read_only: true,
  tmpfs: ['/tmp:size=64m'],
  cap_drop: ['ALL'],
} as const satisfies Partial<ComposeService>

/** The user of Fairlead’s image, by number (Dockerfile). Who reads a secret from a file has to be able to. */
export const ownUser = '65532:65532'

/** When images are pulled, in Compose’s words; absent where it is what Compose does anyway. */
export function pullPolicy({ storage }: Fleet): Pick<ComposeService, 'pull_policy'> {
  const { pullPolicy: policy } = storage.images
  if (policy === 'IfNotPresent') return {}
  return { pull_policy: policy === 'Always' ? 'always' : 'never' }
}

/** Profiles that services beside the small set are in. */
export const profiles = { observability: 'observability', langfuse: 'langfuse' } as const
