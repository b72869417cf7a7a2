import type { MetricFact } from '../../engines/index.ts'

/** Gauges and counters of `etc/default-counters.csv` and `etc/dcp-metrics-included.csv`, dcgm-exporter at b54068a. */
const dcgm: Readonly<Record<'gauge' | 'counter', readonly string[]>> = {
  gauge: [
    'DCGM_FI_DEV_SM_CLOCK',
    'DCGM_FI_DEV_MEM_CLOCK',
    'DCGM_FI_DEV_MEMORY_TEMP',
    'DCGM_FI_DEV_GPU_TEMP',
    'DCGM_FI_DEV_POWER_USAGE',
    'DCGM_FI_DEV_GPU_UTIL',
    'DCGM_FI_DEV_MEM_COPY_UTIL',
    'DCGM_FI_DEV_XID_ERRORS',
    'DCGM_FI_DEV_FB_FREE',
    'DCGM_FI_DEV_FB_USED',
    'DCGM_FI_DEV_ROW_REMAP_FAILURE',
    'DCGM_FI_PROF_GR_ENGINE_ACTIVE',
    'DCGM_FI_PROF_PIPE_TENSOR_ACTIVE',
    'DCGM_FI_PROF_DRAM_ACTIVE',
  ],
  counter: [
    'DCGM_FI_DEV_PCIE_REPLAY_COUNTER',
    'DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL',
    'DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS',
    'DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS',
  ],
}

/** Gauges of nvidia_gpu_exporter (docs/METRICS.md at 3b45f8e), which needs nvidia-smi or NVML only. */
const nvml = [
  'nvidia_smi_utilization_gpu_ratio',
  'nvidia_smi_utilization_memory_ratio',
  'nvidia_smi_memory_used_bytes',
  'nvidia_smi_memory_total_bytes',
  'nvidia_smi_temperature_gpu',
  'nvidia_smi_power_draw_watts',
  'nvidia_smi_clocks_current_sm_clock_hz',
]

/** Metrics of GPUs that dashboards and alerts may ask for: NVIDIA's DCGM exporter, and nvidia_gpu_exporter where DCGM is absent. */
export const gpuMetrics: readonly MetricFact[] = [
  ...(['gauge', 'counter'] as const).flatMap((kind) =>
    dcgm[kind].map((name): MetricFact => ({ name, kind, labels: ['gpu', 'UUID', 'device', 'modelName', 'Hostname'] })),
  ),
  ...nvml.map((name): MetricFact => ({ name, kind: 'gauge', labels: ['uuid'] })),
  // Made by an XID event; NVML backend only.
  { name: 'nvidia_smi_xid_last_timestamp_seconds', kind: 'gauge', labels: ['uuid', 'xid'], needs: 'the NVML backend' },
]
