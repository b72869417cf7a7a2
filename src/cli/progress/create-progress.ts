import type { ProgressReporter } from '../../progress/index.ts'
import type { Output } from '../output.ts'
import { describeStep, describeSuccess, renderRunningStep } from './render-step.ts'
import { advanceStep, startStep, type StepState } from './step-state.ts'

/** Redraws a second are few enough for slow terminals and many enough for the eye. */
const redrawEveryMs = 100
/** Where nobody looks, a step that moves bytes says so this often. */
const lineEveryMs = 10_000

/** A reporter that must be closed, whoever ends first. */
export interface ClosableProgress extends ProgressReporter {
  close(): void
}

/** How running steps are shown meanwhile. */
interface Display {
  started(step: StepState): void
  advanced(step: StepState): void
  ended(): void
  close(): void
}

function terminalDisplay(output: Output, nowMs: () => number, running: () => readonly StepState[]): Display {
  const draw = () => {
    const columns = output.columns()
    output.live(running().map((step) => renderRunningStep(step, nowMs(), columns, output.notePaint)))
  }
  const timer = setInterval(draw, redrawEveryMs).unref()
  return {
    started: draw,
    advanced: () => {},
    ended: draw,
    close: () => {
      clearInterval(timer)
      output.live([])
    },
  }
}

function lineDisplay(output: Output, nowMs: () => number): Display {
  const saidAt = new Map<string, number>()
  return {
    started: (step) => {
      saidAt.set(step.title, nowMs())
      output.note(`${step.title} …`)
    },
    advanced: (step) => {
      const isDue = nowMs() - (saidAt.get(step.title) ?? 0) >= lineEveryMs
      if (!isDue || step.doneBytes === undefined) return
      saidAt.set(step.title, nowMs())
      output.note(describeStep(step, nowMs()))
    },
    ended: () => {},
    close: () => {},
  }
}

/** Shows progress: lines that redraw themselves on a terminal, a few plain lines elsewhere; always on standard error. */
export function createProgress(output: Output, nowMs: () => number = () => performance.now()): ClosableProgress {
  const running = new Map<symbol, StepState>()
  const steps = () => [...running.values()]
  const display = output.isTerminal ? terminalDisplay(output, nowMs, steps) : lineDisplay(output, nowMs)
  const { green, red } = output.notePaint
  return {
    step(title, totalBytes) {
      const key = Symbol(title)
      const change = (next: StepState) => {
        running.set(key, next)
        display.advanced(next)
      }
      const current = () => running.get(key)
      const end = (describe: (step: StepState) => string) => {
        const step = current()
        if (step === undefined) return
        running.delete(key)
        display.ended()
        output.note(describe(step))
      }
      const first = startStep(title, totalBytes, nowMs())
      running.set(key, first)
      display.started(first)
      return {
        advance(doneBytes, total) {
          const step = current()
          if (step !== undefined) change(advanceStep(step, doneBytes, total, nowMs()))
        },
        update(message) {
          const step = current()
          if (step !== undefined) change({ ...step, message })
        },
        succeed: (message) => end((step) => `${green('✓')} ${describeSuccess(step, nowMs(), message)}`),
        fail: (message) => end(({ title }) => `${red('✗')} ${title}: ${message}`),
      }
    },
    note: (message) => output.note(message),
    close: () => display.close(),
  }
}
