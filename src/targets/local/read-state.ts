import { localStateSchema, type LocalState } from '../../discovery/index.ts'
import { UserError } from '../../errors/index.ts'
import { readBoundedFile } from '../../files/index.ts'
import type { StateFolder } from './state-folder.ts'

/** A thousand replicas take about 0.5 MB. */
const limitBytes = 16 * 2 ** 20

/** The state of a Fleet as its file tells it. */
export type StoredState =
  | { readonly kind: 'none' }
  | { readonly kind: 'state'; readonly state: LocalState }
  | { readonly kind: 'unreadable'; readonly problem: string }

/** Reads the state file of a Fleet; never throws for what is in it. */
export async function readState(folder: StateFolder): Promise<StoredState> {
  try {
    const content = await readBoundedFile(folder.stateFile, limitBytes)
    const parsed = localStateSchema.safeParse(JSON.parse(content.toString('utf8')))
    if (parsed.success) return { kind: 'state', state: parsed.data }
    const [issue] = parsed.error.issues
    return { kind: 'unreadable', problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}` }
  } catch (error) {
    if (error instanceof UserError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
      return { kind: 'none' }
    }
    return {
      kind: 'unreadable',
      problem: error instanceof UserError ? (error.parts.why ?? error.message) : String(error),
    }
  }
}

/** The error for a state file that cannot be read. */
export function unreadableStateError(folder: StateFolder, problem: string): UserError {
  return new UserError({
    what: `The state of Fleet “${folder.fleet}” cannot be read`,
    where: folder.stateFile,
    why: problem,
    mend: 'Stop it; that ends what runs of it and clears the state. The next `fairlead up` begins afresh.',
    command: `fairlead down ${folder.fleet}`,
  })
}
