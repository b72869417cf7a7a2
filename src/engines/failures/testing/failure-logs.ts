import type { EngineName } from '../../../fleet/index.ts'
import type { EngineExit } from '../contract.ts'

/** The end of a log as an engine wrote it, and what it has to be explained as. Places and versions: `sources` of the entry. */
export interface FailureLog {
  readonly id: string
  readonly engine: EngineName
  readonly lines: readonly string[]
  readonly exit?: EngineExit
  /** Something that the mend has to name. */
  readonly mends?: string
}

const died =
  "(APIServer pid=601) RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {'EngineCore_DP0': 1}"
const failedToStart = '(EngineCore_DP0 pid=473) ERROR 11-05 12:19:32 [core.py:708] EngineCore failed to start.'

/** One log or more for each known failure. */
export const failureLogs: readonly FailureLog[] = [
  {
    id: 'kv-cache-none',
    engine: 'vllm',
    lines: [
      'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine (this flag also controls CPU memory reservation on the CPU backend, despite its name).',
      died,
    ],
    mends: 'memoryFraction',
  },
  {
    id: 'kv-cache-too-small',
    engine: 'vllm',
    lines: [
      failedToStart,
      "ValueError: To serve at least one request with the model's max seq len (131072), (16.0 GiB KV cache is needed, which is larger than the available KV cache memory (5.6 GiB). Based on the available memory, the estimated maximum model length is 45872. Try increasing `gpu_memory_utilization` (which also controls CPU memory on the CPU backend) or decreasing `max_model_len` when initializing the engine.",
      died,
    ],
    mends: 'The engine estimates that 45872 fit.',
  },
  {
    id: 'kv-cache-too-small',
    engine: 'vllm',
    lines: [
      "ValueError: To serve at least one request with the model's max seq len (131072), (16.0 GiB KV cache is needed, which is larger than the available KV cache memory (0.1 GiB). Try increasing `gpu_memory_utilization`",
    ],
    mends: 'Set `context` below 131072 tokens. Or raise',
  },
  {
    id: 'kv-cache-too-small',
    engine: 'vllm',
    lines: [
      "The model's max seq len (29000) is larger than the maximum number of tokens that can be stored in KV cache (23648). Try increasing `gpu_memory_utilization` or decreasing `max_model_len` when initializing the engine.",
    ],
    mends: '23648 fit',
  },
  {
    id: 'sglang-memory-pool-empty',
    engine: 'sglang',
    lines: [
      'RuntimeError: Not enough memory. Please try to increase --mem-fraction-static. Current value: mem_fraction_static=0.6',
      'Received sigquit from a child process. It usually means the child failed.',
    ],
    mends: 'memoryFraction',
  },
  {
    id: 'gpu-taken-by-others',
    engine: 'vllm',
    lines: [
      '(EngineCore_DP0 pid=940) ValueError: Free memory on device cuda:1 (19.77/22.05 GiB) on startup is less than desired GPU memory utilization (0.9, 19.84 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.',
      died,
    ],
    mends: 'of which 19.77 GiB of 22.05 are free',
  },
  {
    id: 'gpu-taken-by-others',
    engine: 'vllm',
    lines: [
      'ValueError: Free memory on device (0.49/79.32 GiB) on startup is less than desired GPU memory utilization (0.6, 47.59 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.',
    ],
    mends: 'hardware.group',
  },
  {
    id: 'gpu-memory-unbalanced',
    engine: 'sglang',
    lines: [
      'ValueError: The memory capacity is unbalanced. Some GPUs may be occupied by other processes. pre_model_load_memory=12.1, local_gpu_memory=78.9, local_gpu_memory * 0.9=71.0',
    ],
  },
  {
    id: 'gpu-out-of-memory-warm-up',
    engine: 'vllm',
    lines: [
      'RuntimeError: CUDA out of memory occurred when warming up sampler with 1024 dummy requests. Please try lowering `max_num_seqs` or `gpu_memory_utilization` when initializing the engine.',
    ],
    mends: 'Set `maxSequences` below 1024',
  },
  {
    id: 'gpu-out-of-memory-graphs',
    engine: 'sglang',
    lines: ['Exception: Capture cuda graph failed: CUDA out of memory. Tried to allocate 1.96 GiB.'],
    mends: 'memoryFraction',
  },
  {
    id: 'gpu-out-of-memory-load',
    engine: 'vllm',
    lines: [
      '(EngineCore_DP0 pid=790) ERROR 12-24 08:50:36 [gpu_model_runner.py:5146] Failed to load model - not enough GPU memory. Try lowering --gpu-memory-utilization to free memory for weights, increasing --tensor-parallel-size, or using --quantization. (original error: CUDA out of memory. Tried to allocate 80.00 MiB.)',
    ],
    mends: 'parallelism.tensor',
  },
  {
    id: 'gpu-out-of-memory',
    engine: 'vllm',
    lines: [
      failedToStart,
      '(EngineCore_DP0 pid=790) torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 80.00 MiB. GPU 0 has a total capacity of 139.72 GiB of which 60.69 MiB is free.',
      '[rank0]:[W1224 08:50:36.247935068 ProcessGroupNCCL.cpp:1524] Warning: WARNING: destroy_process_group() was not called before program exit, which can leak resources.',
      died,
    ],
  },
  {
    id: 'gpu-out-of-memory',
    engine: 'llamacpp',
    lines: [
      '3.02.199.202 E ggml_backend_cuda_buffer_type_alloc_buffer: allocating 4480.00 MiB on device 3: cudaMalloc failed: out of memory',
      "3.02.792.354 E srv                load_model: failed to load model, 'model.gguf'",
    ],
  },
  {
    id: 'shared-memory-too-small',
    engine: 'vllm',
    lines: [
      'ncclSystemError: System call (e.g. socket, malloc) or external library call failed or device error. ',
      'Last error:',
      'Error while creating shared memory segment /dev/shm/nccl-EoOvZr (size 7340384)',
    ],
    mends: 'resources.sharedMemory',
  },
  {
    id: 'shared-memory-too-small',
    engine: 'vllm',
    lines: [
      'RuntimeError: Insufficient space in /dev/shm for shared-memory allocation: 160 MiB required, 61 MiB free. Increase /dev/shm',
    ],
    mends: 'asks for 160 MiB',
  },
  {
    id: 'shared-memory-too-small',
    engine: 'sglang',
    lines: [
      'ERROR: Unexpected bus error encountered in worker. This might be caused by insufficient shared memory (shm).',
    ],
    exit: { signal: 'SIGBUS' },
  },
  {
    id: 'host-out-of-memory',
    engine: 'sglang',
    lines: ['OSError: [Errno 12] Cannot allocate memory'],
  },
  {
    id: 'host-out-of-memory',
    engine: 'vllm',
    lines: ['Loading safetensors checkpoint shards:  50% Completed | 2/4'],
    exit: { code: 137, reason: 'OOMKilled' },
    mends: 'resources.memory',
  },
  {
    id: 'host-out-of-memory',
    engine: 'vllm',
    lines: [
      "RuntimeError: [enforce fail at alloc_cpu.cpp:121] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 17179869184 bytes.",
    ],
  },
  {
    id: 'driver-too-old',
    engine: 'vllm',
    lines: [
      'RuntimeError: The NVIDIA driver on your system is too old (found version 11040). Please update your GPU driver by downloading and installing a new version',
    ],
    mends: 'engineVersion',
  },
  {
    id: 'driver-too-old',
    engine: 'llamacpp',
    lines: ['ggml_cuda_init: failed to initialize CUDA: CUDA driver version is insufficient for CUDA runtime version'],
  },
  {
    id: 'driver-too-old',
    engine: 'vllm',
    lines: [
      'nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8, please update your driver to a newer version, or use an earlier cuda container: unknown',
    ],
    mends: 'bring CUDA 12.8',
  },
  {
    id: 'driver-forward-compatibility',
    engine: 'vllm',
    lines: [
      'ERROR 03-26 05:25:01 engine.py:389] Unexpected error from cudaGetDeviceCount(). Did you run some cuda functions before calling NumCudaDevices() that might have already set an error? Error 804: forward compatibility was attempted on non supported HW',
    ],
    mends: 'image',
  },
  {
    id: 'driver-library-mismatch',
    engine: 'vllm',
    lines: ['Failed to initialize NVML: Driver/library version mismatch'],
    mends: 'Restart the machine',
  },
  {
    id: 'no-gpu-driver',
    engine: 'vllm',
    lines: [
      'RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and installed a driver from http://www.nvidia.com/Download/index.aspx',
    ],
  },
  {
    id: 'no-gpu-driver',
    engine: 'vllm',
    lines: ['ImportError: libcuda.so.1: cannot open shared object file: No such file or directory'],
    mends: 'NVIDIA runtime',
  },
  { id: 'no-gpu', engine: 'vllm', lines: ['RuntimeError: No CUDA GPUs are available'], mends: 'hardware.gpus' },
  {
    id: 'no-gpu',
    engine: 'vllm',
    lines: [
      'RuntimeError: Failed to infer device type, please set the environment variable `VLLM_LOGGING_LEVEL=DEBUG` to turn on verbose logging to help debug the issue.',
    ],
  },
  {
    id: 'no-gpu',
    engine: 'llamacpp',
    lines: ['ggml_cuda_init: failed to initialize CUDA: no CUDA-capable device is detected'],
    mends: 'llamacpp',
  },
  { id: 'fabric-manager-missing', engine: 'vllm', lines: ['Error 802: system not yet initialized'] },
  {
    id: 'bfloat16-unsupported',
    engine: 'vllm',
    lines: [
      'ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your Tesla T4 GPU has compute capability 7.5. You can use float16 instead by explicitly setting the `dtype` flag in CLI, for example: --dtype=half.',
    ],
    mends: 'dtype: float16',
  },
  {
    id: 'gpu-architecture-unsupported',
    engine: 'vllm',
    lines: [
      'ERROR 07-28 15:07:22 [core.py:632] RuntimeError: CUDA error: no kernel image is available for execution on the device',
      'ERROR 07-28 15:07:22 [core.py:632] CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.',
    ],
    mends: 'engineVersion',
  },
  {
    id: 'gpu-hardware-error',
    engine: 'vllm',
    lines: ['RuntimeError: CUDA error: uncorrectable ECC error encountered'],
    mends: 'cordon',
  },
  {
    id: 'gpu-illegal-access',
    engine: 'vllm',
    lines: [
      '(Worker_PP0 pid=220) ERROR 07-15 21:01:01 [multiproc_executor.py:1007] torch.AcceleratorError: CUDA error: an illegal memory access was encountered',
    ],
  },
  {
    id: 'model-gated',
    engine: 'sglang',
    lines: [
      'OSError: You are trying to access a gated repo.',
      'Make sure to have access to it at https://huggingface.co/meta-llama/Llama-3.2-1B-Instruct.',
      '401 Client Error. (Request ID: Root=1-69513)',
      '',
      'Cannot access gated repo for url https://huggingface.co/meta-llama/Llama-3.2-1B-Instruct/resolve/main/config.json.',
    ],
    mends: 'The model is meta-llama/Llama-3.2-1B-Instruct.',
  },
  {
    id: 'model-gated',
    engine: 'vllm',
    lines: [
      '403 Client Error. (Request ID: Root=1-6824e)',
      'Access to model google/gemma-3-4b-pt is restricted and you are not in the authorized list. Visit https://huggingface.co/google/gemma-3-4b-pt to ask for access.',
    ],
    mends: 'token',
  },
  {
    id: 'hub-token-invalid',
    engine: 'vllm',
    lines: [
      '401 Client Error: Unauthorized for url: https://huggingface.co/api/whoami-v2',
      'Invalid username or password.',
    ],
  },
  {
    id: 'model-not-found',
    engine: 'vllm',
    lines: [
      'huggingface_hub.errors.RepositoryNotFoundError: 404 Client Error.',
      '',
      'Repository Not Found for url: https://huggingface.co/api/models/meta-llama/Llama-9.',
      "OSError: meta-llama/Llama-9 is not a local folder and is not a valid model identifier listed on 'https://huggingface.co/models'",
    ],
    mends: 'source',
  },
  {
    id: 'hub-unreachable',
    engine: 'vllm',
    lines: [
      "huggingface_hub.errors.LocalEntryNotFoundError: Cannot find an appropriate cached snapshot folder for the specified revision on the local disk and outgoing traffic has been disabled. To enable repo look-ups and downloads online, pass 'local_files_only=False' as input.",
    ],
    mends: 'storage.models.hubMirror',
  },
  {
    id: 'hub-unreachable',
    engine: 'sglang',
    lines: [
      "OSError: We couldn't connect to 'https://huggingface.co' to load the files, and couldn't find them in the cached files.",
    ],
  },
  {
    id: 'hub-rate-limited',
    engine: 'vllm',
    lines: [
      'requests.exceptions.HTTPError: 429 Client Error: Too Many Requests for URL: https://huggingface.co/meta-llama/Meta-Llama-3-8B/resolve/main/config.json  ',
    ],
  },
  {
    id: 'model-folder-invalid',
    engine: 'vllm',
    lines: [
      "ValueError: Invalid repository ID or local directory specified: '/models/typo'.",
      'Please verify the following requirements:',
    ],
  },
  {
    id: 'safetensors-damaged',
    engine: 'vllm',
    lines: [
      '    with safe_open(st_file, framework="pt") as f:',
      'safetensors_rust.SafetensorError: Error while deserializing header: MetadataIncompleteBuffer',
    ],
    mends: 'Check the stored files',
  },
  {
    id: 'safetensors-damaged',
    engine: 'sglang',
    lines: ['safetensors_rust.SafetensorError: Error while deserializing header: header too large'],
  },
  {
    id: 'weights-missing',
    engine: 'vllm',
    lines: ['RuntimeError: Cannot find any model weights with `/models/llama`', died],
    mends: 'engine: llamacpp',
  },
  {
    id: 'gguf-architecture-unknown',
    engine: 'llamacpp',
    lines: [
      "llama_model_load: error loading model: error loading model architecture: unknown model architecture: 'gemma4'",
      'llama_model_load_from_file_impl: failed to load model',
    ],
    mends: 'engineVersion',
  },
  {
    id: 'gguf-missing',
    engine: 'llamacpp',
    lines: [
      "0.00.008.192 E gguf_init_from_file: failed to open GGUF file '/nonexistent.gguf' (No such file or directory)",
      '0.00.008.304 E llama_model_load: error loading model: llama_model_loader: failed to load model from /nonexistent.gguf',
      '0.00.008.325 E llama_model_load_from_file_impl: failed to load model',
    ],
  },
  {
    id: 'gguf-damaged',
    engine: 'llamacpp',
    lines: [
      "0.00.009.343 E gguf_init_from_reader: invalid magic characters: '????', expected 'GGUF'",
      '0.00.009.530 E llama_model_load: error loading model: llama_model_loader: failed to load model from bad.gguf',
      '0.00.009.534 E llama_model_load_from_file_impl: failed to load model',
    ],
    mends: 'checksum',
  },
  {
    id: 'gguf-damaged',
    engine: 'llamacpp',
    lines: [
      '0.00.014.245 E gguf_init_from_reader: failed to read key-value pairs',
      '0.00.014.692 E llama_model_load_from_file_impl: failed to load model',
    ],
  },
  {
    id: 'model-file-unreadable',
    engine: 'llamacpp',
    lines: ["0.00.021.049 E srv    load_model: failed to load model, 'short.gguf'"],
  },
  {
    id: 'tokenizer-unreadable',
    engine: 'vllm',
    lines: ["ValueError: Couldn't instantiate the backend tokenizer from one of: "],
  },
  {
    id: 'tokenizer-unreadable',
    engine: 'sglang',
    lines: ['Exception: data did not match any variant of untagged enum PostProcessorWrapper at line 3 column 1'],
  },
  {
    id: 'chat-template-missing',
    engine: 'vllm',
    lines: [
      'ChatTemplateResolutionError: As of transformers v4.44, default chat template is no longer allowed, so you must provide a chat template if the tokenizer does not define one.',
    ],
    mends: 'chat.templateFile',
  },
  {
    id: 'remote-code-needed',
    engine: 'vllm',
    lines: [
      '  Value error, The repository m/custom contains custom code which must be executed to correctly load the model.',
      'Please pass the argument `trust_remote_code=True` to allow custom code to be run. [type=value_error]',
    ],
    mends: 'trustRemoteCode',
  },
  {
    id: 'architecture-unknown',
    engine: 'vllm',
    lines: [
      "  Value error, Model architectures ['NoSuchForCausalLM'] are not supported for now. Supported architectures: dict_keys(['AfmoeForCausalLM'])",
    ],
    mends: 'engineVersion',
  },
  {
    id: 'architecture-unknown',
    engine: 'sglang',
    lines: [
      'The checkpoint you are trying to load has model type `no-such-type` but Transformers does not recognize this architecture. This could be because of an issue with the checkpoint',
    ],
  },
  {
    id: 'arguments-unknown',
    engine: 'vllm',
    lines: ['vllm: error: unrecognized arguments: --no-such-flag 1'],
    exit: { code: 2 },
    mends: 'The argument is --no-such-flag.',
  },
  { id: 'arguments-unknown', engine: 'llamacpp', lines: ['error: invalid argument: --no-such'], mends: 'engineArgs' },
  {
    id: 'context-above-model',
    engine: 'vllm',
    lines: [
      "  Value error, User-specified max_model_len (100000) is greater than the derived max_model_len (max_position_embeddings=2048.0 or model_max_length=None in model's config.json). To allow overriding this maximum, set the env var VLLM_ALLOW_LONG_MAX_MODEL_LEN=1.",
    ],
    mends: 'Set `context` to 2048 or less',
  },
  {
    id: 'prompt-too-long',
    engine: 'vllm',
    lines: ["This model's maximum context length is 2048 tokens. However, your prompt contains 36050 characters"],
  },
  {
    id: 'prompt-too-long',
    engine: 'llamacpp',
    lines: ['request (6031 tokens) exceeds the available context size (2048 tokens), try increasing it'],
  },
  {
    id: 'quantization-unsupported-gpu',
    engine: 'vllm',
    lines: [
      'ValueError: The quantization method awq is not supported for the current GPU. Minimum capability: 75. Current capability: 70.',
    ],
  },
  {
    id: 'quantization-dtype',
    engine: 'vllm',
    lines: [
      'ValueError: torch.bfloat16 is not supported for quantization method gptq. Supported dtypes: [torch.float16]',
    ],
    mends: 'dtype: float16',
  },
  {
    id: 'quantization-unknown',
    engine: 'vllm',
    lines: ['  Value error, Cannot find the config file for awq [type=value_error]'],
    mends: 'quantization',
  },
  {
    id: 'adapter-rank-too-big',
    engine: 'vllm',
    lines: ['ValueError: LoRA rank 64 is greater than max_lora_rank 16.'],
    mends: 'Set `maxAdapterRank` to 64',
  },
  { id: 'tool-parser-unknown', engine: 'vllm', lines: [`KeyError: "Tool parser 'nonsense' not found."`] },
  {
    id: 'tool-parser-unknown',
    engine: 'vllm',
    lines: ["KeyError: 'invalid tool call parser: nonsense (chose from { apertus,cohere_command3,hermes })'"],
    exit: { code: 1 },
    mends: 'chat.toolParser',
  },
  {
    id: 'heads-not-divisible',
    engine: 'vllm',
    lines: [
      '  Value error, Total number of attention heads (4) must be divisible by tensor parallel size (3). [type=value_error]',
    ],
    mends: 'divisor of 4',
  },
  {
    id: 'too-few-gpus',
    engine: 'vllm',
    lines: [
      '  Value error, World size (4) is larger than the number of available GPUs (2) in this node. If this is intentional and you are using:',
      "- ray, set '--distributed-executor-backend ray'.",
    ],
    mends: 'parallelism.tensor',
  },
  {
    id: 'nccl-timeout',
    engine: 'vllm',
    lines: [
      '[rank0]:[E ProcessGroupNCCL.cpp:563] [Rank 0] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=1, OpType=ALLREDUCE, NumelIn=1, NumelOut=1, Timeout(ms)=600000) ran for 600086 milliseconds before timing out.',
    ],
  },
  {
    id: 'nccl-failed',
    engine: 'vllm',
    lines: ['RuntimeError: NCCL error: unhandled system error (run with NCCL_DEBUG=INFO for details)'],
    mends: 'NCCL_DEBUG=INFO',
  },
  {
    id: 'workers-stuck',
    engine: 'vllm',
    lines: [
      'No available shared memory broadcast block found in 60 seconds. This typically happens when some processes are hanging or doing some time-consuming work',
    ],
  },
  {
    id: 'ray-missing',
    engine: 'vllm',
    lines: ["ValueError: Failed to import Ray: No module named 'ray'.Please install Ray with `pip install ray`."],
    mends: 'image',
  },
  {
    id: 'ray-too-few-gpus',
    engine: 'vllm',
    lines: [
      'ValueError: Cannot provide a placement group requiring 16 GPUs (placement_group_specs=[]) within 1800 seconds.',
    ],
    mends: '16 GPUs',
  },
  { id: 'kv-transfer-unavailable', engine: 'vllm', lines: ['RuntimeError: NIXL is not available', died] },
  {
    id: 'kv-transfer-mismatch',
    engine: 'vllm',
    lines: [
      'RuntimeError: NIXL compatibility hash mismatch. Local: 1a, Remote: 2b. Prefill and decode instances have incompatible',
    ],
    mends: 'kvCache.dtype',
  },
  {
    id: 'kv-transfer-failed',
    engine: 'vllm',
    lines: ["ERROR [base_worker.py:1260] NIXL transfer failure: handshake_failed | Context: {'request_id': 'x'}"],
  },
  {
    id: 'kv-connector-unknown',
    engine: 'vllm',
    lines: ['ValueError: Unsupported connector type: NoSuchConnector'],
    mends: 'routing.disaggregation',
  },
  {
    id: 'engine-start-timeout',
    engine: 'vllm',
    lines: [
      'TimeoutError: Timed out waiting for engine core processes to start. This is often caused by slow weight loading for large models. Waited 600s',
    ],
    mends: 'VLLM_ENGINE_READY_TIMEOUT_S',
  },
  { id: 'engine-core-died', engine: 'vllm', lines: [failedToStart, died] },
  {
    id: 'engine-child-died',
    engine: 'sglang',
    lines: ['Received sigquit from a child process. It usually means the child failed.'],
  },
  {
    id: 'port-in-use',
    engine: 'vllm',
    lines: ['OSError: [Errno 98] Address already in use'],
  },
  {
    id: 'port-in-use',
    engine: 'llamacpp',
    lines: ["srv start: couldn't bind HTTP server socket, hostname: 127.0.0.1, port: 8080"],
  },
  {
    id: 'disk-full',
    engine: 'vllm',
    lines: ['OSError: [Errno 28] No space left on device'],
    mends: 'storage.models.path',
  },
  {
    id: 'cache-not-writable',
    engine: 'vllm',
    lines: ["PermissionError: [Errno 13] Permission denied: '/.cache'"],
    mends: 'Let its user write to /.cache',
  },
  {
    id: 'cache-not-writable',
    engine: 'vllm',
    lines: [
      'There was a problem when trying to write in your cache folder (/.cache/huggingface/hub). You should set the environment variable TRANSFORMERS_CACHE to a writable directory.',
    ],
  },
  { id: 'too-many-open-files', engine: 'vllm', lines: ['OSError: [Errno 24] Too many open files'], mends: 'ulimit -n' },
  {
    id: 'compiler-missing',
    engine: 'vllm',
    lines: ["RuntimeError: Could not find nvcc and default cuda_home='/usr/local/cuda' doesn't exist", died],
  },
  {
    id: 'compiler-missing',
    engine: 'sglang',
    lines: ['RuntimeError: Failed to find C compiler. Please specify via CC environment variable.'],
  },
  {
    id: 'kernel-build-failed',
    engine: 'vllm',
    lines: ["nvcc fatal   : Unknown option '-static-global-template-stub=false'", died],
  },
  {
    id: 'cuda-library-missing',
    engine: 'vllm',
    lines: ['ImportError: libcudart.so.12: cannot open shared object file: No such file or directory'],
    mends: 'image',
  },
  {
    id: 'engine-incomplete',
    engine: 'vllm',
    lines: ["ModuleNotFoundError: No module named 'flashinfer'"],
    mends: 'It misses flashinfer.',
  },
  { id: 'engine-incomplete', engine: 'llamacpp', lines: ["code: 'ERR_MODULE_NOT_FOUND'"] },
  { id: 'processor-too-old', engine: 'llamacpp', lines: [], exit: { signal: 'SIGILL' } },
  { id: 'killed', engine: 'vllm', lines: ['Loading safetensors checkpoint shards'], exit: { code: 137 } },
  { id: 'native-crash', engine: 'llamacpp', lines: [], exit: { code: 139 } },
  { id: 'mapped-file-cut', engine: 'llamacpp', lines: [], exit: { signal: 'SIGBUS' } },
  { id: 'gave-up', engine: 'llamacpp', lines: ['GGML_ASSERT(n > 0) failed'], exit: { signal: 'SIGABRT' } },
]
