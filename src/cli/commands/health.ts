import type { Command } from '../command.ts'
import { placeOptions } from './shared.ts'

/** `fairlead health` */
export const health: Command = {
  name: 'health',
  section: 'Look at it',
  summary: 'Tell whether a Fleet serves, or whether one address answers',
  description:
    'Of a Fleet: every part with what it lacks, and exit code 2 when something does. Of a URL: exit code 0 when it answers 2xx ' +
    'within 5 s, else 1, as health checks of containers want it: Docker keeps 2 for itself. Without an argument and without --target it asks FAIRLEAD_HEALTH_URL, else ' +
    'http://127.0.0.1:8080/readyz.',
  arguments: [
    {
      name: 'FLEET',
      description: 'name of a Fleet, or its file; or a URL, such as http://127.0.0.1:8000/health',
      completes: 'file',
    },
  ],
  options: placeOptions,
  reports: true,
  examples: [
    { command: 'fairlead health demo', what: 'whether everything of a Fleet is ready, and what is not' },
    { command: 'fairlead health', what: 'whether the gateway on port 8080 takes requests' },
    { command: 'fairlead health http://127.0.0.1:8000/health', what: 'whether an engine has loaded its model' },
  ],
  load: async () => (await import('../handlers/health.ts')).healthHandler,
}
