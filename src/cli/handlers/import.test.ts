import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadFleet } from '../../fleet/index.ts'
import { runCli } from '../testing/run-in-process.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'fairlead-import-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const script = 'vllm serve owner/name --max-model-len 8192 --swap-space 4 --api-key sk-plain-text\n'
const write = (name: string, text: string) => writeFileSync(join(cwd, name), text)
const read = (name: string) => readFileSync(join(cwd, name), 'utf8')

/** Names of the models that `import env` finds. */
async function namesOf(args: readonly string[], folder: string): Promise<string[]> {
  const { stdout } = await runCli(['import', 'env', ...args, '--json'], { cwd: folder, env: { MODEL: 'o/process' } })
  return (JSON.parse(stdout) as { models: { name: string }[] }).models.map(({ name }) => name)
}

describe('fairlead import', () => {
  // proves A9 (real part)
  it('writes the Fleet and prints the report as one JSON document, for programs', async () => {
    write('start.sh', script)
    const { code, stdout } = await runCli(['import', 'start.sh', '-o', 'fleet.yaml', '--report', 'json'], { cwd })
    expect(code).toBe(0)
    const report = JSON.parse(stdout) as Record<string, { file: string; line: number; what: string }[]>
    expect(Object.keys(report)).toEqual(['models', 'kept', 'translated', 'dropped', 'needsYou'])
    expect(report['models']).toMatchObject([
      { name: 'owner/name', source: 'hf://owner/name', context: 8192, file: 'start.sh', line: 1 },
    ])
    expect(report['dropped']).toMatchObject([{ kind: 'flag', what: '--swap-space 4', file: 'start.sh', line: 1 }])
    expect(report['needsYou']).toMatchObject([{ what: '--api-key ***', field: 'access.keys[0].value' }])
    expect(loadFleet(read('fleet.yaml'), { file: 'fleet.yaml' }).fleet?.models[0]?.context).toBe(8192)
    expect(stdout + read('fleet.yaml')).not.toContain('sk-plain-text')
  })

  it('prints the Fleet alone on standard output, so that it can be piped', async () => {
    write('start.sh', script)
    const { stdout, stderr } = await runCli(['import', 'start.sh'], { cwd })
    expect(loadFleet(stdout, { file: 'x' }).fleet?.models[0]?.name).toBe('owner/name')
    expect(stderr).toContain('1 needs you')
  })

  it('reports as Markdown, for a review', async () => {
    write('start.sh', script)
    const { stdout } = await runCli(['import', 'start.sh', '-o', 'fleet.yaml', '--report', 'markdown'], { cwd })
    expect(stdout).toMatch(/^# Import\n/)
    expect(stdout).toContain('| start.sh:1 | `--swap-space 4` |')
  })

  it('looks through folders and reads standard input', async () => {
    mkdirSync(join(cwd, 'deploy', 'node_modules'), { recursive: true })
    write('deploy/start.sh', script)
    write('deploy/node_modules/other.sh', 'vllm serve other/model\n')
    const folder = await runCli(['import', 'deploy', '--report', 'json'], { cwd })
    expect(JSON.parse(folder.stdout)).toMatchObject({ models: [{ file: 'deploy/start.sh' }] })
    const piped = await runCli(['import', '-', '--report', 'json'], { cwd, stdin: '#!/bin/sh\nvllm serve a/b\n' })
    expect(JSON.parse(piped.stdout)).toMatchObject({ models: [{ name: 'a/b', file: 'stdin', line: 2 }] })
  })

  // proves A8 (real part)
  it('reads ./.env as an environment, a file that is named after it, or the environment itself', async () => {
    write('.env', 'LLM_MODEL_STANDARD=o/file\n')
    write('settings', 'MODEL=o/settings\n')
    expect(await namesOf([], cwd)).toEqual(['o/file'])
    expect(await namesOf(['settings'], cwd)).toEqual(['o/settings'])
    mkdirSync(join(cwd, 'empty'))
    expect(await namesOf([], join(cwd, 'empty'))).toEqual(['o/process'])
  })

  it('replaces a file only when it is told to', async () => {
    write('start.sh', script)
    write('fleet.yaml', 'mine')
    const refused = await runCli(['import', 'start.sh', '-o', 'fleet.yaml'], { cwd })
    expect(refused.code).toBe(1)
    expect(read('fleet.yaml')).toBe('mine')
    expect((await runCli(['import', 'start.sh', '-o', 'fleet.yaml', '--force'], { cwd })).code).toBe(0)
    expect(read('fleet.yaml')).not.toBe('mine')
  })

  it('says no, and writes nothing, where no model is found', async () => {
    write('notes.md', '# Nothing here\n')
    const { code, stdout } = await runCli(['import', 'notes.md', '-o', 'fleet.yaml'], { cwd })
    expect(code).toBe(2)
    expect(stdout).toContain('No model was found')
    expect(existsSync(join(cwd, 'fleet.yaml'))).toBe(false)
  })

  it('names a path that is not there', async () => {
    const { code, stderr } = await runCli(['import', 'nowhere.yaml'], { cwd })
    expect(code).toBe(64)
    expect(stderr).toContain('There is no nowhere.yaml')
  })
})
