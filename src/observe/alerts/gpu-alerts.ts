import type { Alert } from './contract.ts'

/**
 * XID errors that mean broken hardware or a driver that has to be reset (NVIDIA, Xid Errors): memory (48, 64, 94, 95,
 * 140), microcontroller and GSP (62, 119, 120), NVLink (74), off the bus (79). Those that a program causes, such as 13,
 * 31 and 43, are left out.
 */
const seriousXids = [48, 62, 64, 74, 79, 94, 95, 119, 120, 140]

/** Degrees Celsius from which data-centre GPUs slow down or soon will (85 to 92 by model). */
const hot = 85

/** GPUs: NVIDIA's DCGM exporter, or nvidia_gpu_exporter where DCGM is absent. */
export function gpuAlerts(): readonly Alert[] {
  const place =
    '{{ with $labels.uuid }}{{ $labels.instance }} GPU {{ . }}{{ else }}{{ $labels.Hostname }}{{ $labels.hostname }} GPU {{ $labels.gpu }}{{ end }}'
  return [
    {
      name: 'FairleadGpuHot',
      severity: 'warning',
      for: '10m',
      expression: `DCGM_FI_DEV_GPU_TEMP > ${hot} or nvidia_smi_temperature_gpu > ${hot}`,
      summary: `${place} is hot`,
      description: `It has been above ${hot} °C for ten minutes and is at {{ $value }} °C; it slows down to cool.`,
    },
    {
      name: 'FairleadGpuXidError',
      severity: 'critical',
      for: '0m',
      expression: [
        ...seriousXids.map((xid) => `DCGM_FI_DEV_XID_ERRORS == ${xid}`),
        // A counter would miss the first event, whose series begins with it.
        `time() - nvidia_smi_xid_last_timestamp_seconds{xid=~"${seriousXids.join('|')}"} < 600`,
      ].join(' or '),
      summary: `${place} reports a hardware error`,
      description:
        'XID {{ with $labels.xid }}{{ . }}{{ else }}{{ $value }}{{ end }}: engines on this GPU fail or will.',
    },
    {
      name: 'FairleadGpuRowRemapFailed',
      severity: 'warning',
      for: '0m',
      expression: 'DCGM_FI_DEV_ROW_REMAP_FAILURE == 1',
      summary: `${place} has broken memory`,
      description:
        'A row of its memory is broken and could not be replaced by a spare one; the GPU should be exchanged.',
    },
  ]
}
