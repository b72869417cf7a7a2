import { useRunningCluster } from '../harness/cluster/use-running-cluster.ts'
import { describeContractElsewhere } from './made-elsewhere.ts'

const cluster = useRunningCluster({ nodes: [{ name: 'one' }, { name: 'two' }], definitions: true })

// llm-d's picker and Envoy are stand-ins (`harness/stand-ins/llm-d/`); everything else is the real control plane, and pods are
// processes.
describeContractElsewhere('llmd', cluster)
