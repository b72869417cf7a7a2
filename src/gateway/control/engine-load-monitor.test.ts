import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { simulatedEngine } from '../../engines/simulated/index.ts'
import type { ReplicaHandle } from '../data-plane/replica-handle.ts'
import type { UpstreamHandler } from '../data-plane/upstream/contract.ts'
import { handleAt } from '../testing/handle-at.ts'
import { EngineLoadMonitor } from './engine-load-monitor.ts'

/** A replica whose engine answers when a test says, and what it was asked. */
function askable() {
  const asked: UpstreamHandler[] = []
  let aborted = 0
  const handle = handleAt(1, (_request, handler) => {
    asked.push(handler)
    return { pause: () => {}, resume: () => {}, abort: () => (aborted += 1) }
  })
  handle.isReady = true
  const tell = (running: number, waiting: number, status = 200) => {
    const last = asked.at(-1)
    last?.onHead(status, [])
    last?.onData(Buffer.from(`vllm:num_requests_running 0\nvllm:num_requests_running{engine="1"} ${running}\n`))
    last?.onData(Buffer.from(`vllm:num_requests_waiting ${waiting}\n`))
    last?.onEnd()
  }
  return { handle, asked, tell, aborted: () => aborted }
}

function watch(handle: ReplicaHandle, how: { isShared?: boolean; isHeeded?: boolean; isCacheWeighed?: boolean } = {}) {
  return watchAll([handle], how)
}

function watchAll(
  replicas: readonly ReplicaHandle[],
  { isShared = true, isHeeded = false, isCacheWeighed = false } = {},
) {
  const told: number[] = []
  const monitor = new EngineLoadMonitor({
    replicas: () => replicas,
    sourceOf: () => ({ path: '/metrics', parse: (text) => simulatedEngine.parseLoad(text) }),
    isScaled: () => false,
    isShared: () => isShared,
    isHeeded: () => isHeeded,
    isCacheWeighed: () => isCacheWeighed,
    onChange: ({ foreign }) => told.push(foreign.requests),
  })
  return { monitor, told, changed: () => told.length }
}

beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }))
afterEach(() => vi.useRealTimers())

// proves C4 (real part)
describe('what others have at a replica', () => {
  it('is what its engine runs and has waiting beyond what is own, counted when it is asked or when it answers', () => {
    const { handle, tell, asked } = askable()
    const { monitor, told } = watch(handle)
    const permit = handle.acquire(Infinity)
    vi.advanceTimersByTime(500)
    expect(asked).toHaveLength(1)
    handle.acquire(Infinity)
    permit?.release()
    handle.acquire(Infinity)
    tell(4, 4)
    expect([handle.foreign, handle.inFlight, handle.ownRequests, told]).toEqual([
      { requests: 6, waiting: 3 },
      8,
      2,
      [6],
    ])
    monitor.close()
  })

  it('counts no more once its engine has not told for a while, and no sooner', () => {
    const { handle, tell, asked, aborted } = askable()
    const { monitor, told } = watch(handle)
    vi.advanceTimersByTime(500)
    tell(5, 0)
    vi.advanceTimersByTime(500)
    tell(9, 0, 503)
    expect(handle.foreign.requests).toBe(5)
    vi.advanceTimersByTime(2_500)
    expect([handle.foreign.requests, aborted()]).toEqual([5, 1])
    vi.advanceTimersByTime(500)
    expect([handle.foreign.requests, told]).toEqual([0, [5, 0]])
    // It is asked again and again, one question at a time.
    expect(asked).toHaveLength(4)
    tell(2, 0)
    expect(handle.foreign.requests).toBe(2)
    monitor.close()
  })

  it('counts no more once it is not reachable', () => {
    const { handle, tell } = askable()
    const { monitor } = watch(handle)
    vi.advanceTimersByTime(500)
    tell(5, 0)
    handle.isReady = false
    vi.advanceTimersByTime(500)
    expect(handle.foreign.requests).toBe(0)
    monitor.close()
  })

  it('comes with how much its cache holds, which stays known, and is told when it changes', () => {
    const { handle, asked, tell } = askable()
    const { monitor, changed } = watch(handle, { isShared: false, isCacheWeighed: true })
    const answer = (tokens: number) => {
      const last = asked.at(-1)
      last?.onHead(200, [])
      last?.onData(Buffer.from(`vllm:cache_config_info{kv_cache_size_tokens="${tokens}"} 1\n`))
      last?.onEnd()
    }
    vi.advanceTimersByTime(2_000)
    answer(5000)
    expect([handle.told.kvCacheTokens, handle.reported, changed()]).toEqual([5000, null, 1])
    vi.advanceTimersByTime(2_000)
    tell(0, 0, 503)
    expect([handle.told.kvCacheTokens, changed()]).toEqual([5000, 1])
    vi.advanceTimersByTime(2_000)
    answer(300)
    expect([handle.told.kvCacheTokens, changed(), asked.length]).toEqual([300, 2, 3])
    monitor.close()
  })

  it('comes with how full it is, and how long ago that was', () => {
    const { handle, tell } = askable()
    const { monitor } = watch(handle, { isShared: false, isCacheWeighed: true })
    vi.advanceTimersByTime(2_000)
    tell(3, 2)
    expect(handle.reported).toMatchObject({ running: 3, waiting: 2, kvCacheUsage: 0, ageMs: 0 })
    vi.advanceTimersByTime(2_000)
    tell(0, 0, 503)
    vi.advanceTimersByTime(500)
    expect(handle.reported).toMatchObject({ running: 3, ageMs: 2_500 })
    monitor.close()
  })

  it('is asked for at every turn where the queue of its model goes by it, and what others have there counts no more', () => {
    const { handle, tell, asked } = askable()
    const { monitor } = watch(handle, { isShared: false, isHeeded: true })
    for (const turn of [1, 2, 3]) {
      vi.advanceTimersByTime(500)
      expect(asked).toHaveLength(turn)
      tell(3, 7)
      expect(handle.reported).toMatchObject({ running: 3, waiting: 7, ageMs: 0 })
    }
    expect(handle.foreign.requests).toBe(0)
    monitor.close()
  })

  it('is asked for in turn where there are many, a few at once, and of few every 2 s', () => {
    for (const [count, turns] of [
      [208, 13],
      [64, 4],
      [3, 4],
    ] as const) {
      const replicas = Array.from({ length: count }, askable)
      const { monitor } = watchAll(
        replicas.map(({ handle }) => handle),
        { isShared: false, isCacheWeighed: true },
      )
      const questions = () => replicas.map(({ asked }) => asked.length)
      for (const round of [1, 2]) {
        for (let turn = 0; turn < turns; turn += 1) {
          const before = questions().reduce((total, each) => total + each, 0)
          vi.advanceTimersByTime(500)
          expect(questions().reduce((total, each) => total + each, 0) - before).toBeLessThanOrEqual(16)
          for (const { asked, tell } of replicas) if (asked.length > 0) tell(0, 0)
        }
        expect(questions()).toEqual(replicas.map(() => round))
      }
      monitor.close()
    }
  })

  it('is not asked for where nobody else sends requests', () => {
    const { handle, asked } = askable()
    const { monitor } = watch(handle, { isShared: false })
    vi.advanceTimersByTime(10_000)
    expect(asked).toHaveLength(0)
    monitor.close()
  })
})
