import type { EngineFailure } from './contract.ts'
import { issue, llamacpp, sglang, upstream, vllm } from './sources.ts'

/** Memory of the GPU and of the host. */
export const memoryFailures: readonly EngineFailure[] = [
  {
    id: 'kv-cache-none',
    engines: ['vllm'],
    rank: 'cause',
    patterns: [/No available memory for the cache blocks/],
    meaning: 'the weights fill the share of the GPU that the engine may take, and nothing is left for the KV cache',
    mend: {
      text: 'Raise `hardware.memoryFraction`, spread the model over more GPUs with `parallelism.tensor`, or take smaller weights with `quantization`.',
      fields: ['models[].hardware.memoryFraction', 'models[].parallelism.tensor', 'models[].quantization'],
      command: 'fairlead size',
    },
    sources: [vllm('vllm/v1/core/kv_cache_utils.py:1011')],
  },
  {
    id: 'kv-cache-too-small',
    engines: ['vllm'],
    rank: 'cause',
    patterns: [
      /To serve at least one request with the model's max seq len \((?<context>\d+)\).{0,300}maximum model length is (?<fits>\d+)/,
      /To serve at least one request with the model's max seq len \((?<context>\d+)\)/,
      /The model's max seq len \((?<context>\d+)\) is larger than the maximum number of tokens that can be stored in KV cache \((?<fits>\d+)\)/,
    ],
    meaning: 'one request of the full context does not fit in the KV cache',
    mend: {
      text: 'Set `context` below {context} tokens. The engine estimates that {fits} fit. Or raise `hardware.memoryFraction`, or keep the cache in fp8 with `kvCache.dtype`.',
      fields: ['models[].context', 'models[].hardware.memoryFraction', 'models[].kvCache.dtype'],
      command: 'fairlead size',
    },
    sources: [vllm('vllm/v1/core/kv_cache_utils.py:1031'), issue('vllm-project/vllm', 10517)],
  },
  {
    id: 'sglang-memory-pool-empty',
    engines: ['sglang'],
    rank: 'cause',
    patterns: [/Not enough memory\. Please try to increase --mem-fraction-static/],
    meaning: 'the weights fill the share of the GPU that the engine may take, and nothing is left for the KV cache',
    mend: {
      text: 'Raise `hardware.memoryFraction`, spread the model over more GPUs with `parallelism.tensor`, or take smaller weights with `quantization`.',
      fields: ['models[].hardware.memoryFraction', 'models[].parallelism.tensor', 'models[].quantization'],
      command: 'fairlead size',
    },
    sources: [sglang('srt/model_executor/pool_configurator.py:96'), issue('sgl-project/sglang', 4330, '0.4.3')],
  },
  {
    id: 'gpu-taken-by-others',
    engines: ['vllm'],
    rank: 'cause',
    patterns: [
      /Free memory on device .{0,60}\((?<free>[\d.]+)\/(?<total>[\d.]+) GiB\) on startup is less than .{0,80}\((?<share>[\d.]+), (?<wanted>[\d.]+) GiB\)/,
    ],
    meaning: 'other processes hold the memory of the GPU that the engine was to take',
    mend: {
      text: 'Free {wanted} GiB on the GPU, of which {free} GiB of {total} are free, or set `hardware.memoryFraction` below {share}. Models that share a GPU on purpose name the same `hardware.group`; a time-sliced GPU has one memory for all, and a MIG slice has its own (`hardware.sharing`).',
      fields: ['models[].hardware.memoryFraction', 'models[].hardware.group', 'models[].hardware.sharing'],
      command: 'nvidia-smi',
    },
    sources: [vllm('vllm/v1/worker/utils.py:763'), issue('vllm-project/vllm', 20305, '0.9.1')],
  },
  {
    id: 'gpu-memory-unbalanced',
    engines: ['sglang'],
    rank: 'cause',
    patterns: [/memory capacity is unbalanced\. Some GPUs may be occupied by other processes/],
    meaning: 'other processes hold memory of some of the GPUs that the model is spread over',
    mend: {
      text: 'Free the GPUs, or choose machines whose GPUs are free.',
      fields: ['models[].placement.nodeSelector', 'models[].hardware.memoryFraction'],
      command: 'nvidia-smi',
    },
    sources: [sglang('srt/distributed/bootstrap.py:445')],
  },
  {
    id: 'gpu-out-of-memory-warm-up',
    engines: ['vllm'],
    rank: 'cause',
    patterns: [
      /CUDA out of memory occurred when warming up (?:sampler|pooler).{0,40}with (?<requests>\d+) dummy requests/,
    ],
    meaning: 'the GPU has too little memory for {requests} sequences at once beside weights and KV cache',
    mend: {
      text: 'Set `maxSequences` below {requests}, or lower `hardware.memoryFraction` so that room is left for the computation.',
      fields: ['models[].maxSequences', 'models[].hardware.memoryFraction'],
      command: 'fairlead size',
    },
    sources: [vllm('vllm/v1/worker/gpu_model_runner.py:5991')],
  },
  {
    id: 'gpu-out-of-memory-graphs',
    engines: ['sglang'],
    rank: 'cause',
    patterns: [/Capture cuda graph failed: /i],
    meaning: 'the GPU has too little memory for the CUDA graphs beside weights and KV cache',
    mend: {
      text: 'Lower `hardware.memoryFraction` (0.8, then 0.7), or `maxSequences`.',
      fields: ['models[].hardware.memoryFraction', 'models[].maxSequences'],
    },
    sources: [sglang('srt/model_executor/runner/decode_cuda_graph_runner.py:603')],
  },
  {
    id: 'gpu-out-of-memory-load',
    engines: ['vllm'],
    rank: 'cause',
    patterns: [/Failed to load model - not enough GPU memory/],
    meaning: 'the weights do not fit in the memory of the GPU',
    mend: {
      text: 'Spread the model over more GPUs with `parallelism.tensor`, take smaller weights with `quantization`, or a GPU with more memory with `hardware.gpu`.',
      fields: ['models[].parallelism.tensor', 'models[].quantization', 'models[].hardware.gpu'],
      command: 'fairlead size',
    },
    sources: [vllm('vllm/v1/worker/gpu_model_runner.py:5140'), issue('vllm-project/vllm', 31273, '0.13.0')],
  },
  {
    id: 'gpu-out-of-memory',
    engines: [],
    rank: 'cause',
    patterns: [/CUDA out of memory/, /cudaMalloc failed: out of memory/, /CUDA (?:driver )?error: out of memory/],
    meaning: 'the GPU has too little free memory',
    mend: {
      text: 'Set a shorter `context` or fewer `maxSequences`, take a smaller `quantization`, spread the model with `parallelism.tensor`, or free the GPU.',
      fields: [
        'models[].context',
        'models[].maxSequences',
        'models[].quantization',
        'models[].parallelism.tensor',
        'models[].hardware.memoryFraction',
      ],
      command: 'nvidia-smi',
    },
    sources: [
      issue('vllm-project/vllm', 28143),
      llamacpp('ggml/src/ggml-cuda/ggml-cuda.cu, ggml_backend_cuda_buffer_type_alloc_buffer'),
      issue('gpustack/gpustack', 1269),
    ],
  },
  {
    id: 'shared-memory-too-small',
    engines: [],
    rank: 'cause',
    patterns: [
      /Insufficient space in \/dev\/shm for [^:]{0,80}: (?<wanted>\d+) MiB required, (?<free>\d+) MiB free/,
      /Error while creating shared memory segment \/dev\/shm\/nccl/,
      /Unexpected bus error encountered in worker\. This might be caused by insufficient shared memory/,
      /unable to (?:open shared memory object|write to file) <\/torch_/,
    ],
    meaning: '/dev/shm is too small for what the processes of the engine hand each other',
    mend: {
      text: 'Raise `resources.sharedMemory`. The engine asks for {wanted} MiB more. Containers have 64 MiB unless told otherwise.',
      fields: ['models[].resources.sharedMemory'],
      command: 'df -h /dev/shm',
    },
    sources: [
      vllm('vllm/distributed/device_communicators/shm_broadcast.py:254'),
      issue('vllm-project/vllm', 14537),
      upstream('pytorch/pytorch', 'torch/csrc/DataLoader.cpp, handler of SIGBUS', '2.13.0'),
    ],
  },
  {
    id: 'host-out-of-memory',
    engines: [],
    rank: 'cause',
    patterns: [
      /cannot allocate memory/i,
      /std::bad_alloc/,
      /DefaultCPUAllocator: (?:can't|not enough) (?:allocate )?memory/,
      /heap out of memory/i,
      /failed to allocate (?:\w+ )?buffer/i,
      /^MemoryError/,
    ],
    exits: ['OOMKilled'],
    meaning: 'its host or container has too little free memory',
    mend: {
      text: 'Raise `resources.memory` where the engine runs in a container; else set a shorter `context`, fewer `maxSequences` or fewer `replicas`, or take a smaller `quantization`.',
      fields: ['models[].resources.memory', 'models[].context', 'models[].maxSequences', 'models[].replicas'],
      command: 'free -h',
    },
    sources: [
      issue('sgl-project/sglang', 5762),
      upstream('pytorch/pytorch', 'c10/core/impl/alloc_cpu.cpp', '2.13.0'),
      llamacpp('ggml/src/ggml-alloc.c'),
      upstream('kubernetes/kubernetes', 'ContainerStateTerminated.reason', '1.36'),
    ],
  },
]
