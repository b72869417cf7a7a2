import { commandLines } from '../../subject/command-lines.ts'
import type { Reference, Rule } from '../../contract.ts'

interface GoneCommand {
  readonly pattern: RegExp
  readonly message: string
  readonly instead: string
  readonly severity?: 'warning' | 'note'
  readonly reference: Reference
}

/** Commands and charts that guides show and that are gone, or on their way. */
const goneCommands: readonly GoneCommand[] = [
  {
    pattern: /(?<![\w/-])huggingface-cli(?![\w-])/,
    message: 'huggingface-cli is removed since huggingface_hub 1.0.',
    instead: 'hf (hf download, hf auth login)',
    reference: {
      title: 'huggingface_hub 1.0: migration',
      url: 'https://huggingface.co/docs/huggingface_hub/concepts/migration',
    },
  },
  {
    pattern: /benchmark_(serving|throughput|latency)\.py/,
    message: 'vLLM’s benchmark scripts are replaced by a command.',
    instead: 'vllm bench serve (throughput, latency)',
    reference: { title: 'vLLM: benchmarks', url: 'https://docs.vllm.ai/en/latest/benchmarking/cli/' },
  },
  {
    pattern: /helm\s+(install|upgrade|pull|template)\b.*\bllm-d-modelservice\/llm-d-modelservice\b/,
    message: 'The chart llm-d-modelservice is deprecated since llm-d 0.7.',
    instead: 'llm-d’s Kustomize guides, or KServe’s LLMInferenceService',
    severity: 'warning',
    reference: { title: 'llm-d 0.7', url: 'https://llm-d.ai/blog' },
  },
  {
    pattern: /helm\s+(install|upgrade|pull|template)\b.*\bllm-d-infra\/llm-d-infra\b/,
    message: 'The chart llm-d-infra is deprecated since llm-d 0.7.',
    instead: 'llm-d’s Kustomize guides',
    severity: 'warning',
    reference: { title: 'llm-d 0.7', url: 'https://llm-d.ai/blog' },
  },
  {
    pattern: /llm-d-deployer/,
    message: 'llm-d-deployer is archived.',
    instead: 'llm-d’s guides',
    reference: { title: 'llm-d-deployer', url: 'https://github.com/llm-d/llm-d-deployer' },
  },
  {
    pattern: /registry\.k8s\.io\/gateway-api-inference-extension\/charts\/(standalone|inferencepool)/,
    message: 'The charts of the endpoint picker moved to llm-d’s router.',
    instead: 'oci://ghcr.io/llm-d/charts/llm-d-router-gateway (or -standalone)',
    severity: 'warning',
    reference: { title: 'llm-d 0.9: artifacts', url: 'https://llm-d.ai/docs' },
  },
  {
    pattern: /(?<![\w-])nvidia-docker\s+run/,
    message: 'nvidia-docker is gone: Docker hands GPUs in itself since 19.03.',
    instead: 'docker run --gpus all',
    reference: {
      title: 'NVIDIA Container Toolkit',
      url: 'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html',
    },
  },
  {
    pattern: /(?<![\w./-])docker-compose\s+(up|down|pull|logs|ps|restart|exec|build|stop|start|-f)/,
    message: 'docker-compose (version 1) gets no updates since July 2023.',
    instead: 'docker compose',
    severity: 'note',
    reference: { title: 'Docker: migrate to Compose v2', url: 'https://docs.docker.com/compose/releases/migrate/' },
  },
  {
    pattern: /(?<![\w./-])(?:\.\/)(?:server|main)\s+-m\s+\S+\.gguf/,
    message: 'llama.cpp’s programs are called llama-… since June 2024.',
    instead: 'llama-server (llama-cli)',
    reference: {
      title: 'llama.cpp #7809: names of the programs',
      url: 'https://github.com/ggml-org/llama.cpp/pull/7809',
    },
  },
  {
    pattern: /python3?\s+(?:\S*\/)?convert\.py\s|convert-hf-to-gguf\.py/,
    message: 'llama.cpp’s converter has another name since 2024.',
    instead: 'convert_hf_to_gguf.py',
    reference: { title: 'llama.cpp #7499: convert scripts', url: 'https://github.com/ggml-org/llama.cpp/pull/7499' },
  },
  {
    pattern: /kubectl\s+get\s+(llmdeployments?|inferencemodels?)\b/,
    message: 'There is no such resource.',
    instead: 'llminferenceservices (KServe), inferencepools (Inference Extension)',
    reference: { title: 'llm-d: artifacts', url: 'https://llm-d.ai/docs' },
  },
]

/** Commands that are gone. */
export const commandRules: readonly Rule[] = [
  {
    id: 'command-gone',
    severity: 'error',
    what: 'A script or a runbook calls a program or chart that is gone.',
    why: 'The command fails, or installs what nobody maintains.',
    since: 'the version or date that the finding names',
    mend: 'Call what replaced it.',
    references: [
      goneCommands[0]?.reference ?? { title: '', url: '' },
      ...goneCommands.slice(1).map(({ reference }) => reference),
    ],
    *check({ manifests }) {
      for (const { file, line, number, offset } of commandLines(manifests)) {
        for (const { pattern, message, instead, severity } of goneCommands) {
          const match = pattern.exec(line)
          if (match === null) continue
          const start = offset + match.index
          yield {
            at: { file, line: number, column: match.index + 1, offset: start, end: start + match[0].length },
            message: message,
            fix: `Use ${instead}.`,
            ...(severity === undefined ? {} : { severity }),
          }
        }
      }
    },
  },
]
