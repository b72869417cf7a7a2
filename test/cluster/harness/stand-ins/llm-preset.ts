import type { Container, PodSpec } from '../../../../src/kubernetes/index.ts'

/** What presets are filled in with. */
export interface PresetFacts {
  readonly model: string
  readonly namespace: string
  /** Where vLLM listens: behind the sidecar of a pod that decodes, else where it is called. */
  readonly port: number
}

/** Where workloads of an LLMInferenceService are called. */
export const workloadPort = 8000
/** Where vLLM listens behind a sidecar. */
export const behindSidecar = 8001

/**
 * What KServe’s preset for one machine comes to (config/llmisvcconfig/config-llm-template.yaml): the same command, ports and
 * probes. Its looking for network devices and for the version of vLLM is left out.
 */
export function preset({ model, namespace, port }: PresetFacts): PodSpec {
  const asked = { httpGet: { path: '/health', port } }
  const script = `eval "exec vllm serve /mnt/models --served-model-name ${model} publishers/${namespace}/models/${model} --port ${port} \${VLLM_ADDITIONAL_ARGS} $@"`
  return {
    containers: [
      {
        name: 'main',
        image: 'ghcr.io/llm-d/llm-d-cuda:v0.8.0',
        command: ['/bin/sh', '-c', script, '--'],
        ports: [{ containerPort: port, protocol: 'TCP' }],
        env: [{ name: 'HOME', value: '/home' }],
        startupProbe: { ...asked, periodSeconds: 10, failureThreshold: 60 },
        readinessProbe: { ...asked, periodSeconds: 1, failureThreshold: 2 },
        livenessProbe: { ...asked, periodSeconds: 10, failureThreshold: 10 },
        lifecycle: { preStop: { exec: { command: ['/bin/sleep', '15'] } } },
        volumeMounts: [
          { name: 'home', mountPath: '/home' },
          { name: 'tmp-dir', mountPath: '/tmp' },
          { name: 'kserve-provision-location', mountPath: '/mnt/models' },
        ],
      },
    ],
    terminationGracePeriodSeconds: 60,
    volumes: [
      { name: 'home', emptyDir: {} },
      { name: 'tmp-dir', emptyDir: {} },
      { name: 'kserve-provision-location', emptyDir: {} },
    ],
  }
}

/** The sidecar that KServe puts before vLLM where a model is split, as a preset of it has it. */
export const sidecar: Container = {
  name: 'llm-d-routing-sidecar',
  image: 'ghcr.io/llm-d/llm-d-router-disagg-sidecar:v0.9.0',
  command: ['/app/pd-sidecar'],
  args: [`--port=${workloadPort}`, `--vllm-port=${behindSidecar}`, '--kv-connector=nixlv2', '--secure-proxy=false'],
  restartPolicy: 'Always',
  ports: [{ containerPort: workloadPort, protocol: 'TCP' }],
}
