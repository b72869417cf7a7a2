import { lstat, open, readdir, stat } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { maxFileBytes, type SourceFile } from '../../manifests/index.ts'
import { usageError } from '../parse/index.ts'

/** Bounds of a walk, so that a mistaken `fairlead lint /` ends. */
const mostFiles = 20_000
const deepest = 40
const mostBytes = 256 * 1024 * 1024

const skippedFolders = new Set([
  '.git',
  'node_modules',
  '.venv',
  'venv',
  '__pycache__',
  '.terraform',
  '.cache',
  'vendor',
])
const endings = new Set([
  '.yaml',
  '.yml',
  '.json',
  '.sh',
  '.bash',
  '.zsh',
  '.service',
  '.md',
  '.markdown',
  '.mdx',
  '.env',
  '.promql',
  '.rules',
  '.tpl',
  '.txt',
])
const names = /^(\.env(\..+)?|.*\.env\..*|compose.*|docker-compose.*)$/
const notManifests =
  /^(package-lock\.json|package\.json|tsconfig.*\.json|yarn\.lock|pnpm-lock\.yaml|.*\.schema\.json|\.fairlead-lint\.yaml)$/

/** Files with their content, and what was left out of a walk. */
export interface ManifestFiles {
  readonly files: readonly SourceFile[]
  /** One sentence each. */
  readonly notes: readonly string[]
}

/** Where files are read from. */
export interface ManifestPlace {
  readonly workingFolder: string
  /** Standard input, for the path `-`; it is called `stdin`. */
  readonly stdin: Readable
}

interface Walk {
  readonly files: SourceFile[]
  readonly notes: string[]
  readonly seen: Set<string>
  bytes: number
}

/**
 * Reads what the paths name: files whatever their ending, in folders those that may be manifests, and standard input for `-`. Links
 * inside folders are not followed.
 * @throws UserError (exit code 64) for a path that is not there.
 */
export async function collectManifestFiles(
  paths: readonly string[],
  { workingFolder, stdin }: ManifestPlace,
): Promise<ManifestFiles> {
  const walk: Walk = { files: [], notes: [], seen: new Set(), bytes: 0 }
  const toPath = (path: string) => resolve(workingFolder, path)
  for (const path of new Set(paths)) {
    if (path === '-') {
      walk.files.push({ path: 'stdin', content: await readStream(stdin) })
      continue
    }
    const there = await stat(toPath(path)).catch(() => undefined)
    if (there === undefined) {
      throw usageError({
        what: `There is no ${path}`,
        where: path,
        why: 'There is no such file or folder.',
        mend: 'Name files or folders that are there.',
      })
    }
    if (there.isDirectory()) await walkFolder(path, toPath, walk, 0)
    else await readFile(path, toPath, walk)
  }
  return { files: walk.files, notes: walk.notes }
}

/** What comes, up to a little more than what is read of a manifest. */
async function readStream(stream: Readable): Promise<Uint8Array> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of stream) {
    const bytes = Buffer.from(piece as Buffer | string)
    pieces.push(bytes)
    length += bytes.length
    if (length > maxFileBytes) break
  }
  return Buffer.concat(pieces)
}

async function walkFolder(folder: string, toPath: (path: string) => string, walk: Walk, depth: number): Promise<void> {
  if (depth > deepest) {
    walk.notes.push(`${folder} lies ${deepest} folders deep and is left out.`)
    return
  }
  const entries = await readdir(toPath(folder), { withFileTypes: true }).catch((error: unknown) => {
    walk.notes.push(`${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    return []
  })
  for (const entry of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '.' ? entry.name : join(folder, entry.name)
    if (entry.isDirectory()) {
      if (!skippedFolders.has(entry.name)) await walkFolder(path, toPath, walk, depth + 1)
    } else if (entry.isFile() && mayBeManifest(entry.name)) {
      if (walk.files.length >= mostFiles || walk.bytes > mostBytes) {
        walk.notes.push(`More than ${walk.files.length} files; ${folder} is not read to its end.`)
        return
      }
      await readFile(path, toPath, walk)
    }
  }
}

function mayBeManifest(name: string): boolean {
  return (
    !notManifests.test(name) &&
    !/^_.*\.tpl$/.test(name) &&
    (endings.has(extname(name).toLowerCase()) || names.test(name))
  )
}

/** Reads one file, unless it is larger than what is read of a manifest: then its size stands for it. */
async function readFile(path: string, toPath: (path: string) => string, walk: Walk): Promise<void> {
  const file = toPath(path)
  if (walk.seen.has(file)) return
  walk.seen.add(file)
  const { size } = await lstat(file).then((link) => (link.isSymbolicLink() ? stat(file) : link))
  if (size > maxFileBytes) {
    walk.files.push({ path, content: '', size })
    return
  }
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => error)
  if (handle instanceof Error) {
    walk.notes.push(`${basename(path)} cannot be read: ${handle.message}`)
    return
  }
  try {
    const buffer = Buffer.alloc(Math.min(size, maxFileBytes) + 1)
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0)
    walk.bytes += bytesRead
    walk.files.push({ path, content: buffer.subarray(0, bytesRead) })
  } finally {
    await handle.close()
  }
}
