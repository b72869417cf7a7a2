import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCli } from './testing/run-in-process.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-lint-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (path: string, text: string | Uint8Array) => {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), text)
}
const lint = (...args: string[]) => runCli(['lint', ...args], { cwd: folder })

const dead = 'vllm serve Qwen/Qwen3-8B \\\n  --swap-space 4 \\\n  --max-model-len 8192\n'

describe('fairlead lint', () => {
  // proves A10 (real part)
  it('prints exactly one JSON array of findings, with exit code 2 for errors', async () => {
    write('start.sh', dead)
    const { code, stdout } = await lint('--format', 'json', 'start.sh')
    expect(code).toBe(2)
    const findings: unknown = JSON.parse(stdout)
    expect(findings).toMatchObject([
      { rule: 'engine-removed-flag', severity: 'error', file: 'start.sh', line: 2, column: 3 },
    ])
    expect(Object.keys((findings as object[])[0] ?? {}).sort()).toEqual(
      ['column', 'file', 'fix', 'line', 'message', 'rule', 'severity', 'why'].sort(),
    )
  })

  it('says when a file that was named is nothing that it reads, so that nobody takes it for checked', async () => {
    write('notes.txt', 'Remember the milk.\n')
    write('start.sh', 'vllm serve Qwen/Qwen3-8B\n')
    const { code, stderr } = await lint('notes.txt', 'start.sh')
    expect(code).toBe(0)
    expect(stderr).toContain('notes.txt is of no kind that lint reads.')
    expect(stderr).not.toContain('start.sh')
  })

  it('prints an empty array, with exit code 0, where nothing is wrong', async () => {
    write('start.sh', 'vllm serve Qwen/Qwen3-8B\n')
    const { code, stdout } = await lint('--json', '.')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual([])
  })

  it('walks folders, past what is no manifest', async () => {
    write('deploy/a/start.sh', dead)
    write('node_modules/x/start.sh', dead)
    write('photo.png', new Uint8Array([0x89, 0x50, 0, 0]))
    symlinkSync(folder, join(folder, 'deploy', 'loop'))
    const { stdout } = await lint('--json', '.')
    expect((JSON.parse(stdout) as { file: string }[]).map(({ file }) => file)).toEqual(['deploy/a/start.sh'])
  })

  it('counts warnings only with --strict', async () => {
    write('start.sh', 'vllm serve x/y --trust-remote-code\n')
    expect((await lint('.')).code).toBe(0)
    expect((await lint('--strict', '.')).code).toBe(2)
  })

  // proves A10 (real part)
  it('mends in place, keeps the mode of the file, and is done the second time', async () => {
    write('start.sh', dead)
    const { mode } = statSync(join(folder, 'start.sh'))
    const first = await lint('--fix', 'start.sh')
    expect(first.code).toBe(0)
    expect(first.stderr).toContain('Mended start.sh')
    const mended = 'vllm serve Qwen/Qwen3-8B \\\n  --max-model-len 8192\n'
    expect(readFileSync(join(folder, 'start.sh'), 'utf8')).toBe(mended)
    expect(statSync(join(folder, 'start.sh')).mode).toBe(mode)
    expect((await lint('--fix', 'start.sh')).stderr).not.toContain('Mended')
  })

  it('keeps Windows line ends when it mends', async () => {
    write('start.sh', dead.replaceAll('\n', '\r\n'))
    await lint('--fix', 'start.sh')
    expect(readFileSync(join(folder, 'start.sh'), 'utf8')).toBe(
      'vllm serve Qwen/Qwen3-8B \\\r\n  --max-model-len 8192\r\n',
    )
  })

  it('leaves a file of another encoding as it is, and says so', async () => {
    const bytes = Buffer.concat([Buffer.from('# J\xfcrgen\n', 'latin1'), Buffer.from(dead)])
    write('start.sh', bytes)
    const { stderr } = await lint('--fix', 'start.sh')
    expect(stderr).toContain('not plain UTF-8')
    expect(readFileSync(join(folder, 'start.sh'))).toEqual(bytes)
  })

  it('reads suppressions of the folder', async () => {
    write('start.sh', dead)
    write('.fairlead-lint.yaml', 'suppress:\n  - {rule: engine-removed-flag, reason: our fork has it}\n')
    const { code, stdout } = await lint('.')
    expect(code).toBe(0)
    expect(stdout).toContain('1 finding suppressed')
  })

  it.each([
    [[], /No file or folder/],
    [['nowhere'], /There is no nowhere/],
    [['--rule', 'no-such', '.'], /There is no rule no-such/],
    [['--format', 'xml', '.'], /--format/],
    [['--fix', '-'], /--fix mends files/],
  ])('ends with 64 for %j', async (args, message) => {
    const { code, stderr } = await lint(...args)
    expect(code).toBe(64)
    expect(stderr).toMatch(message)
  })

  it('reads standard input for -, so that what renders a chart can be piped in', async () => {
    const { code, stdout } = await runCli(['lint', '--json', '-'], { cwd: folder, stdin: dead })
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject([{ rule: 'engine-removed-flag', file: 'stdin' }])
  })

  it('prints SARIF and annotations by name', async () => {
    write('start.sh', dead)
    const sarif = await lint('--format', 'sarif', 'start.sh')
    expect(JSON.parse(sarif.stdout)).toMatchObject({ version: '2.1.0' })
    const github = await lint('--format=github', 'start.sh')
    expect(github.stdout).toMatch(/^::error file=start\.sh,line=2,col=3,/)
  })

  it('lists its rules', async () => {
    const { code, stdout } = await lint('--list-rules')
    expect(code).toBe(0)
    expect(stdout).toContain('engine-removed-flag')
  })

  it('tells of a file of fifty megabytes that it is too large, at once', async () => {
    write('huge.yaml', Buffer.alloc(50 * 1024 * 1024, 'a: b\n'))
    const { code, stdout } = await lint('--json', 'huge.yaml')
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject([{ rule: 'file-beyond-limits', file: 'huge.yaml', line: 1 }])
  })
})
