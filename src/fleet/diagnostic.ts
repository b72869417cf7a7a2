/** One problem of a Fleet file. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  /** File name as the person gave it, or `$NAME` for an environment variable. */
  readonly file: string
  /** 1-based; 1 for an environment variable. */
  readonly line: number
  /** 1-based, in UTF-16 code units; 1 for an environment variable. */
  readonly column: number
  /** Dotted path of the field, such as `models[0].context`; empty for the file as a whole. */
  readonly path: string
  readonly message: string
  /** What to write instead. */
  readonly suggestion?: string
  /** The environment variable at fault, when it is not the file. */
  readonly variable?: string
  /** Whether the text at fault may be a secret and is not to be shown. */
  readonly hidesText?: boolean
}

/** A problem before its place in the file is known. */
export interface Problem {
  readonly severity?: 'error' | 'warning'
  readonly path: FieldPath
  readonly message: string
  readonly suggestion?: string | undefined
  /** Whether the name of the field is at fault, or its value. */
  readonly at?: 'key' | 'value'
  /** Offset in the text, where no path leads to it. */
  readonly offset?: number
  /** The environment variable at fault. */
  readonly variable?: string
  readonly hidesText?: boolean
  /** The field that an unknown one probably means; what is said about its absence would mislead. */
  readonly meant?: FieldPath | undefined
}

/** Where a field is: names of fields and indices of lists. */
export type FieldPath = readonly (string | number)[]

/** `models[0].context`, `nodeSelector["nvidia.com/gpu.product"]`. */
export function formatPath(path: FieldPath): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (/^[A-Za-z_$][\w$-]*$/.test(step)) text += text === '' ? step : `.${step}`
    else text += `[${JSON.stringify(step.length > 80 ? `${step.slice(0, 80)}…` : step)}]`
  }
  return text
}
