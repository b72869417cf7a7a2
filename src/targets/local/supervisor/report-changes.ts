import type { ProgressReporter } from '../../../progress/index.ts'
import type { ProcessView } from './supervised-process.ts'

/**
 * Tells a person what becomes of a process once it has served: that it ended and is started again, and that it is back.
 * A crash loop is told once, however long its slow attempts go on.
 */
export function reportChanges(name: string, progress: ProgressReporter): (view: ProcessView) => void {
  let last: ProcessView['state'] = 'preparing'
  let hasServed = false
  let isLooping = false
  return ({ state, lastError }) => {
    if (state === last) return
    last = state
    if (state === 'ready') {
      if (hasServed || isLooping) progress.note(`${name} is ready again`)
      hasServed = true
      isLooping = false
    } else if (state === 'restarting' && hasServed) {
      progress.note(`${name} ${lastError ?? 'ended'}; starting it again`)
    } else if (state === 'crash-loop' && !isLooping) {
      if (hasServed)
        progress.note(`${name} ${lastError ?? 'ended'}, again and again; it is tried once a minute from now on`)
      isLooping = true
    }
  }
}
