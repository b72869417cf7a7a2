import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildGguf } from '../testing/gguf-file.ts'
import { HubServer } from '../testing/hub-server.ts'

const content = buildGguf({ fillerBytes: 3_000_000 })
const source = 'hf://owner/name:model.gguf'
const pullProcess = join(import.meta.dirname, '..', 'testing', 'pull-process.ts')

/** How a disk of one megabyte can be had here: as root, in a namespace of one's own, or not at all. */
function wayToSmallDisk(): readonly string[] | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-mount-'))
  try {
    for (const prefix of [[], ['unshare', '--map-root-user', '--mount']]) {
      const [program = 'sh', ...args] = [
        ...prefix,
        'sh',
        '-c',
        'mount -t tmpfs -o size=1m tmpfs "$1" && umount "$1"',
        'sh',
        folder,
      ]
      if (spawnSync(program, args, { stdio: 'ignore' }).status === 0) return prefix
    }
    return undefined
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

let hub: HubServer
let home: string

beforeEach(async () => {
  hub = await HubServer.start()
  hub.add('owner/name', { 'model.gguf': content })
  home = mkdtempSync(join(tmpdir(), 'fairlead-full-'))
  await mkdir(join(home, 'cache'))
})
afterEach(async () => {
  await hub.stop()
  rmSync(home, { recursive: true, force: true })
})

/** Pulls with a shell command before it in the same process tree; gives what the pull printed and which files it left. */
async function pullAfter(
  prefix: readonly string[],
  setUp: string,
): Promise<{ parts: Record<string, string>; files: string[] }> {
  const script = `${setUp}\n"$1" "$2" "$3"; find "$4" -type f -size +0 >&2; [ ! -e "$4/mounted" ] || umount "$4"`
  const cache = join(home, 'cache')
  const [program = 'sh', ...args] = [...prefix, 'sh', '-c', script, 'sh', process.execPath, pullProcess, source, cache]
  const { stdout, stderr } = await promisify(execFile)(program, args, {
    env: { PATH: process.env['PATH'], HOME: home, XDG_CACHE_HOME: cache, HF_ENDPOINT: hub.endpoint },
  })
  const files = stderr.split('\n').filter((line) => line.startsWith(cache) && !line.endsWith('/mounted'))
  return { parts: JSON.parse(stdout) as Record<string, string>, files }
}

/** The folder that people are sent to: it is still there when they look. */
const models = () => join(home, 'cache', 'fairlead', 'models')

const prefix = wayToSmallDisk()
const mount = 'mount -t tmpfs -o size=1m tmpfs "$4" && echo x > "$4/mounted"'

if (prefix === undefined) {
  process.stderr.write('not run: a full tmpfs (neither root nor user namespaces here); ulimit -f stands in for it\n')
}

describe('a full disk', () => {
  it.runIf(prefix !== undefined)(
    'is noticed before a download of known size, with figures and the folder',
    async () => {
      const { parts, files } = await pullAfter(prefix ?? [], mount)
      expect(parts).toMatchObject({
        what: 'There is not enough room on the disk for the model',
        where: models(),
        command: `df -h ${models()}`,
        why: expect.stringMatching(/^3\.0 MB needed, 1\.0 MB free\.$/),
        mend: 'Make room there, or set XDG_CACHE_HOME to a folder on a larger disk.',
      })
      expect(hub.sentBytes).toBeLessThan(content.length)
      expect(files).toEqual([])
    },
  )

  it.runIf(prefix !== undefined)('is named when it fills up in the middle, and nothing is left on it', async () => {
    // Nobody says how long the file is, so that only the disk can.
    hub.servesParts = false
    hub.isChunked = true
    hub.announcesLength = false
    const { parts, files } = await pullAfter(prefix ?? [], mount)
    expect(parts).toMatchObject({
      what: 'There is not enough room on the disk for the model',
      why: expect.stringMatching(/^More than there is needed, .* free\.$/),
      command: `df -h ${models()}`,
    })
    expect(files).toEqual([])
  })

  it('is named when files may not grow as large', async () => {
    const { parts, files } = await pullAfter([], 'ulimit -f 1000')
    expect(parts).toMatchObject({
      what: 'There is not enough room on the disk for the model',
      why: expect.stringContaining('files may not grow as large here (ulimit -f).'),
      command: `df -h ${models()}`,
    })
    expect(files).toEqual([])
  })
})
