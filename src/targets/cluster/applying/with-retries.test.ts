import { describe, expect, it } from 'vitest'
import { ClusterError } from '../../../kubernetes/index.ts'
import { inParallel } from '../objects/in-parallel.ts'
import { withRetries } from './with-retries.ts'

const failure = (reason: 'unreachable' | 'forbidden') => new ClusterError({ reason, message: reason })
const never = new AbortController().signal

const away = () => Promise.reject(failure('unreachable'))

describe('withRetries', () => {
  it('goes on when a server that was away is back', async () => {
    let asked = 0
    const waits: string[] = []
    const work = async () => {
      asked += 1
      if (asked < 3) throw failure('unreachable')
      return 'applied'
    }
    expect(await withRetries(work, never, (reason) => waits.push(reason))).toBe('applied')
    expect(waits).toEqual(['unreachable', 'unreachable'])
  })

  it('does not repeat what the server refuses', async () => {
    let asked = 0
    const work = async () => {
      asked += 1
      throw failure('forbidden')
    }
    await expect(withRetries(work, never)).rejects.toMatchObject({ reason: 'forbidden' })
    expect(asked).toBe(1)
  })

  it('ends with its signal while it waits', async () => {
    const ending = new AbortController()
    await expect(withRetries(away, ending.signal, () => ending.abort())).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('inParallel', () => {
  it('keeps order and width', async () => {
    let running = 0
    let most = 0
    const results = await inParallel([5, 1, 3, 2, 4], 2, async (item) => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      return item * 10
    })
    expect(results).toEqual([50, 10, 30, 20, 40])
    expect(most).toBe(2)
  })

  it('begins nothing after a failure, and waits for what has begun', async () => {
    const begun: number[] = []
    const ended: number[] = []
    const work = async (item: number) => {
      begun.push(item)
      if (item === 1) throw new Error('first')
      await new Promise((resolve) => setImmediate(resolve))
      ended.push(item)
    }
    await expect(inParallel([1, 2, 3, 4], 2, work)).rejects.toThrow('first')
    expect(begun).toEqual([1, 2])
    expect(ended).toEqual([2])
  })
})
