import type { ProcessEnd } from './process-end.ts'

/** What the end of a process probably means, and what to do about it. */
export interface LikelyCause {
  readonly meaning: string
  readonly mend: string
  readonly command?: string
}

interface CauseRule extends LikelyCause {
  /** Found in one of its last lines. */
  readonly pattern?: RegExp
  /** The signal that ended it. */
  readonly signal?: string
}

/**
 * Known ends, the most telling first: a line that says why comes before a bare signal.
 * The source of each is beside it.
 */
const rules: readonly CauseRule[] = [
  {
    // EADDRINUSE: libuv's error name (Node); "address already in use": strerror(98) on Linux; llama-server: "couldn't bind HTTP server socket"; ours: "The port 1 is taken".
    pattern: /EADDRINUSE|address already in use|couldn't bind HTTP server socket|the port \d+ is taken/i,
    meaning: 'the port that it was to listen on is in use',
    mend: 'Nothing to do: the next start takes another port. If it stays, look for the program that takes every port.',
  },
  {
    // PyTorch: "CUDA out of memory"; ggml-cuda: "cudaMalloc failed: out of memory".
    pattern: /CUDA out of memory|cudaMalloc failed/i,
    meaning: 'the GPU has too little free memory',
    mend: 'Give the model a shorter context or fewer maxSequences, take a smaller quantisation, or free the GPU.',
    command: 'nvidia-smi',
  },
  {
    // strerror(12) on Linux; C++ std::bad_alloc; V8: "JavaScript heap out of memory"; ggml: "failed to allocate buffer".
    pattern: /cannot allocate memory|std::bad_alloc|heap out of memory|failed to allocate .*buffer|out of memory/i,
    meaning: 'this machine has too little free memory',
    mend: 'Give the model a shorter context, fewer maxSequences or fewer replicas, or take a smaller quantisation.',
    command: 'free -h',
  },
  {
    // llama.cpp, src/llama-model-loader.cpp and ggml/src/gguf.cpp: "invalid magic characters", "failed to load model", "gguf_init_from_file".
    pattern: /invalid magic|failed to load model|unable to load model|gguf_init_from_(file|reader)|not a gguf file/i,
    meaning: 'the model file cannot be read by this engine',
    mend: 'Check the stored files; a damaged one is fetched again by the next start.',
    command: 'fairlead models verify',
  },
  {
    // llama.cpp common/arg.cpp: "error: invalid argument: --x"; Python argparse: "unrecognized arguments"; Node parseArgs: "Unknown option".
    pattern: /error: invalid argument|unrecognized arguments|unknown (option|argument)/i,
    meaning: 'the engine does not know one of its arguments',
    mend: 'Correct `engineArgs` of the model in the Fleet file.',
  },
  {
    // Node's module loaders, and the dynamic linker of glibc.
    pattern: /ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|error while loading shared libraries|version `GLIBC\S*' not found/,
    meaning: 'a part of the engine is missing or does not fit this machine',
    mend: 'Remove the installed engine from the cache folder `fairlead/engines`; the next start installs it anew.',
  },
  {
    // The CUDA runtime's error texts, cudaErrorInsufficientDriver and cudaErrorNoDevice.
    pattern: /CUDA driver version is insufficient|no CUDA-capable device/i,
    meaning: 'the GPU or its driver cannot be used',
    mend: 'Install a driver that fits the CUDA version of the engine.',
    command: 'nvidia-smi',
  },
  {
    // strerror(28) on Linux; libuv's error name.
    pattern: /ENOSPC|no space left on device/i,
    meaning: 'the disk is full',
    mend: 'Free some space.',
    command: 'df -h',
  },
  {
    // spawn(2) by Node: the program is not there or may not be run.
    pattern: /spawn \S+ (ENOENT|EACCES)/,
    meaning: 'its program is not there or may not be run',
    mend: 'Install it, or take its folder out of PATH.',
  },
  {
    // signal(7): SIGILL.
    signal: 'SIGILL',
    meaning: 'the engine was built for a processor with instructions that this one lacks',
    mend: 'Remove a `llama-server` of your own from PATH, or install one that was built on this machine.',
  },
  {
    // The kernel's OOM killer sends SIGKILL: Documentation/admin-guide/mm/concepts.rst, "OOM killer".
    signal: 'SIGKILL',
    meaning: 'something killed it; most often the kernel, because memory ran out',
    mend: 'Look for "Out of memory" in the kernel log; give the model a shorter context or fewer replicas.',
    command: 'dmesg | tail',
  },
  {
    // signal(7): SIGSEGV.
    signal: 'SIGSEGV',
    meaning: 'the engine crashed in its native code',
    mend: 'Try another engine version or model file; its last lines say more.',
  },
  {
    // mmap(2): SIGBUS is an access beyond the end of the mapped file, as engines map weights.
    signal: 'SIGBUS',
    meaning: 'the model file was cut short while it was in use, or the disk is full',
    mend: 'Check the stored files.',
    command: 'fairlead models verify',
  },
  {
    // abort(3), as GGML_ASSERT and uncaught C++ exceptions call it.
    signal: 'SIGABRT',
    meaning: 'the engine gave up after an error inside it',
    mend: 'Its last lines say more.',
  },
]

/** The first known cause that fits, or undefined when the end tells nothing. */
export function findLikelyCause(end: ProcessEnd): LikelyCause | undefined {
  const said = end.problem === undefined ? end.lastLines : [...end.lastLines, end.problem]
  return (
    rules.find((rule) => rule.pattern !== undefined && said.some((line) => rule.pattern?.test(line))) ??
    (end.problem === undefined
      ? rules.find((rule) => rule.signal !== undefined && rule.signal === end.signal)
      : undefined)
  )
}
