import { describe, expect, it } from 'vitest'
import { describeField } from '../../fleet/index.ts'
import { engineFailures, explainFailure } from './index.ts'
import { failureLogs } from './testing/failure-logs.ts'

describe('what the end of an engine means', () => {
  it.each(failureLogs.map((log) => [log.id, log] as const))('%s', (id, { engine, lines, exit, mends }) => {
    const explained = explainFailure(engine, lines, exit)
    expect(explained).toMatchObject({ id })
    expect(explained?.mend).toContain(mends ?? '')
    expect(explained?.mend).not.toMatch(/[{}]/)
    expect(explained?.meaning).not.toMatch(/[{}]/)
    // Without its entry nobody is told this.
    const without = engineFailures.filter((failure) => failure.id !== id)
    expect(explainFailure(engine, lines, exit, without)?.id).not.toBe(id)
  })

  it('has a log for each entry, and an entry for each name once', () => {
    const ids = engineFailures.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => !failureLogs.some((log) => log.id === id))).toEqual([])
    expect(ids.length).toBeGreaterThanOrEqual(30)
  })

  it('names fields that the Fleet has, and sources with place and version', () => {
    const fields = engineFailures.flatMap(({ mend }) => mend.fields ?? [])
    expect([...new Set(fields)].filter((field) => describeField(field) === undefined)).toEqual([])
    for (const { sources } of engineFailures) {
      for (const { project, place, version } of sources) expect(project && place && version).not.toBe('')
    }
  })

  it('prefers the cause to what follows from it, whichever comes last', () => {
    const cause = "ModuleNotFoundError: No module named 'x'"
    const symptom = 'EngineCore failed to start.'
    expect(explainFailure('vllm', [symptom, cause])?.id).toBe('engine-incomplete')
    expect(explainFailure('vllm', [cause, symptom])?.id).toBe('engine-incomplete')
    expect(explainFailure('vllm', [symptom], { signal: 'SIGKILL' })?.id).toBe('engine-core-died')
  })

  it('takes the later of two causes, which is nearer to the end', () => {
    const early = 'OSError: [Errno 28] No space left on device'
    const late = 'RuntimeError: No CUDA GPUs are available'
    expect(explainFailure('vllm', [early, late])?.id).toBe('no-gpu')
    expect(explainFailure('vllm', [late, early])?.id).toBe('disk-full')
  })

  it('does not blame a request that failed for the end of the engine', () => {
    const line = "This model's maximum context length is 2048 tokens. However, your prompt contains 36050 characters"
    expect(explainFailure('vllm', [line], { code: 137 })?.id).toBe('killed')
    expect(explainFailure('vllm', [line], { code: 1 })).toBeUndefined()
    expect(explainFailure('vllm', [line])?.id).toBe('prompt-too-long')
  })

  it('does not read the words of one engine into another', () => {
    const line = 'ValueError: LoRA rank 64 is greater than max_lora_rank 16.'
    expect(explainFailure('llamacpp', [line])).toBeUndefined()
    expect(explainFailure(undefined, [line])?.id).toBe('adapter-rank-too-big')
  })

  it('stays silent about a start that goes well', () => {
    // What vLLM 0.32 warns of on any machine with a low limit, and quotes an error doing so.
    const healthy = [
      'WARNING [system_utils.py:255] Found ulimit of 20000 and failed to automatically increase with error current limit exceeds maximum limit. This can cause fd limit errors like `OSError: [Errno 24] Too many open files`. Consider increasing with ulimit -n',
      "INFO [cli_args.py:309] non-default args: {'trust_remote_code': False, 'tensor_parallel_size': 2}",
      'WARNING [nixl_utils.py:62] NIXL is not available',
      'INFO:     Application startup complete.',
    ]
    expect(explainFailure('vllm', healthy, { code: 0, signal: null })).toBeUndefined()
  })

  it('answers soon and shows nothing harmful, whatever the log is', () => {
    const hostile = [
      'CUDA out of memory',
      ...Array.from({ length: 20_000 }, (_, index) => `${'a'.repeat(index % 90)} error: ( { [ not within `),
      'x'.repeat(5_000_000),
      `${'Free memory on device '.repeat(20_000)}`,
      `\u001b[2J\u001b]0;title\u0007ModuleNotFoundError: No module named 'm'\u202e${'y'.repeat(10_000)}`,
    ]
    const before = performance.now()
    const explained = explainFailure(undefined, hostile)
    // A generous bound: quadratic patterns would take minutes.
    expect(performance.now() - before).toBeLessThan(20_000)
    expect(explained?.id).toBe('engine-incomplete')
    expect(explained?.line?.length).toBeLessThan(410)
    expect(explained?.line).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
  })

  it('looks no further back than its limit', () => {
    const lines = ['CUDA out of memory', ...Array.from({ length: 2_000 }, () => 'q'.repeat(4_000))]
    expect(explainFailure('vllm', lines)).toBeUndefined()
  })
})
