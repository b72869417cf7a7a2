/** Something in an object that the API server would refuse or drop. */
export interface ObjectProblem {
  /** Such as `spec.template.spec.containers[0].image`; empty for the object itself. */
  readonly path: string
  /** Such as `has no field replica`. */
  readonly what: string
  /** Such as `did you mean replicas?`. */
  readonly why: string
}

/** Collects problems while an object is walked. */
export class ProblemList {
  readonly problems: ObjectProblem[] = []
  readonly #path: (string | number)[] = []

  /** Runs `work` one step deeper. */
  within(step: string | number, work: () => void): void {
    this.#path.push(step)
    work()
    this.#path.pop()
  }

  add(what: string, why: string): void {
    this.problems.push({ path: pathText(this.#path), what, why })
  }

  /** The name of the field, also of an item's list. */
  fieldName(levelsUp = 0): string | undefined {
    const step = this.#path.at(-1 - levelsUp)
    return typeof step === 'string' ? step : undefined
  }
}

/** Names that need no quotes in a path. */
const plainName = /^[A-Za-z_$][\w$-]*$/

function pathText(steps: readonly (string | number)[]): string {
  let text = ''
  for (const step of steps) {
    if (typeof step === 'number') text += `[${step}]`
    else if (!plainName.test(step)) text += `[${JSON.stringify(step)}]`
    else text += text === '' ? step : `.${step}`
  }
  return text
}

/** Longest value that a message repeats, in characters. */
const longestShown = 60

/** A value as a message shows it. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? typeof value
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text
}
