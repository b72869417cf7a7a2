import { describe, expect, it } from 'vitest'
import { createOutput, createPaint } from '../console/index.ts'
import type { World } from '../world.ts'
import { createProgress } from './create-progress.ts'
import { describeSuccess, renderBar, renderRunningStep } from './render-step.ts'
import { advanceStep, bytesPerSecond, startStep, timeLeftMs, type StepState } from './step-state.ts'

const plain = createPaint(false)

/** A download of 100 MB at 10 MB/s, `seconds` after its start. */
function download(seconds: number, totalBytes: number | undefined = 100e6): StepState {
  let step = startStep('Fetching model', totalBytes, 0)
  for (let atMs = 0; atMs <= seconds * 1000; atMs += 200) step = advanceStep(step, atMs * 10_000, undefined, atMs)
  return step
}

describe('a step that moves bytes', () => {
  it('tells rate and time left from the last seconds', () => {
    expect(bytesPerSecond(download(4), 4_000)).toBeCloseTo(10e6)
    expect(timeLeftMs(download(4), 4_000)).toBeCloseTo(6_000)
  })

  it('counts nothing of what a resumed download had before', () => {
    const resumed = advanceStep(advanceStep(startStep('x', 100e6, 0), 90e6, undefined, 0), 91e6, undefined, 1_000)
    expect(bytesPerSecond(resumed, 1_000)).toBeCloseTo(1e6)
  })

  it('claims no time left while it stalls', () => {
    expect(bytesPerSecond(download(4), 60_000)).toBeUndefined()
    expect(timeLeftMs(download(4), 60_000)).toBeUndefined()
  })

  it('is one line that fits its terminal', () => {
    expect(renderRunningStep(download(4), 4_000, 100, plain)).toMatchInlineSnapshot(
      `"⠋ Fetching model  ████████░░░░░░░░░░░░   40 %  40.0 MB of 100 MB  10.0 MB/s  6 s left"`,
    )
    for (const columns of [20, 40, 80, 200]) {
      expect(renderRunningStep(download(4), 4_000, columns, plain).length).toBeLessThan(columns)
    }
  })

  it('keeps bytes, rate and time left down to 60 columns, and gives up the bar before the label', () => {
    const title = 'Engine llama.cpp (node-llama-cpp 3.22.1, linux-x64)'
    const lines = [60, 80, 100, 140].map((columns) =>
      renderRunningStep({ ...download(4), title }, 4_000, columns, plain),
    )
    for (const line of lines) expect(line).toContain('40.0 MB of 100 MB  10.0 MB/s  6 s left')
    expect(lines).toMatchInlineSnapshot(`
      [
        "⠋ Engine llama.cpp…  40.0 MB of 100 MB  10.0 MB/s  6 s left",
        "⠋ Engine llama.cpp (node-llama-…   40 %  40.0 MB of 100 MB  10.0 MB/s  6 s left",
        "⠋ Engine llama.cpp (node-llama-cpp 3.22.1, linux-x6…   40 %  40.0 MB of 100 MB  10.0 MB/s  6 s left",
        "⠋ Engine llama.cpp (node-llama-cpp 3.22.1, linux-x64)  ████████░░░░░░░░░░░░   40 %  40.0 MB of 100 MB  10.0 MB/s  6 s left",
      ]
    `)
  })

  it('keeps its figures at 60 columns when they are at their longest', () => {
    let step = startStep('Engine llama.cpp (node-llama-cpp 3.22.1, linux-x64)', 99.9e9, 0)
    for (let atMs = 0; atMs <= 4_000; atMs += 200) step = advanceStep(step, 22.2e9 + atMs * 22_222, undefined, atMs)
    const line = renderRunningStep(step, 4_000, 60, plain)
    expect(line).toMatchInlineSnapshot(`"⠋ Engine…  22.3 GB of 99.9 GB  22.2 MB/s  58 min 13 s left"`)
    expect(line.length).toBeLessThan(60)
  })

  it('keeps the seconds of a step without bytes, and cuts what it says', () => {
    const step = { ...startStep('Starting smollm2-0', undefined, 0), message: 'loading the weights into the memory' }
    expect([40, 60, 80].map((columns) => renderRunningStep(step, 5_000, columns, plain))).toMatchInlineSnapshot(`
      [
        "⠋ Starting smollm2-0  loading the…  5 s",
        "⠋ Starting smollm2-0  loading the weights into the me…  5 s",
        "⠋ Starting smollm2-0  loading the weights into the memory  5 s",
      ]
    `)
  })

  it('does without a bar when its size is unknown', () => {
    const step: StepState = { ...download(4), totalBytes: 0 }
    const { totalBytes: _, ...unknown } = step
    expect(renderRunningStep(unknown, 4_000, 100, plain)).toMatchInlineSnapshot(
      `"⠋ Fetching model  40.0 MB  10.0 MB/s"`,
    )
  })

  it('says at its end what it moved', () => {
    expect(describeSuccess(download(10), 10_000)).toBe('Fetching model  100 MB in 10.0 s')
    expect(describeSuccess(download(10), 10_000, 'The model is here')).toBe('The model is here')
  })

  it('draws a bar for any fraction', () => {
    expect([-1, 0, 0.5, 1, 2].map((fraction) => renderBar(fraction, 4))).toEqual([
      '░░░░',
      '░░░░',
      '██░░',
      '████',
      '████',
    ])
  })
})

function outputOf(isTerminal: boolean, quiet = false) {
  let text = ''
  const sink = { isTerminal, columns: () => 80, write: (piece: string) => void (text += piece) }
  const world = { stdout: sink, stderr: sink, environment: {} } as unknown as World
  return { output: createOutput(world, { json: false, quiet, noColour: true }), text: () => text }
}

describe('progress', () => {
  it('writes a few plain lines where nobody looks, so that logs stay short', () => {
    let nowMs = 0
    const { output, text } = outputOf(false)
    const progress = createProgress(output, () => nowMs)
    const step = progress.step('Fetching model', 100e6)
    for (nowMs = 0; nowMs <= 25_000; nowMs += 100) step.advance(nowMs * 4_000)
    step.succeed()
    progress.step('Starting engine').fail('it died')
    progress.close()
    expect(text()).toMatchInlineSnapshot(`
      "Fetching model …
      Fetching model   40 %  40.0 MB of 100 MB  4.0 MB/s  15 s left
      Fetching model   80 %  80.0 MB of 100 MB  4.0 MB/s  5 s left
      ✓ Fetching model  100 MB in 25.1 s
      Starting engine …
      ✗ Starting engine: it died
      "
    `)
  })

  it('leaves a terminal as if only its last words had been written', () => {
    let nowMs = 0
    const { output, text } = outputOf(true)
    const progress = createProgress(output, () => nowMs)
    const step = progress.step('Fetching model', 100e6)
    progress.note('a note meanwhile')
    nowMs = 4_000
    step.succeed()
    progress.close()
    expect(screen(text())).toEqual(['a note meanwhile', '✓ Fetching model  4.0 s', ''])
  })

  it('is silent with --quiet', () => {
    for (const isTerminal of [true, false]) {
      const { output, text } = outputOf(isTerminal, true)
      const progress = createProgress(output)
      progress.step('Fetching model', 1).succeed()
      progress.close()
      expect(text()).toBe('')
    }
  })
})

/** The lines of a terminal after `text`, for the few sequences that are used. */
function screen(text: string): readonly string[] {
  const lines = ['']
  let row = 0
  // oxlint-disable-next-line no-control-regex -- these are the sequences
  for (const token of text.match(/\u001B\[\??\d*[A-Za-z]|\n|\r|[^\u001B\n\r]+/g) ?? []) {
    // oxlint-disable-next-line no-control-regex
    const up = /^\u001B\[(\d+)A$/.exec(token)
    if (up !== null) row -= Number(up[1])
    else if (token === '\n') row += 1
    else if (token === '\u001B[J') lines.length = row
    else if (token === '\u001B[K') continue
    else if (token === '\r' || token.startsWith('\u001B')) continue
    else lines[row] = token
    lines[row] ??= ''
  }
  return lines
}
