import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadFleet } from '../../fleet/index.ts'
import { runCli } from '../testing/run-in-process.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-init-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const init = (...args: readonly string[]) => runCli(['init', ...args], { cwd: folder })
const load = (name: string) => loadFleet(readFileSync(join(folder, name), 'utf8'), { file: name })

// proves A5 (real part)
describe('fairlead init', () => {
  it.each([
    ['laptop', []],
    ['simulated', []],
    ['external', ['--url', 'http://127.0.0.1:8000']],
  ])('writes a Fleet file of preset %s that loads without a word', async (preset, more) => {
    const { code, stdout } = await init('--preset', preset, ...more)
    expect(code).toBe(0)
    expect(stdout).toBe('Wrote fleet.yaml.\n')
    const { fleet, diagnostics } = load('fleet.yaml')
    expect(diagnostics).toEqual([])
    expect(fleet?.name).toBe(preset)
  })

  it('puts every answer where it belongs', async () => {
    const args = [
      '--preset',
      'external',
      '--name',
      'lab',
      '--model',
      'org/Llama-3:8b',
      '--url',
      'https://gpu-1:8000/base',
    ]
    expect((await init(...args, '--output', 'lab.yaml')).code).toBe(0)
    const { fleet } = load('lab.yaml')
    expect(fleet?.name).toBe('lab')
    expect(fleet?.models[0]).toMatchObject({ name: 'org/Llama-3:8b', addresses: ['https://gpu-1:8000/base'] })
  })

  it('replaces nothing unless it is told to, so that no Fleet is lost', async () => {
    writeFileSync(join(folder, 'fleet.yaml'), 'mine')
    const refused = await init('--yes')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('replace it with --force')
    expect(readFileSync(join(folder, 'fleet.yaml'), 'utf8')).toBe('mine')
    expect((await init('--yes', '--force')).code).toBe(0)
    expect(load('fleet.yaml').fleet?.name).toBe('laptop')
  })

  it.each([
    ['--name', 'Not A Name'],
    ['--name', 'x: y\nz'],
    ['--model', 'with blank'],
    ['--model', '"'],
  ])('writes nothing when %s is %j', async (option, value) => {
    const { code, stderr } = await init(option, value)
    expect(code).toBe(64)
    expect(stderr).toContain('is not valid')
    expect(() => load('fleet.yaml')).toThrow('ENOENT')
  })

  it('makes the folder that the file is to be in', async () => {
    const { code, stdout } = await init('--yes', '--output', 'a/b/c.yaml')
    expect([code, stdout]).toEqual([0, 'Wrote a/b/c.yaml.\n'])
    expect(load('a/b/c.yaml').fleet?.name).toBe('laptop')
  })

  it('says what is wrong with a place where no file can be', async () => {
    writeFileSync(join(folder, 'file'), '')
    expect((await init('--yes', '--output', 'file/c.yaml')).stderr).toMatch(/is a file|a file is in its place/)
    for (const force of [[], ['--force']]) {
      expect((await init('--yes', '--output', '.', ...force)).stderr).toContain('such as ' + join(folder, 'fleet.yaml'))
    }
  })

  it.runIf(process.platform === 'linux')('says so where no folder can be made', async () => {
    const { code, stderr } = await init('--yes', '--output', '/proc/fairlead/fleet.yaml')
    expect([code, stderr]).toEqual([1, expect.stringContaining('The folder cannot be created: /proc/fairlead')])
  })

  it('tells scripts which file it wrote', async () => {
    const { stdout } = await init('--json')
    expect(JSON.parse(stdout)).toEqual({ file: join(folder, 'fleet.yaml'), fleet: 'laptop' })
  })
})
