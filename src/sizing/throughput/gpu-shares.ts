import type { GpuSpec, ModelGeometry, WeightQuantization } from '../contract.ts'

/** Share of the peak that prefill reaches. Rule of thumb: dense models report 40 to 60 %, mixtures of small experts about 30 %. */
export const computeShares = { dense: 0.5, mixture: 0.3 } as const
/** Share of the bandwidth that decoding reaches. Rule of thumb: 70 to 85 % in public measurements. */
export const bandwidthShare = 0.75
/** Time of a step beside reading and computing: scheduling and sampling, and each layer's kernels. Rule of thumb with CUDA graphs. */
export const stepSeconds = 0.0005
export const layerSeconds = { dense: 30e-6, mixture: 60e-6 } as const
/** Start of one collective between GPUs by its wires; two in each layer. */
export const collectiveSeconds = { nvlink: 12e-6, xgmi: 15e-6, pcie: 35e-6 } as const
/** Peak operations a second for the weights' type; weight-only 4-bit methods compute in 16 bits. */
export function peakFlops(
  gpu: GpuSpec,
  quantization: WeightQuantization | undefined,
): { readonly peak: number; readonly type: string } {
  const { flops } = gpu
  const half = flops.bf16 ?? flops.fp16 ?? flops.fp32 ?? 1
  const type = flops.bf16 === undefined ? (flops.fp16 === undefined ? 'fp32' : 'fp16') : 'bf16'
  switch (quantization?.method) {
    case 'fp8':
      return flops.fp8 === undefined ? { peak: half, type } : { peak: flops.fp8, type: 'fp8' }
    case 'int8':
      return flops.int8 === undefined ? { peak: half, type } : { peak: flops.int8, type: 'int8' }
    case 'nvfp4':
    case 'mxfp4':
      return flops.fp4 === undefined ? { peak: half, type } : { peak: flops.fp4, type: 'fp4' }
    default:
      return { peak: half, type }
  }
}

/** Share of a mixture's experts that a step of so many sequences touches, if each token draws its own. */
export function touchedExperts(geometry: ModelGeometry, sequences: number): number {
  const { experts } = geometry
  return experts === undefined ? 1 : 1 - (1 - experts.active / experts.count) ** sequences
}

/** Width of a head of attention; 0 of a model without attention. */
export function headDim(geometry: ModelGeometry): number {
  const group = geometry.layers.find(({ kind }) => kind !== 'linear')
  if (group === undefined) return 0
  return group.kind === 'mla' ? 192 : group.keyDim
}
