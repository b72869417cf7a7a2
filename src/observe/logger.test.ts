import { describe, expect, it } from 'vitest'
import { createAccessLog } from './access-log.ts'
import { createLogger } from './logger.ts'

function capture() {
  const lines: string[] = []
  return { lines, destination: { write: (line: string) => void lines.push(line) } }
}

const record = {
  requestId: 'r-1',
  method: 'POST',
  path: '/v1/chat/completions',
  status: 200,
  reason: '',
  model: 'm',
  replica: 'm-0',
  client: 'alice',
  remoteAddress: '127.0.0.1',
  attempts: 1,
  durationMs: 12.5,
  bytesIn: 10,
  bytesOut: 20,
}

// proves E5 (real part)
describe('the logger', () => {
  it('hides keys and prompts wherever an object carries them', () => {
    const { lines, destination } = capture()
    const logger = createLogger({ destination })
    logger.info({
      headers: { authorization: 'Bearer sk-secret', 'x-api-key': 'sk-secret' },
      body: { prompt: 'sk-secret' },
    })
    logger.info({ request: { headers: { authorization: 'sk-secret' } }, key: 'sk-secret' }, 'deep')
    expect(lines.join('')).not.toContain('sk-secret')
    expect(lines).toHaveLength(2)
  })

  it('writes to standard output where nothing else is said', () => {
    expect(createLogger({ level: 'warn' }).level).toBe('warn')
  })

  it('writes one JSON line for each request, louder for failures', () => {
    const { lines, destination } = capture()
    const log = createAccessLog(createLogger({ destination, name: 'gateway' }))
    log(record)
    log({ ...record, status: 502, reason: 'upstream_died' })
    const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(first).toMatchObject({ level: 'info', name: 'gateway', msg: 'request', ...record })
    expect(second).toMatchObject({ level: 'warn', reason: 'upstream_died' })
  })

  it('writes lines that any JSON reader takes, whatever a path holds', () => {
    const { lines, destination } = capture()
    const log = createAccessLog(createLogger({ destination }))
    const odd = { ...record, path: '/"\\\u0001é\u2028', ttftMs: 1.5, inputTokens: 3, outputTokens: 4 }
    log(odd)
    const parsed = JSON.parse(lines.join('')) as Record<string, unknown>
    expect(parsed).toMatchObject({ level: 'info', msg: 'request', ...odd })
    expect(new Date(String(parsed['time'])).toISOString()).toBe(parsed['time'])
    log({ ...odd, ttftMs: undefined })
    expect(JSON.parse(lines.at(-1) ?? '')).not.toHaveProperty('ttftMs')
  })

  it('writes a share of what went well, evenly, and everything that failed; or nothing', () => {
    const { lines, destination } = capture()
    const sampled = createAccessLog(createLogger({ destination }), { sample: 0.1 })
    for (let count = 0; count < 100; count += 1) sampled(record)
    expect(lines).toHaveLength(10)
    sampled({ ...record, status: 429, reason: 'rate_limited' })
    expect(lines).toHaveLength(11)
    createAccessLog(createLogger({ destination }), { isOn: false })({ ...record, reason: 'internal' })
    createAccessLog(createLogger({ destination, level: 'error' }))(record)
    expect(lines).toHaveLength(11)
  })
})
