import { describe, expect, it } from 'vitest'
import { fleetSchema } from '../../fleet/index.ts'
import { isLogOf, localReplicas, threadsOf } from './replica-names.ts'

const fleetOf = (...models: { name: string; replicas?: number; engine?: string; threads?: number }[]) =>
  fleetSchema.parse({ name: 'lab', models: models.map((model) => Object.assign({ engine: 'simulated' }, model)) })
const ids = (...models: Parameters<typeof fleetOf>) => localReplicas(fleetOf(...models)).map(({ id }) => id)

describe('replicas on this machine', () => {
  it('are numbered a model, in the order of the file', () => {
    expect(ids({ name: 'b', replicas: 2 }, { name: 'a' })).toEqual(['b-0', 'b-1', 'a-0'])
  })
  it('leave out external models and those scaled to zero', () => {
    expect(ids({ name: 'far', engine: 'external' }, { name: 'none', replicas: 0 }, { name: 'a' })).toEqual(['a-0'])
  })
  it('have ids that are file names, and stay apart when two models look alike as such', () => {
    expect(ids({ name: 'org/m:1' }, { name: 'org-m-1' })).toEqual(['org-m-1-0', 'org-m-1-2x-0'])
  })
})

const modelWith = (threads?: number) => {
  const [found] = fleetOf(threads === undefined ? { name: 'a' } : { name: 'a', threads }).models
  if (found === undefined) throw new Error('no model')
  return found
}

describe('threads of a replica', () => {
  it.each([
    { cores: 8, replicas: 1, threads: undefined, expected: 7 },
    { cores: 8, replicas: 3, threads: undefined, expected: 2 },
    { cores: 2, replicas: 5, threads: undefined, expected: 1 },
    { cores: 2, replicas: 5, threads: 4, expected: 4 },
  ])('$cores cores, $replicas replicas: $expected', ({ cores, replicas, threads, expected }) => {
    expect(threadsOf(modelWith(threads), cores, replicas)).toBe(expected)
  })
})

describe('logs by what a person asks for', () => {
  const running = new Map([['org-m-1-2x-0', 'org-m-1']])
  it.each([
    { source: 'gateway', subject: 'gateway', expected: true },
    { source: 'a-0', subject: 'a-0', expected: true },
    { source: 'a-11', subject: 'a', expected: true },
    { source: 'a-b-0', subject: 'a', expected: false },
    { source: 'org-m-1-0', subject: 'org/m:1', expected: true },
    { source: 'org-m-1-2x-0', subject: 'org-m-1', expected: true },
    { source: 'gateway', subject: 'a', expected: false },
  ])('$subject and the log $source: $expected', ({ source, subject, expected }) => {
    expect(isLogOf(source, subject, running)).toBe(expected)
  })
})
