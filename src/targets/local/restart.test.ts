import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FleetEvent } from '../contract.ts'
import { Sandbox, twoReplicas } from './testing/sandbox.ts'

// Real processes on a busy machine: a generous limit, which only a failure reaches.
const limit = { timeout: 60_000 }

let sandbox: Sandbox
beforeEach(() => {
  sandbox = new Sandbox()
})
afterEach(() => sandbox.close())

// proves B7 (real part)
describe('verbs over a Fleet that runs on this machine', limit, () => {
  it('start its replicas anew, and tell what happened', async () => {
    const { state: before } = await sandbox.upAndReady(sandbox.fleet(twoReplicas))
    const restarted = await sandbox.target.restart('lab', { subject: 'small' }, sandbox.work)
    expect(restarted).toEqual(['small-0', 'small-1'])
    const after = await sandbox.state()
    expect(after?.replicas).toMatchObject([
      { starts: 2, state: 'ready' },
      { starts: 2, state: 'ready' },
    ])
    expect(after?.gateway?.starts).toBe(before.gateway?.starts)
    const query = { subject: 'small-0', follow: false, signal: new AbortController().signal }
    const events: FleetEvent[] = []
    for await (const event of sandbox.target.events('lab', sandbox.environment, query)) events.push(event)
    const starts = events.filter(({ message }) => message.startsWith('started'))
    expect(starts).toMatchObject([
      { subject: 'replica small-0', severity: 'normal' },
      { subject: 'replica small-0', severity: 'normal' },
    ])
    expect(events.find(({ severity }) => severity === 'warning')?.message).toContain('next start in')
    await expect(sandbox.target.restart('lab', { subject: 'large' }, sandbox.work)).rejects.toMatchObject({
      parts: { mend: expect.stringContaining('small-0, small-1, gateway') },
    })
  })

  it('say what to do instead where this machine has nothing for them', async () => {
    const { target, work } = sandbox
    await expect(target.restart('lab', {}, work)).rejects.toMatchObject({ parts: { command: 'fairlead up' } })
    await expect(target.scale('lab', { model: 'small', replicas: 3 }, work)).rejects.toMatchObject({
      parts: { mend: expect.stringContaining('`replicas: 3`') },
    })
    await expect(target.rollback('lab', {}, work)).rejects.toMatchObject({
      parts: { command: 'fairlead down lab && fairlead up' },
    })
    expect(await target.revisions('lab', sandbox.environment)).toEqual([])
  })
})
