import type { Command } from '../command.ts'

/** `fairlead engine llamacpp`: its options are the flags of `src/engine-servers/llamacpp/`. */
export const engineLlamacpp: Command = {
  name: 'engine llamacpp',
  section: 'Run a Fleet',
  summary: 'Run our llama.cpp server alone, as a container does',
  description:
    'Serves a GGUF file on the CPU, with the flags of llama-server that it knows. The engine is installed into the cache at the first start, unless --engine-folder or FAIRLEAD_ENGINE_FOLDER say where it is. SIGTERM lets open answers finish.',
  options: [
    { name: 'model', short: 'm', value: 'FILE', description: 'the GGUF file', completes: 'file' },
    { name: 'alias', short: 'a', value: 'NAMES', description: 'names that clients ask for, separated by commas' },
    { name: 'host', value: 'ADDRESS', description: 'address; 127.0.0.1 when absent, 0.0.0.0 in a container' },
    { name: 'port', value: 'N', description: 'port; 8080 when absent' },
    {
      name: 'ctx-size',
      short: 'c',
      value: 'TOKENS',
      description: 'context of all sequences; the model’s own when absent',
    },
    { name: 'parallel', value: 'N', description: 'sequences at once; 1 when absent' },
    { name: 'threads', short: 't', value: 'N', description: 'CPU threads; all when absent' },
    { name: 'batch-size', short: 'b', value: 'TOKENS', description: 'prompt tokens in a step; 128 when absent' },
    { name: 'metrics', description: 'taken as llama-server takes it; /metrics is always there' },
    { name: 'jinja', description: 'taken as llama-server takes it; templates are always Jinja' },
    { name: 'engine-folder', value: 'FOLDER', description: 'where the engine is installed', completes: 'file' },
    { name: 'max-waiting', value: 'N', description: 'requests that wait at the most; 1024 when absent' },
    { name: 'grace-ms', value: 'MS', description: 'how long open answers may go on after SIGTERM; 30000 when absent' },
  ],
  examples: [
    {
      command: 'fairlead engine llamacpp --model /models/model.gguf --alias m --host 0.0.0.0 --port 8000',
      what: 'a replica of a model from a mounted file',
    },
  ],
  load: async () => (await import('../handlers/engine-llamacpp.ts')).engineLlamacppHandler,
}
