import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FleetStatus } from '../contract.ts'
import { ownParts } from './parts.ts'
import { createLocalTarget } from './target.ts'
import { Sandbox } from './testing/sandbox.ts'
import { silentProgress } from './testing/silent-progress.ts'
import { standInParts } from './testing/stand-in-parts.ts'

let sandbox: Sandbox
beforeEach(() => {
  sandbox = new Sandbox()
})
afterEach(() => sandbox.close())

describe('our own engines under the supervisor', () => {
  it('start with the flags of their engine, answer, and end in order', { timeout: 60_000 }, async () => {
    const { gateway } = standInParts.programs
    const target = createLocalTarget({ ...ownParts, programs: { ...ownParts.programs, gateway } })
    const source = sandbox.fleet({ models: [{ name: 'fake', engine: 'simulated', replicas: 2 }] })
    const { actions: planned } = await target.plan(source, sandbox.environment)
    expect(planned.map(({ verb, subject }) => `${verb} ${subject}`)).toEqual([
      'start gateway',
      'start replica fake-0',
      'start replica fake-1',
    ])
    const stopping = new AbortController()
    const ready = Promise.withResolvers<FleetStatus>()
    const running = target.apply(source, {
      environment: sandbox.environment,
      progress: silentProgress(),
      signal: stopping.signal,
      onReady: ready.resolve,
    })
    const { replicas } = await Promise.race([ready.promise, running.then(() => Promise.reject(new Error('ended')))])
    for (const { address } of replicas) {
      const answer = await fetch(`${address}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'fake', max_tokens: 4, messages: [{ role: 'user', content: 'hello' }] }),
      })
      expect(await answer.json()).toMatchObject({ object: 'chat.completion', model: 'fake' })
    }
    stopping.abort()
    await running
    expect(await sandbox.target.list(sandbox.environment)).toEqual([])
  })
})
