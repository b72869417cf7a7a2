import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { runCli } from './testing/run-in-process.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-render-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const fleet = (name: string, more = '') => {
  const text = `name: lab\nmodels:\n  - name: small\n    engine: simulated\n${more}`
  writeFileSync(join(folder, name), text)
  return text
}
const render = (args: readonly string[], environment = {}) =>
  runCli(['render', ...args, '--offline'], { cwd: folder, env: environment })
const read = (path: string) => readFileSync(join(folder, path), 'utf8')

// proves B6 (real part)
describe('fairlead render', () => {
  it('prints one YAML document, and names the files beside it', async () => {
    fleet('fleet.yaml')
    const { code, stdout, stderr } = await render(['--target', 'compose'])
    expect(code).toBe(0)
    expect(parse(stdout)).toMatchObject({ name: 'lab', services: { gateway: {}, small: {} } })
    expect(stderr).toContain('gateway/fleet.yaml')
  })

  it('writes a folder, the Fleet file in it as it was written, and writes nothing a second time', async () => {
    const text = fleet('fleet.yaml', '# why\n')
    await render(['--target', 'compose', '--output', 'out'])
    expect(read('out/gateway/fleet.yaml')).toBe(text)
    const again = await render(['--target', 'compose', '--output', 'out', '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ written: [], removed: [] })
  })

  it('removes what an earlier rendering wrote and this one has not, and nothing else', async () => {
    fleet('fleet.yaml')
    await render(['--target', 'compose', '--output', 'out'])
    writeFileSync(join(folder, 'out/mine.txt'), 'mine')
    const { stdout } = await render(['--target', 'compose', '--output', 'out', '--without-gateway'])
    expect(stdout).toContain('removed out/gateway/fleet.yaml')
    expect(readdirSync(join(folder, 'out'))).toContain('mine.txt')
  })

  it('replaces no file of somebody else', async () => {
    fleet('fleet.yaml')
    await render(['--target', 'compose', '--output', 'out'])
    rmSync(join(folder, 'out/.fairlead-render.json'))
    writeFileSync(join(folder, 'out/compose.yaml'), 'mine')
    const { code, stderr } = await render(['--target', 'compose', '--output', 'out'])
    expect(code).toBe(1)
    expect(stderr).toContain('not of an earlier rendering')
    expect(read('out/compose.yaml')).toBe('mine')
  })

  it('removes nothing outside its folder, whatever its record says', async () => {
    fleet('fleet.yaml')
    await render(['--target', 'compose', '--output', 'out'])
    writeFileSync(join(folder, 'out/.fairlead-render.json'), '["../fleet.yaml", "/etc/hostname", "gone.yaml"]')
    rmSync(join(folder, 'out/compose.yaml'))
    rmSync(join(folder, 'out/gateway'), { recursive: true })
    await render(['--target', 'compose', '--output', 'out'])
    expect(readdirSync(folder)).toContain('fleet.yaml')
  })

  it('shows what differs from another Fleet and from a folder, with exit code 2', async () => {
    fleet('fleet.yaml')
    await render(['--target', 'compose', '--output', 'out'])
    fleet('two.yaml', '    replicas: 2\n')
    const fleets = await render(['two.yaml', '--target', 'compose', '--diff', 'fleet.yaml'])
    expect(fleets.code).toBe(2)
    expect(fleets.stdout).toContain('--- a/compose.yaml')
    const folders = await render(['two.yaml', '--target', 'compose', '--diff', 'out'])
    expect(folders.stdout).toBe(fleets.stdout)
    const same = await render(['fleet.yaml', '--target', 'compose', '--diff', 'out'])
    expect(same).toMatchObject({ code: 0, stdout: '' })
  })

  it('shows nothing of what a person put into the folder, since that may be secrets', async () => {
    fleet('fleet.yaml')
    await render(['--target', 'compose', '--output', 'out'])
    writeFileSync(join(folder, 'out/langfuse.env'), 'SALT=of-a-person')
    rmSync(join(folder, 'out/gateway/replicas.yaml'))
    const { stdout } = await render(['fleet.yaml', '--target', 'compose', '--diff', 'out'])
    expect(stdout).not.toContain('of-a-person')
    expect(stdout).toContain('+++ b/gateway/replicas.yaml')
  })

  it('takes variables that override fields along, and no other variable', async () => {
    fleet('fleet.yaml', 'access:\n  keys:\n    - name: a\n      value: { env: FAIRLEAD_LAB_KEY }\n')
    const { stdout } = await render(['--target', 'compose', '--output', 'out', '--json'], {
      FAIRLEAD_LAB_KEY: 'secret-value',
      FAIRLEAD_GATEWAY_DRAIN_TIMEOUT: '7s',
    })
    expect(stdout).toContain('compose.yaml')
    const written = read('out/compose.yaml')
    expect(written).toContain('FAIRLEAD_GATEWAY_DRAIN_TIMEOUT')
    expect(written).not.toContain('secret-value')
  })

  it.each([
    [['--target', 'compose', '--format', 'kustomize'], 'no Kubernetes objects'],
    [[], 'nothing to render for target local'],
  ])('says why %j cannot be', async (args, message) => {
    fleet('fleet.yaml')
    const { code, stderr } = await render(args)
    expect(code).toBe(64)
    expect(stderr).toContain(message)
  })
})

const planFor = (target: string) => runCli(['plan', '--target', target, '--offline'], { cwd: folder, env: {} })

// proves A1 (real part)
describe('a Fleet that is planned for another target than its own', () => {
  it('is told what has no effect there, and nothing of target local', async () => {
    const placed = '    resources: { cpu: 4 }\n    placement: { hosts: [a] }\ntargets: { default: compose }\n'
    fleet('fleet.yaml', placed)
    const [kubernetes, local] = [await planFor('kubernetes'), await planFor('local')]
    expect(kubernetes.stderr).toContain(
      'models[0].placement.hosts: accepted, and has no effect yet on target kubernetes',
    )
    expect(kubernetes.stderr).not.toMatch(/resources|local/)
    expect(local.stderr).toContain(
      'models[0].resources: read by `fairlead plan`, and has no effect yet on target local',
    )
  })
})
