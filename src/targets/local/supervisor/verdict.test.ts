import { describe, expect, it } from 'vitest'
import type { ProcessEnd } from './process-end.ts'
import { crashLoopError, summariseEnd } from './verdict.ts'

const end = (part: Partial<ProcessEnd>): ProcessEnd => ({ code: 1, signal: null, lastLines: [], ...part })

describe('what the end of an engine means', () => {
  it.each<[string, Partial<ProcessEnd>, string]>([
    ['exited with code 1', {}, ''],
    ['exited with code 3', { code: 3, lastLines: ['nothing known'] }, ''],
    ['was ended by SIGKILL', { code: null, signal: 'SIGKILL' }, 'memory ran out'],
    ['was ended by SIGILL', { code: null, signal: 'SIGILL' }, 'instructions that this one lacks'],
    ['was ended by SIGSEGV', { code: null, signal: 'SIGSEGV' }, 'native code'],
    ['was ended by SIGBUS', { code: null, signal: 'SIGBUS' }, 'cut short'],
    [
      'was ended by SIGABRT',
      { code: null, signal: 'SIGABRT', lastLines: ["terminate called after throwing an instance of 'std::bad_alloc'"] },
      'too little free memory',
    ],
    ['exited', { lastLines: ['Error: listen EADDRINUSE: address already in use 127.0.0.1:4000'] }, 'is in use'],
    ['exited', { lastLines: ["srv start: couldn't bind HTTP server socket, hostname: 127.0.0.1"] }, 'is in use'],
    [
      'exited',
      { lastLines: ['ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`'] },
      'hardware.memoryFraction',
    ],
    ['exited', { lastLines: ['gguf_init_from_reader: invalid magic characters: "PK", expected "GGUF"'] }, 'model file'],
    ['exited', { lastLines: ['ggml_backend_cuda_buffer: cudaMalloc failed: out of memory'] }, 'the GPU has too little'],
    [
      'exited',
      { lastLines: ['FATAL ERROR: Reached heap limit - JavaScript heap out of memory'] },
      'too little free memory',
    ],
    ['exited', { lastLines: ['error: invalid argument: --no-such'] }, 'one of its arguments'],
    ['exited', { lastLines: ["code: 'ERR_MODULE_NOT_FOUND'"] }, 'a part of the engine is missing'],
    ['exited', { lastLines: ['write: No space left on device'] }, 'disk is full'],
    [
      'could not be started',
      { code: null, problem: 'could not be started: spawn x ENOENT' },
      'its program is not there',
    ],
    // We killed it ourselves: nothing ran out of memory.
    ['did not serve', { code: null, signal: 'SIGKILL', problem: 'did not serve within 5 s of its start' }, ''],
  ])('%s, %j', (how, part, meaning) => {
    const summary = summariseEnd(end(part))
    expect(summary).toContain(how)
    expect(summary).toContain(meaning)
    expect(summary.includes(': ')).toBe(meaning !== '')
  })

  it('shows the person the last lines, the likely cause, the log and a command', () => {
    const lastLines = [...Array.from({ length: 30 }, (_, index) => `line ${index}`), 'llama: failed to load model']
    const { parts } = crashLoopError('Replica smollm2-0', 5, end({ lastLines }), '/state/logs/smollm2-0.log')
    expect(parts.what).toBe('Replica smollm2-0 ended 5 times in a row: it exited with code 1')
    expect(parts.where).toBe('/state/logs/smollm2-0.log')
    expect(parts.why).toContain('Most likely the model file cannot be read by this engine.')
    expect(parts.why).toContain('  | line 29\n  | llama: failed to load model')
    expect(parts.why).not.toContain('line 18\n')
    expect(parts.command).toBe('fairlead models verify')
  })

  it('shows the line that tells the cause although many came after it', () => {
    const cause = 'ValueError: LoRA rank 64 is greater than max_lora_rank 16.'
    const lastLines = [cause, ...Array.from({ length: 30 }, (_, index) => `frame ${index}`)]
    const { parts } = crashLoopError('Replica a-0', 5, end({ lastLines }), 'x', 'vllm')
    expect(parts.why).toContain(`The line that tells it:\n  | ${cause}`)
    expect(parts.mend).toContain('Set `maxAdapterRank` to 64')
    expect(crashLoopError('Replica a-0', 5, end({ lastLines }), 'x', 'llamacpp').parts.why).not.toContain('tells it')
  })

  it('says so when a process wrote nothing', () => {
    expect(crashLoopError('The gateway', 1, end({}), 'x').parts).toMatchObject({
      what: 'The gateway ended before it served: it exited with code 1',
      why: 'It wrote nothing.',
    })
  })
})
