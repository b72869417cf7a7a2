import { rate, select } from '../queries/index.ts'
import type { Board, Panel, Query } from './contract.ts'

const chosenExporter = ['instance=~"$exporter"']

/** DCGM's exporter spells the host's label in two ways, by version; Grafana shows the one that is there. */
const dcgmGpu = '{{Hostname}}{{hostname}} GPU {{gpu}}'
const nvmlGpu = '{{instance}} {{uuid}}'

const ofDcgm = (metric: string, legend = dcgmGpu): Query => ({ expression: select(metric, chosenExporter), legend })
const ofNvml = (metric: string): Query => ({ expression: select(metric, chosenExporter), legend: nvmlGpu })

/** The GPUs, by NVIDIA's DCGM exporter, or by nvidia_gpu_exporter (nvidia-smi, NVML) where DCGM is absent. */
export function gpuBoard(): Board {
  return {
    id: 'gpu',
    title: 'GPU',
    description:
      'All GPUs that Prometheus knows: DCGM exporter, or nvidia_gpu_exporter. A panel without data asks for a counter that the exporter does not export.',
    variables: [
      {
        name: 'exporter',
        label: 'Exporter',
        query: 'label_values({__name__=~"DCGM_FI_DEV_GPU_TEMP|nvidia_smi_temperature_gpu"}, instance)',
      },
    ],
    sections: [
      { title: 'Use', panels: use },
      { title: 'Condition', panels: condition },
    ],
  }
}

const use: readonly Panel[] = [
  {
    title: 'Compute',
    unit: 'percentunit',
    top: 1,
    description: 'Share of time in which at least one kernel ran. 1 does not mean that the GPU could do no more.',
    queries: [
      { expression: `${select('DCGM_FI_DEV_GPU_UTIL', chosenExporter)} / 100`, legend: dcgmGpu },
      ofNvml('nvidia_smi_utilization_gpu_ratio'),
    ],
  },
  {
    title: 'Tensor cores and memory bandwidth',
    unit: 'percentunit',
    top: 1,
    description:
      'Share of cycles in which they were busy. Prefill fills the tensor cores, decode the bandwidth. DCGM on data-centre GPUs.',
    queries: [
      ofDcgm('DCGM_FI_PROF_PIPE_TENSOR_ACTIVE', `tensor ${dcgmGpu}`),
      ofDcgm('DCGM_FI_PROF_DRAM_ACTIVE', `memory ${dcgmGpu}`),
    ],
  },
  {
    title: 'Memory in use',
    unit: 'percentunit',
    top: 1,
    description:
      'Engines take their share at the start and keep it: level is well. KV cache in use tells how full it is.',
    queries: [
      {
        expression: `${select('DCGM_FI_DEV_FB_USED', chosenExporter)} / (${select('DCGM_FI_DEV_FB_USED', chosenExporter)} + ${select('DCGM_FI_DEV_FB_FREE', chosenExporter)})`,
        legend: dcgmGpu,
      },
      {
        expression: `${select('nvidia_smi_memory_used_bytes', chosenExporter)} / ${select('nvidia_smi_memory_total_bytes', chosenExporter)}`,
        legend: nvmlGpu,
      },
    ],
  },
]

const condition: readonly Panel[] = [
  {
    title: 'Temperature',
    unit: 'celsius',
    description: 'Of the GPU. Data-centre GPUs slow down from 85 to 92 °C on, by model.',
    queries: [ofDcgm('DCGM_FI_DEV_GPU_TEMP'), ofNvml('nvidia_smi_temperature_gpu')],
  },
  {
    title: 'Power',
    unit: 'watt',
    description: 'Power draw. At the limit the clock goes down.',
    queries: [ofDcgm('DCGM_FI_DEV_POWER_USAGE'), ofNvml('nvidia_smi_power_draw_watts')],
  },
  {
    title: 'Clock',
    unit: 'hertz',
    description: 'Clock of the multiprocessors. Lower under load: too hot, or at the power limit.',
    queries: [
      { expression: `${select('DCGM_FI_DEV_SM_CLOCK', chosenExporter)} * 1e6`, legend: dcgmGpu },
      ofNvml('nvidia_smi_clocks_current_sm_clock_hz'),
    ],
  },
  {
    title: 'Last XID error',
    unit: 'short',
    description:
      'The number of the last error that the driver reported, 0 for none. docs/runbooks.md tells the serious ones.',
    queries: [ofDcgm('DCGM_FI_DEV_XID_ERRORS')],
  },
  {
    title: 'PCIe retries',
    unit: 'cps',
    description: 'Transfers over PCIe that were repeated, a second. More than a few: slot, riser or cable.',
    queries: [{ expression: rate(select('DCGM_FI_DEV_PCIE_REPLAY_COUNTER', chosenExporter)), legend: dcgmGpu }],
  },
  {
    title: 'Rows of memory replaced',
    unit: 'short',
    description:
      'Rows replaced by spare ones after errors that could not be corrected. One that could not be replaced raises an alert.',
    queries: [ofDcgm('DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS')],
  },
]
