/** Fleets whose rendered objects are kept and reviewed; each shows parts that the others do not have. */
export const goldenFleets: Readonly<Record<string, string>> = {
  // One workstation: models in a folder of it, one GPU, a token by reference.
  workstation: `name: desk
targets:
  kubernetes: { namespace: desk, serviceType: LoadBalancer, sessionAffinity: true }
storage:
  models: { kind: hostPath, path: /srv/models }
models:
  - name: llama-3.1-8b
    source: hf://meta-llama/Llama-3.1-8B-Instruct
    token: { env: HF_TOKEN }
    hardware: { gpu: rtx-4090 }
    context: 8k
`,
  // A campus: shared storage, keys in a file and in a Secret, two gateways, names that clients know.
  campus: `name: campus
targets:
  kubernetes:
    namespace: llm
    labels: { team: platform }
    servicePort: 80
    serviceAliases: [{ name: llm-api }, { name: gpt, port: 8000 }]
storage:
  models: { kind: sharedClaim, storageClass: longhorn }
  images: { registry: registry.example.org/mirror, pullSecrets: [mirror] }
models:
  - name: Qwen/Qwen3-8B
    source: hf://Qwen/Qwen3-8B-AWQ
    hardware: { gpu: l40s }
    minReplicas: 1
    maxReplicas: 4
    context: 16k
    chat: { template: "{{ messages }} $(not a variable)" }
    placement:
      nodeSelector: { zone: a }
      tolerations: [{ key: reserved, value: llm, effect: NoSchedule }]
      spread: [{ topologyKey: kubernetes.io/hostname }]
      priorityClass: interactive
  - name: tiny
    source: hf://bartowski/SmolLM2-135M-Instruct-GGUF:SmolLM2-135M-Instruct-Q4_K_M.gguf
    replicas: 2
gateway: { replicas: 2, resources: { cpu: 2, memory: 2Gi } }
access:
  keysFile: keys.txt
  keys: [{ name: portal, value: { secretRef: { name: portal-key, key: key } } }]
`,
  // Prompts and answers on GPUs of their own, and exact routing by KV events.
  disaggregated: `name: split
models:
  - name: llama-3.3-70b
    source: hf://RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic
    context: 32k
    prefill: { hardware: { gpu: h200, gpus: 2 }, replicas: 2 }
    decode: { hardware: { gpu: h200, gpus: 1 }, replicas: 4 }
    routing: { policy: prefixExact }
routing: { disaggregation: { transfer: nixl } }
`,
  // A model over machines, one from an image, one on a claim that is there.
  large: `name: large
models:
  - name: deepseek-v3
    source: hf://deepseek-ai/DeepSeek-V3
    hardware: { gpu: h100, gpus: 16 }
    parallelism: { tensor: 8, pipeline: 2, nodes: 2 }
    startupBudget: 45m
  - name: packed
    source: oci://registry.example.org/models/qwen3-8b:1
    engine: vllm
    hardware: { gpu: l40s, gpus: 1 }
  - name: archive
    source: pvc://archive/llama/8b
    engine: sglang
    hardware: { gpu: a100-80gb, gpus: 1 }
    env: [{ name: SGLANG_KEY, from: { secretRef: { name: sglang, key: key } } }]
`,
}
