import type { Fleet } from '../../../fleet/index.ts'
import type { PlanWarning } from '../../../plan/index.ts'
import type { RenderOptions } from '../contract.ts'

/** The file of keys that a gateway reads whose Fleet names none; beside the Fleet’s file. */
const keysFile = 'keys.txt'

/**
 * Whether a Fleet leaves open who may call. On one machine the gateway listens on loopback then; in a cluster it is reached by
 * others, and refuses to start without keys.
 */
const leavesOpen = ({ access }: Fleet) => access.keys.length === 0 && access.keysFile === undefined && !access.anonymous

/** The Fleet with the keys that its gateway is given in a cluster. */
export const keyedFleet = (fleet: Fleet): Fleet =>
  leavesOpen(fleet) ? { ...fleet, access: { ...fleet.access, keysFile } } : fleet

/** The Fleet as a cluster runs it: who names no keys is asked for some, from a Secret, rather than served to everybody. */
export function withKeys(
  fleet: Fleet,
  options: RenderOptions,
): { readonly fleet: Fleet; readonly options: RenderOptions } {
  if (!options.gateway || !leavesOpen(fleet)) return { fleet, options }
  return {
    fleet: keyedFleet(fleet),
    options: { ...options, overrides: { ...options.overrides, FAIRLEAD_ACCESS_KEYS_FILE: keysFile } },
  }
}

/** What a person is told of it. */
export function keysNotes(fleet: Fleet, options: RenderOptions, target: string): PlanWarning[] {
  if (!options.gateway || !leavesOpen(fleet)) return []
  return [
    {
      severity: 'warning',
      id: 'keys-needed',
      path: 'access',
      message: `${target}: others reach the gateway there and the Fleet names no keys, so it takes those of ${keysFile} in the Fleet’s Secret`,
      suggestion: `echo "me sk-$(openssl rand -hex 24)" > ${keysFile}; or access.keys; or, where everybody may call, access: { anonymous: true }`,
    },
  ]
}
