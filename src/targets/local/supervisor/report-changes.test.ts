import { describe, expect, it } from 'vitest'
import { silentProgress } from '../testing/silent-progress.ts'
import { reportChanges } from './report-changes.ts'
import type { ProcessView } from './supervised-process.ts'

function told(...states: ProcessView['state'][]): readonly string[] {
  const progress = silentProgress()
  const report = reportChanges('small-0', progress)
  for (const state of states) {
    report({ state, process: null, starts: 1, since: new Date(0), lastError: 'exited with code 3' })
  }
  return progress.told
}

describe('what the terminal of `up` says about a replica', () => {
  it('is nothing while it starts and stops as it should', () => {
    expect(told('preparing', 'starting', 'starting', 'ready', 'stopping', 'stopped')).toEqual([])
    expect(told('starting', 'restarting', 'starting', 'ready')).toEqual([])
  })
  it('is that it ended and that it is back', () => {
    expect(told('starting', 'ready', 'restarting', 'starting', 'ready')).toEqual([
      'small-0 exited with code 3; starting it again',
      'small-0 is ready again',
    ])
  })
  it('is one line for a crash loop, not one a minute', () => {
    expect(
      told('ready', 'crash-loop', 'starting', 'crash-loop', 'starting', 'crash-loop', 'starting', 'ready'),
    ).toEqual([
      'small-0 exited with code 3, again and again; it is tried once a minute from now on',
      'small-0 is ready again',
    ])
  })
})
