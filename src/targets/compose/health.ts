import type { EngineName } from '../../fleet/index.ts'
import type { Probes } from '../rendering/index.ts'
import { secondsText } from './amounts.ts'
import type { HealthCheck } from './types.ts'

/**
 * The command with which an image can ask itself. llama.cpp’s images have curl (their own HEALTHCHECK uses it); those of vLLM
 * and SGLang surely have Python; ours has the command for it.
 */
function askingCommand(engine: EngineName | 'gateway', url: string): string[] {
  switch (engine) {
    case 'llamacpp':
      return ['curl', '-fsS', '-o', '/dev/null', url]
    case 'vllm':
    case 'sglang':
      return ['python3', '-c', `import urllib.request; urllib.request.urlopen('${url}', timeout=5)`]
    default:
      return ['fairlead', 'health', '--quiet', url]
  }
}

/**
 * The health check of a container that answers HTTP. Compose has one check for what Kubernetes has three: while the start
 * period lasts a failure does not count, and it is asked often; later as rarely as a liveness probe, which is enough, since the
 * gateway itself watches every replica, and Docker restarts nothing for being unhealthy.
 */
export function healthCheck(
  engine: EngineName | 'gateway',
  port: number,
  { startup, readiness, liveness }: Probes,
): HealthCheck {
  const patience = startup.intervalSeconds * startup.failures
  return {
    test: ['CMD', ...askingCommand(engine, `http://127.0.0.1:${port}${readiness.path}`)],
    interval: secondsText(liveness.intervalSeconds),
    timeout: secondsText(liveness.timeoutSeconds),
    retries: liveness.failures,
    start_period: secondsText(patience),
    start_interval: secondsText(startup.intervalSeconds),
  }
}
