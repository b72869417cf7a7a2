import type { Service } from '../../../kubernetes/index.ts'
import type { ObjectArtifact } from '../../rendering/index.ts'
import type { ObjectsOf } from '../context.ts'
import { poolLabel } from '../pools/index.ts'
import { routerPorts } from '../release.ts'
import { routerPart } from './part.ts'

/** The picker’s Service, which in mode standalone is where clients of the model go too, and that of its tokenizer. */
export const renderServices: ObjectsOf = ({ pools, metadata, selector, llmd }) => ({
  objects: pools.flatMap((pool): ObjectArtifact[] => {
    const part = routerPart(pool)
    const picker: Service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(pool.picker, part),
      spec: {
        type: 'ClusterIP',
        selector: selector(part),
        ports: [
          ...(llmd.mode === 'standalone'
            ? [{ name: 'http', port: routerPorts.http, targetPort: 'http', appProtocol: 'http' }]
            : []),
          { name: 'grpc', port: routerPorts.picker, targetPort: 'grpc', appProtocol: 'kubernetes.io/h2c' },
          { name: 'metrics', port: routerPorts.pickerMetrics, targetPort: 'metrics', appProtocol: 'http' },
        ],
      },
    }
    const tokenizer: Service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(pool.tokenizer, part),
      spec: {
        type: 'ClusterIP',
        selector: { [poolLabel]: pool.name, 'llm-d.ai/role': pool.isSplit ? 'prefill' : 'prefill-decode' },
        ports: [{ name: 'http', port: routerPorts.member, targetPort: 'http', appProtocol: 'http' }],
      },
    }
    return [
      { kind: 'object', object: picker },
      ...(pool.isExact
        ? [
            {
              kind: 'object' as const,
              object: tokenizer,
              comments: [
                {
                  path: ['spec', 'selector'],
                  text: 'The engines tokenize prompts for the picker (/v1/chat/completions/render), so that both mean the same blocks.',
                },
              ],
            },
          ]
        : []),
    ]
  }),
})
