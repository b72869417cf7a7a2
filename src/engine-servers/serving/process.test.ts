import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { startSimulated } from './testing/index.ts'

const main = fileURLToPath(new URL('../simulated/main.ts', import.meta.url))

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Starts an engine process as the supervisor does and waits until it listens. */
async function start(settings: object = {}, flags: readonly string[] = []) {
  const child = fork(main, ['--model=sim', `--settings=${JSON.stringify(settings)}`, ...flags], { stdio: 'pipe' })
  children.push(child)
  const [message] = (await once(child, 'message')) as [{ type: string; host: string; port: number }]
  return { child, message, url: `http://127.0.0.1:${message.port}` }
}

/** Runs an engine process to its end; what it says on standard error and its exit code. */
async function runToEnd(flags: readonly string[]): Promise<{ exitCode: unknown; stderr: string }> {
  const child = spawn(process.execPath, [main, ...flags])
  children.push(child)
  let stderr = ''
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
  const [exitCode] = await once(child, 'close')
  return { exitCode, stderr }
}

function ask(url: string, body: object): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], stream: true, ...body }),
  })
}

describe('an engine process', () => {
  it('tells its parent the free port that it got', async () => {
    const { message, url } = await start()
    expect(message).toEqual({ type: 'listening', host: '127.0.0.1', port: expect.any(Number) })
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })

  it('on SIGTERM finishes the running answer, then exits 0', async () => {
    const { child, url } = await start({ tokensPerSecond: 50 })
    const response = await ask(url, { max_tokens: 25, ignore_eos: true })
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await response.text()).toMatch(/"finish_reason":"length"[^]*\[DONE\]/)
    expect(await exited).toEqual([0, null])
  })

  it('on SIGTERM cuts what outlasts the grace period', async () => {
    const { child, url } = await start({ tokensPerSecond: 10 }, ['--grace-ms=50'])
    const response = await ask(url, { max_tokens: 4000, ignore_eos: true })
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await expect(response.text()).rejects.toThrow('terminated')
    expect(await exited).toEqual([0, null])
  })

  it('on a second signal exits at once', async () => {
    const { child, url } = await start({ tokensPerSecond: 10 })
    const response = await ask(url, { max_tokens: 4000, ignore_eos: true })
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    while ((await fetch(`${url}/health`)).status !== 503) continue
    child.kill('SIGTERM')
    await expect(response.text()).rejects.toThrow('terminated')
    expect(await exited).toEqual([143, null])
  })

  it('ends with its parent’s channel, so that a killed supervisor leaves no orphan', async () => {
    const { child } = await start({ loadTime: 600_000 })
    const exited = once(child, 'exit')
    child.disconnect()
    expect(await exited).toEqual([1, null])
  })

  it('names the taken port and how to find who has it', async () => {
    const other = await startSimulated()
    const { exitCode, stderr } = await runToEnd(['--model=sim', `--port=${other.port}`])
    await other.close()
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`error: The port ${other.port} is taken.`)
    expect(stderr).toContain(`ss -ltnp 'sport = :${other.port}'`)
  })

  it('refuses an address that is not of this machine in a sentence', async () => {
    const { exitCode, stderr } = await runToEnd(['--model=sim', '--host=192.0.2.1'])
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^error: The engine cannot listen on this address\./)])
  })

  it.each([
    [[], /--model NAME is missing/],
    [['--model=sim', '--port=99999'], /--port takes a whole number from 0 to 65535, not "99999"/],
    [['--model=sim', '--context=0'], /--context takes/],
    [['--model=sim', '--colour=red'], /--colour/],
    [['--model=sim', '--settings={"ttft":'], /--settings takes/],
    [['--model=sim', '--settings={"ttft":-1}'], /ttft: /],
    [['--model=sim', '--settings={"speed":1}'], /speed/],
  ])('refuses the flags %j with exit code 64', async (flags, message) => {
    expect(await runToEnd(flags)).toEqual({ exitCode: 64, stderr: expect.stringMatching(message) })
  })
})
