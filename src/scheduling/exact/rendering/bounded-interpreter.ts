import type { Jinja, TemplateNode, TemplateVariables } from './jinja.ts'
import { strftime } from './strftime.ts'

/** Steps of a template that one request may take: a step is some 0.2 µs, a message of a chat 20 to 100 steps. */
const mostSteps = 40_000
/** Numbers that `range` may make. */
const longestRange = 10_000

/** A template took more steps than a request may. */
class TooManySteps extends Error {
  constructor() {
    super(`the template takes more than ${mostSteps} steps for this request`)
    this.name = 'TooManySteps'
  }
}

/** Runs templates, and ends one that takes too long: by its steps, which are the same on every machine. */
export function boundedRunner(jinja: Jinja): (program: TemplateNode, variables: TemplateVariables) => unknown {
  class BoundedInterpreter extends jinja.Interpreter {
    #left = mostSteps

    override evaluate(node: unknown, variables: unknown): unknown {
      this.#left -= 1
      if (this.#left < 0) throw new TooManySteps()
      return super.evaluate(node, variables)
    }
  }
  return (program, variables) => new BoundedInterpreter(variables).run(program).value
}

/** What every chat template may use (Hugging Face transformers, `chat_template_utils.py`). */
export function templateGlobals(jinja: Jinja, nowMs: number): TemplateVariables {
  const environment = new jinja.Environment()
  for (const [name, value] of Object.entries({ true: true, false: false, none: null })) {
    environment.set(name, value)
    environment.set(`${name[0]?.toUpperCase()}${name.slice(1)}`, value)
  }
  environment.set('raise_exception', (message: unknown) => {
    throw new Error(`the template refuses the request: ${String(message)}`)
  })
  environment.set('range', boundedRange)
  environment.set('strftime_now', (format: string) => strftime(nowMs, format))
  return environment
}

function boundedRange(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second]
  const count = step === 0 ? Infinity : Math.max(0, Math.ceil((stop - start) / step))
  if (count > longestRange) throw new TooManySteps()
  return Array.from({ length: count }, (_, index) => start + index * step)
}
