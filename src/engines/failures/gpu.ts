import type { EngineFailure } from './contract.ts'
import { issue, llamacpp, upstream, vllm } from './sources.ts'

const torchCuda = upstream('pytorch/pytorch', 'c10/cuda/CUDAFunctions.cpp, device_count_impl', '01a6a16d')

/** The GPU, its driver and what it can compute. */
export const gpuFailures: readonly EngineFailure[] = [
  {
    id: 'driver-too-old',
    engines: [],
    rank: 'cause',
    patterns: [
      /NVIDIA driver on your system is too old \(found version (?<driver>\d+)\)/,
      /CUDA driver version is insufficient for CUDA runtime version/,
      /unsatisfied condition: cuda>=(?<cuda>[\d.]+)/,
    ],
    meaning: 'the NVIDIA driver is older than the CUDA that the engine was built with',
    mend: {
      text: 'Install a newer driver on the machine. It has to bring CUDA {cuda}. Or set an `engineVersion` or `image` that was built for the driver that is there.',
      fields: ['models[].engineVersion', 'models[].image'],
      command: 'nvidia-smi',
    },
    sources: [torchCuda, issue('ollama/ollama', 7666), issue('NVIDIA/nvidia-container-toolkit', 152)],
  },
  {
    id: 'driver-forward-compatibility',
    engines: [],
    rank: 'cause',
    patterns: [/forward compatibility was attempted on non supported HW/],
    meaning: 'the image brings CUDA libraries for a newer driver, which this kind of GPU does not take',
    mend: {
      text: 'Install a newer driver on the machine, or set an `image` that was built for the driver that is there.',
      fields: ['models[].image', 'models[].engineVersion'],
      command: 'nvidia-smi',
    },
    sources: [issue('gpustack/gpustack', 1540), torchCuda],
  },
  {
    id: 'driver-library-mismatch',
    engines: [],
    rank: 'cause',
    patterns: [/Driver\/library version mismatch/i, /NVML\/RM version mismatch/],
    meaning: 'the driver was updated while its old kernel module is still loaded',
    mend: { text: 'Restart the machine; the module and the libraries then agree.', command: 'nvidia-smi' },
    sources: [issue('vllm-project/vllm', 29737), issue('psalias2006/gpu-hot', 48)],
  },
  {
    id: 'no-gpu-driver',
    engines: [],
    rank: 'cause',
    patterns: [
      /Found no NVIDIA driver on your system/,
      /libcuda\.so(?:\.1)?: cannot open shared object file/,
      /libcuda\.so cannot found/,
      /NVML Shared Library Not Found/,
    ],
    meaning: 'the engine finds no NVIDIA driver where it runs',
    mend: {
      text: 'Install the driver on the machine. In a container the NVIDIA runtime has to bring it in: register it, and ask for a GPU with `hardware.gpus`.',
      fields: ['models[].hardware.gpus'],
      command: 'fairlead doctor',
    },
    sources: [torchCuda, issue('vllm-project/vllm', 17187), issue('vllm-project/vllm', 3808, '0.4.0')],
  },
  {
    id: 'no-gpu',
    engines: [],
    rank: 'cause',
    patterns: [
      /No CUDA GPUs are available/,
      /no CUDA-capable device is detected/i,
      /Failed to infer device type/,
      /Device string must not be empty/,
      /CUDA driver initialization failed, you might not have a CUDA gpu/,
    ],
    meaning: 'the engine sees no GPU',
    mend: {
      text: 'Ask for one with `hardware.gpus`, and look whether the machine shows one; an engine that needs none is `engine: llamacpp`.',
      fields: ['models[].hardware.gpus', 'models[].engine'],
      command: 'nvidia-smi',
    },
    sources: [
      torchCuda,
      vllm('vllm/config/device.py:56'),
      issue('keras-team/kinetic', 269),
      llamacpp('ggml/src/ggml-cuda/ggml-cuda.cu, ggml_cuda_init'),
    ],
  },
  {
    id: 'fabric-manager-missing',
    engines: [],
    rank: 'cause',
    patterns: [/Error 802: system not yet initialized/],
    meaning: 'the fabric manager of the NVSwitch does not run',
    mend: {
      text: 'Install and start nvidia-fabricmanager in the version of the driver.',
      command: 'systemctl status nvidia-fabricmanager',
    },
    sources: [issue('gpustack/gpustack', 1254)],
  },
  {
    id: 'bfloat16-unsupported',
    engines: ['vllm'],
    rank: 'cause',
    patterns: [
      /Bfloat16 is only supported on GPUs with compute capability of at least 8\.0\. Your (?<gpu>[^.]{1,80}) GPU/,
    ],
    meaning: 'the GPU ({gpu}) cannot compute in bfloat16',
    mend: {
      text: 'Set `dtype: float16`, or a newer `hardware.gpu`.',
      fields: ['models[].dtype', 'models[].hardware.gpu'],
    },
    sources: [vllm('vllm/platforms/cuda.py:649')],
  },
  {
    id: 'gpu-architecture-unsupported',
    engines: [],
    rank: 'cause',
    patterns: [
      /no kernel image is available for execution on the device/,
      /is not compatible with the current PyTorch installation/,
    ],
    meaning: 'the engine was not built for this generation of GPU',
    mend: {
      text: 'Set an `engineVersion` or `image` that was built for it, or another `hardware.gpu`.',
      fields: ['models[].engineVersion', 'models[].image', 'models[].hardware.gpu'],
      command: 'nvidia-smi --query-gpu=name,compute_cap --format=csv',
    },
    sources: [issue('vllm-project/vllm', 14452), upstream('pytorch/pytorch', 'torch/cuda/__init__.py:427', '2.13.0')],
  },
  {
    id: 'gpu-hardware-error',
    engines: [],
    rank: 'cause',
    patterns: [/uncorrectable ECC error encountered/],
    meaning: 'the GPU has a fault of its own',
    mend: {
      text: 'Take the machine out of service (on Kubernetes: cordon the node) and look at the kernel log for the Xid.',
      fields: ['models[].placement.nodeAffinity'],
      command: 'nvidia-smi -q -d ECC,PAGE_RETIREMENT',
    },
    sources: [issue('vllm-project/vllm', 5222), issue('sgl-project/sglang', 3204)],
  },
  {
    id: 'gpu-illegal-access',
    engines: [],
    rank: 'symptom',
    patterns: [/CUDA error: an illegal memory access was encountered/, /CUDA error: device-side assert triggered/],
    meaning: 'a kernel of the engine went wrong on the GPU',
    mend: {
      text: 'Set another `engineVersion`; until then `engineArgs: [--enforce-eager]` avoids CUDA graphs, which many of these come from.',
      fields: ['models[].engineVersion', 'models[].engineArgs'],
    },
    sources: [issue('vllm-project/vllm', 13939, '0.7.2'), issue('vllm-project/vllm', 6976)],
  },
]
