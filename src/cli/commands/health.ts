import type { Command } from '../command.ts'

/** `fairlead health` */
export const health: Command = {
  name: 'health',
  section: 'Look at it',
  summary: 'Ask whether a gateway or an engine is ready, as a container’s health check does',
  description:
    'Exit code 0 when the address answers 2xx within 5 s, else 1: Docker keeps 2 for itself. Without URL it asks FAIRLEAD_HEALTH_URL, else http://127.0.0.1:8080/readyz.',
  arguments: [{ name: 'URL', description: 'what is asked, such as http://127.0.0.1:8000/health' }],
  examples: [
    { command: 'fairlead health', what: 'whether the gateway on port 8080 takes requests' },
    { command: 'fairlead health http://127.0.0.1:8000/health', what: 'whether an engine has loaded its model' },
  ],
  load: async () => (await import('../handlers/health.ts')).healthHandler,
}
