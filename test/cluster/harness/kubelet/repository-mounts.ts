import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../../../harness/world.ts'
import type { Mount } from './container-process.ts'

const programs = join(import.meta.dirname, 'programs')

/** Where containers find code that others have compiled; an image holds JavaScript, a checkout TypeScript. */
export const compiledPlace = '/var/cache/compiled'

/**
 * What makes this checkout be what an image of Fairlead holds, and gives Pods this very Node.js. `compiled` is a folder that all
 * of them share.
 */
export function repositoryMounts(compiled: string): readonly Mount[] {
  const modules = realpathSync(join(repository, 'node_modules'))
  return [
    { source: process.execPath, target: '/usr/local/bin/node', isReadOnly: true },
    { source: join(programs, 'fairlead'), target: '/usr/local/bin/fairlead', isReadOnly: true },
    { source: join(programs, 'vllm'), target: '/usr/local/bin/vllm', isReadOnly: true },
    { source: join(programs, 'hf'), target: '/usr/local/bin/hf', isReadOnly: true },
    { source: join(programs, 'epp'), target: '/app/epp', isReadOnly: true },
    { source: join(programs, 'envoy'), target: '/usr/local/bin/envoy', isReadOnly: true },
    { source: repository, target: '/opt/fairlead', isReadOnly: true },
    { source: compiled, target: compiledPlace, isReadOnly: false },
    // A worktree's is a link to another place, which must lead there in a container too.
    ...(modules === join(repository, 'node_modules') ? [] : [{ source: modules, target: modules, isReadOnly: true }]),
  ]
}
