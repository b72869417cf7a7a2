import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { UserError } from '../errors/index.ts'
import type { SecretState, Target } from '../operate/index.ts'
import { fakeTarget } from './testing/fake-target.ts'
import { runCli, type RunOptions } from './testing/run-in-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-secrets-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
writeFileSync(
  join(folder, 'fleet.yaml'),
  'name: demo\nmodels: [{ name: llama, engine: simulated }]\naccess: { anonymous: true }\ntargets: { default: kubernetes }\n',
)
writeFileSync(
  join(folder, 'here.yaml'),
  'name: here\nmodels: [{ name: llama, engine: simulated }]\naccess: { keys: [{ name: a, value: { file: a.key } }] }\n',
)

const token: SecretState = {
  name: 'HF_TOKEN',
  kind: 'value',
  place: 'key HF_TOKEN of Secret demo-secrets in namespace llm',
  object: { namespace: 'llm', name: 'demo-secrets', key: 'HF_TOKEN' },
  uses: [{ path: 'models[0].token', line: 3, readers: ['llama'], pickup: 'restart' }],
  isRead: true,
  state: 'absent',
  detail: 'there is no Secret demo-secrets in namespace llm',
}
const aliceKey: SecretState = {
  ...token,
  name: 'keys',
  key: 'alice',
  kind: 'api-key',
  place: 'key alice of Secret keys in namespace llm',
  uses: [{ path: 'access.keys[0].value', line: 5, readers: ['gateway'], pickup: 'reload' }],
  state: 'present',
  detail: '',
}

/** Runs a command line over a target that keeps what it is given. */
async function over(line: string, options: RunOptions = {}, answers: Partial<Target> = {}) {
  const written: string[] = []
  const fake = fakeTarget({
    secrets: async () => [token, aliceKey],
    setSecret: async (_source, { name, value }) => {
      const secret = name === 'keys' ? aliceKey : token
      written.push(await value(secret))
      return { secret, replaced: true, notes: [] }
    },
    ...answers,
  })
  const env = { HOME: folder, PATH: '' }
  const result = await runCli(line.split(' '), { cwd: folder, env, ...options, findTarget: fake.find })
  const request = fake.asked.find(([verb]) => verb === 'setSecret')?.[2]
  return { ...result, ...fake, written, request, verbs: fake.asked.map(([verb]) => verb) }
}

// proves B7 (real part)
describe('fairlead secrets check', () => {
  it('shows each secret with its place and its line, and how an absent one is set; the answer is no', async () => {
    const { code, stdout, isClosed } = await over('secrets check')
    expect(code).toBe(2)
    expect(stdout).toMatchInlineSnapshot(`
      "SECRET      STATE    READ BY  WHERE                                                 FLEET
      HF_TOKEN    absent   llama    key HF_TOKEN of Secret demo-secrets in namespace llm  models[0].token (line 3)
      keys alice  present  gateway  key alice of Secret keys in namespace llm             access.keys[0].value (line 5)

      absent HF_TOKEN: there is no Secret demo-secrets in namespace llm
          fairlead secrets set HF_TOKEN
      "
    `)
    expect(isClosed()).toBe(true)
    const json = JSON.parse((await over('secrets check --json')).stdout)
    expect(json).toMatchObject({
      fleet: 'demo',
      target: 'kubernetes',
      secrets: [{ state: 'absent' }, { state: 'present' }],
    })
  })

  it('is content where all are there, and where there are none', async () => {
    expect((await over('secrets check', {}, { secrets: async () => [aliceKey] })).code).toBe(0)
    const none = await over('secrets check', {}, { secrets: async () => [] })
    expect([none.code, none.stdout]).toEqual([0, 'Fleet demo refers to no secret.\n'])
  })
})

// proves B7 (real part)
describe('fairlead secrets set', () => {
  it.each([
    ['secrets set HF_TOKEN', { name: 'HF_TOKEN', force: false }],
    ['secrets set HF_TOKEN fleet.yaml', { name: 'HF_TOKEN' }],
    ['secrets set keys alice', { name: 'keys', key: 'alice' }],
    ['secrets set keys alice.yaml ./fleet.yaml --force-conflicts', { name: 'keys', key: 'alice.yaml', force: true }],
  ])('knows name, key and Fleet: %s', async (line, expected) => {
    const { code, request, written } = await over(line, { stdin: 'hf_0123456789abcdef\n' })
    expect(code).toBe(0)
    expect(request).toMatchObject(expected)
    expect((request as { key?: string }).key).toBe('key' in expected ? expected.key : undefined)
    expect(written).toEqual(['hf_0123456789abcdef'])
  })

  it('asks a person without showing what is typed, and takes deletions', async () => {
    const stdin = new PassThrough()
    const running = over('secrets set HF_TOKEN', { stdin, isTerminal: true })
    stdin.write('hf_MARKx\u007F\r')
    const { code, stdout, stderr, written } = await running
    expect([code, written]).toEqual([0, ['hf_MARK']])
    expect(stderr).toContain('Value of HF_TOKEN, which is not shown as you type:')
    expect(stdout + stderr).not.toContain('MARK')
  })

  it.each([['\u0003'], ['\u0004']])('changes nothing where a person types %j', async (typed) => {
    const stdin = new PassThrough()
    const running = over('secrets set HF_TOKEN', { stdin, isTerminal: true })
    stdin.write(typed)
    const { code, written, stderr } = await running
    expect([code, written]).toEqual([130, []])
    expect(stderr).toContain('Nothing was changed')
  })

  it('ends when it is told to while it waits for the pipe', async () => {
    const stopping = new AbortController()
    const running = over('secrets set HF_TOKEN', { stdin: new PassThrough(), signal: stopping.signal })
    setTimeout(() => stopping.abort({ kind: 'stop', cause: 'SIGTERM' }), 200)
    const { code, written } = await running
    expect([code, written]).toEqual([143, []])
  })

  it('stops reading a pipe that does not end', async () => {
    const stdin = new PassThrough()
    const running = over('secrets set HF_TOKEN', { stdin })
    const pouring = setInterval(() => stdin.write('MARK'.repeat(16 * 1024)), 1)
    const { code, stderr } = await running
    clearInterval(pouring)
    expect(code).toBe(1)
    expect(stderr).toContain('It has more than 65536 bytes')
    expect(stderr).not.toContain('MARK')
  })

  it('says who has to start anew for it, and has no value in its document', async () => {
    const { stdout, stderr } = await over('secrets set HF_TOKEN', { stdin: 'hf_MARK' })
    expect(stdout).toBe('replaced HF_TOKEN: key HF_TOKEN of Secret demo-secrets in namespace llm\n')
    expect(stderr).toContain('llama reads it when it starts: fairlead restart llama --fleet demo --target kubernetes')
    const json = await over('secrets set HF_TOKEN --json', { stdin: 'hf_MARK' })
    expect(JSON.parse(json.stdout)).toMatchObject({ replaced: true, secret: { name: 'HF_TOKEN' } })
    expect(json.stdout).not.toContain('MARK')
  })

  it('takes no value as an argument', async () => {
    expect((await over('secrets set HF_TOKEN key fleet.yaml hf_value')).code).toBe(64)
  })
})

// proves B7 (real part)
describe('fairlead secrets rotate', () => {
  it('makes a key and prints it once, alone on standard output', async () => {
    const { code, stdout, stderr, written, verbs } = await over('secrets rotate keys alice --restart')
    expect(code).toBe(0)
    expect(written).toHaveLength(1)
    expect(stdout).toBe(`${written[0]}\n`)
    expect(stderr).not.toContain(written[0])
    expect(stderr).toContain('gateway follows it and takes it within two minutes')
    // Who follows it need not start anew.
    expect(verbs).toEqual(['setSecret', 'close'])
  })

  it('asks for the value of another’s secret, and starts its readers anew only when told to', async () => {
    const calm = await over('secrets rotate HF_TOKEN', { stdin: 'hf_new' })
    expect([calm.written, calm.verbs]).toEqual([['hf_new'], ['setSecret', 'close']])
    const { asked, stdout, stderr } = await over('secrets rotate HF_TOKEN --restart', { stdin: 'hf_new' })
    expect(asked.find(([verb]) => verb === 'restart')?.slice(1, 3)).toEqual(['demo', { subject: 'llama' }])
    expect(stdout).toBe('rotated HF_TOKEN: key HF_TOKEN of Secret demo-secrets in namespace llm\n')
    expect(stderr).toContain('restarted llama-0')
    const json = JSON.parse((await over('secrets rotate HF_TOKEN --restart --json', { stdin: 'hf_new' })).stdout)
    expect(json).toMatchObject({ restarted: ['llama-0', 'llama-1'] })
    expect(json).not.toHaveProperty('made')
  })

  it('tells the key that it made even where the restart fails', async () => {
    const both: SecretState = { ...aliceKey, uses: [...aliceKey.uses, ...token.uses] }
    const { code, stdout } = await over(
      'secrets rotate keys alice --restart',
      {},
      {
        setSecret: async (_source, { value }) => ({ secret: both, replaced: Boolean(await value(both)), notes: [] }),
        restart: () => Promise.reject(new UserError({ what: 'It cannot be restarted' })),
      },
    )
    expect(code).toBe(1)
    expect(stdout).toMatch(/^sk-[0-9a-f]{48}\n$/)
  })

  it('writes the file of a Fleet on this machine', async () => {
    const env = { HOME: folder, PATH: '' }
    const { code, stdout } = await runCli(['secrets', 'rotate', 'a.key', 'here.yaml'], { cwd: folder, env })
    expect(code).toBe(0)
    expect(readFileSync(join(folder, 'a.key'), 'utf8')).toBe(stdout)
  })
})
