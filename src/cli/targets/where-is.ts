import type { TargetName } from '../../fleet/index.ts'

/** Where a Fleet of a target is, for sentences: `on this machine`. */
export function whereIs(target: TargetName): string {
  return target === 'local' ? 'on this machine' : `on target ${target}`
}
