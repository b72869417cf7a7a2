import type { Command } from '../command.ts'

/** `fairlead engine simulated`: its options are the flags of `src/engine-servers/simulated/`. */
export const engineSimulated: Command = {
  name: 'engine simulated',
  section: 'Run a Fleet',
  summary: 'Run the simulated engine alone, as a container does',
  description:
    'Serves OpenAI’s API with vLLM’s metric names at /metrics and readiness at /health. SIGTERM lets open answers finish.',
  options: [
    { name: 'model', value: 'NAME', description: 'name that clients ask for' },
    { name: 'alias', value: 'NAMES', description: 'further names, separated by commas' },
    { name: 'host', value: 'ADDRESS', description: 'address; 127.0.0.1 when absent, 0.0.0.0 in a container' },
    { name: 'port', value: 'N', description: 'port; a free one when absent' },
    { name: 'context', value: 'TOKENS', description: 'longest prompt and answer together; 8192 when absent' },
    { name: 'settings', value: 'JSON', description: 'the Fleet’s models[].simulated, times in milliseconds' },
    { name: 'grace-ms', value: 'MS', description: 'how long open answers may go on after SIGTERM; 30000 when absent' },
  ],
  examples: [
    {
      command: 'fairlead engine simulated --model m --host 0.0.0.0 --port 8000',
      what: 'a replica of a model, for trying a deployment out without a GPU',
    },
  ],
  load: async () => (await import('../handlers/engine-simulated.ts')).engineSimulatedHandler,
}
