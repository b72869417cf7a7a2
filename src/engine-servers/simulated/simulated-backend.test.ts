import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { parseSettings } from './settings.ts'
import { SimulatedBackend } from './simulated-backend.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('loads for as long as it is told, where a timer of more than 24 days fires at once', async () => {
  const settings = parseSettings(JSON.stringify({ loadTime: 2 ** 31 }))
  const backend = new SimulatedBackend({ modelNames: ['m'], contextLength: 4096, settings })
  await vi.advanceTimersByTimeAsync(86_400_000)
  expect(backend.state()).toBe('loading')
  await backend.close()
})
