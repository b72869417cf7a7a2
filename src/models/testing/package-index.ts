import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const makeZip = `
import sys, zipfile, json
plan = json.load(sys.stdin)
with zipfile.ZipFile(plan["path"], "w", zipfile.ZIP_DEFLATED if plan["deflate"] else zipfile.ZIP_STORED) as z:
    for name, path in plan["files"]:
        z.writestr(name, open(path, "rb").read())
`

/** Writes a zip file with Python's own zipfile, which builds wheels too. */
export async function writeZip(
  path: string,
  files: Readonly<Record<string, Buffer | string>>,
  deflate = false,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-zip-'))
  try {
    const listed = await Promise.all(
      Object.entries(files).map(async ([name, content], index) => {
        const file = join(folder, String(index))
        await writeFile(file, content)
        return [name, file]
      }),
    )
    const run = promisify(execFile)('python3', ['-c', makeZip])
    run.child.stdin?.end(JSON.stringify({ path, deflate, files: listed }))
    await run
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A Python package index of wheels on loopback (the simple repository API, PEP 503). */
export class PackageIndex {
  readonly folder: string
  readonly #server: Server
  readonly #wheels = new Map<string, string[]>()
  downloads = 0

  static async start(): Promise<PackageIndex> {
    const index = new PackageIndex(await mkdtemp(join(tmpdir(), 'fairlead-index-')))
    index.#server.listen(0, '127.0.0.1')
    await once(index.#server, 'listening')
    return index
  }

  private constructor(folder: string) {
    this.folder = folder
    this.#server = createServer((request, response) => {
      const [, kind, name = ''] = (request.url ?? '').split('/')
      const wheels = this.#wheels.get(name)
      if (kind === 'files') {
        this.downloads += 1
        createReadStream(join(folder, name)).pipe(response)
      } else if (kind === 'simple' && wheels !== undefined) {
        response.setHeader('content-type', 'text/html')
        response.end(wheels.map((wheel) => `<a href="/files/${wheel}">${wheel}</a>`).join('\n'))
      } else response.writeHead(404).end()
    })
  }

  /** What makes pip use this index and nothing of the machine's own settings. */
  get environment(): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo
    return {
      PIP_CONFIG_FILE: '/dev/null',
      PIP_INDEX_URL: `http://someone:secret@127.0.0.1:${port}/simple`,
      PIP_RETRIES: '1',
      PIP_DEFAULT_TIMEOUT: '10',
    }
  }

  async add(name: string, version: string, files: Readonly<Record<string, Buffer>>): Promise<void> {
    const wheel = `${name}-${version}-py3-none-any.whl`
    const metadata = {
      [`${name}-${version}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
      [`${name}-${version}.dist-info/WHEEL`]:
        'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    }
    await writeZip(join(this.folder, wheel), { ...files, ...metadata }, true)
    this.#wheels.set(name, [...(this.#wheels.get(name) ?? []), wheel])
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await rm(this.folder, { recursive: true, force: true })
  }
}
