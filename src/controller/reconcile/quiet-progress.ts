import type { ProgressReporter } from '../../progress/index.ts'

/** Progress that nobody watches: a Fleet’s status tells how it stands. */
export const quietProgress: ProgressReporter = {
  step: () => ({
    advance: () => undefined,
    update: () => undefined,
    succeed: () => undefined,
    fail: () => undefined,
  }),
  note: () => undefined,
}
