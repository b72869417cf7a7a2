import { createAccessLog, createLogger } from '../../observe/index.ts'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPaint } from '../console/index.ts'
import { runCli } from '../testing/run-in-process.ts'
import { renderLogLine } from './render-log-line.ts'

const paint = createPaint(false)
/** What the gateway's own logger writes. */
function written(write: (logger: ReturnType<typeof createLogger>) => void): readonly string[] {
  let text = ''
  write(createLogger({ name: 'gateway', level: 'debug', destination: { write: (piece) => void (text += piece) } }))
  return text.trimEnd().split('\n')
}
/** Lines without the time that starts them, which is this moment's. */
const untimed = (lines: readonly string[]) =>
  lines.map((line) => renderLogLine(line, paint).replace(/^\d{2}:\d{2}:\d{2} /, ''))

const request = {
  requestId: 'r1',
  method: 'POST',
  path: '/v1/chat/completions',
  status: 200,
  reason: '',
  model: 'smollm2',
  replica: 'smollm2-0',
  client: '',
  remoteAddress: '127.0.0.1',
  attempts: 1,
  durationMs: 412.345,
  bytesIn: 10,
  bytesOut: 20,
}

describe('a log line for people', () => {
  it('tells requests below each other, with the reason of a refusal', () => {
    const lines = written((logger) => {
      const log = createAccessLog(logger)
      log(request)
      log({ ...request, method: 'GET', path: '/v1/models', model: '', replica: '', durationMs: 0.4 })
      log({ ...request, status: 503, reason: 'no_ready_replica', replica: '', durationMs: 10_001.2 })
    })
    expect(untimed(lines)).toMatchInlineSnapshot(`
      [
        "200 POST /v1/chat/completions smollm2      smollm2-0         412 ms",
        "200 GET  /v1/models           -            -                   0 ms",
        "503 POST /v1/chat/completions smollm2      -               10001 ms no_ready_replica",
      ]
    `)
  })

  it('tells what happened, and to whom', () => {
    const lines = written((logger) => {
      logger.info('gateway is draining')
      logger.warn({ replica: 'smollm2-0', problem: 'exited with code 1' }, 'replica is not ready')
      logger.error({ err: new Error('it broke') }, 'a request failed')
    })
    expect(untimed(lines)).toMatchInlineSnapshot(`
      [
        "INFO  gateway is draining",
        "WARN  replica is not ready  replica=smollm2-0 problem=exited with code 1",
        "ERROR a request failed  err=it broke",
      ]
    `)
  })

  it('has the time of day where the person is', () => {
    const at = new Date(2026, 0, 2, 12, 34, 56)
    const line = JSON.stringify({ level: 'info', time: at.toISOString(), msg: 'hello' })
    expect(renderLogLine(line, paint)).toBe('12:34:56 INFO  hello')
  })

  it('lets no client steer the terminal with a path of its own', () => {
    const [line = ''] = written((logger) => createAccessLog(logger)({ ...request, path: '/\u001B[2Jx\ny' }))
    // oxlint-disable-next-line no-control-regex
    expect(renderLogLine(line, paint)).not.toMatch(/[\u0000-\u001F]/)
  })

  it.each([
    'llama_model_loader: loaded',
    '{"level":30,"msg":"x"}',
    '{"broken',
    '[]',
    '',
    '{"level":"info","time":"x","msg":""}',
  ])('stays as it is when it is none of ours: %j', (line) => expect(renderLogLine(line, paint)).toBe(line))
})

describe('`fairlead logs`', () => {
  let state = ''
  const line = JSON.stringify({ level: 'info', time: new Date(2026, 0, 2, 12, 34, 56).toISOString(), msg: 'hello' })
  const logs = async (isTerminal: boolean, ...more: readonly string[]) => {
    const env = { HOME: state, XDG_STATE_HOME: state, NO_COLOR: '1' }
    return (await runCli(['logs', '--fleet', 'lab', ...more], { isTerminal, env })).stdout
  }
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'fairlead-logs-'))
    mkdirSync(join(state, 'fairlead', 'lab', 'logs'), { recursive: true })
    writeFileSync(join(state, 'fairlead', 'lab', 'logs', 'gateway.log'), `${line}\n`)
  })
  afterEach(() => rmSync(state, { recursive: true, force: true }))

  it('shows people words, and gives scripts the lines as they were written', async () => {
    expect(await logs(true)).toBe('gateway 12:34:56 INFO  hello\n')
    expect(await logs(true, '--raw')).toBe(`gateway ${line}\n`)
    expect(await logs(false)).toBe(`gateway ${line}\n`)
    expect(JSON.parse(await logs(true, '--json'))).toEqual([{ source: 'gateway', text: line }])
  })
})
