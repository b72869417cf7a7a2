import { useRunningCluster } from '../harness/cluster/use-running-cluster.ts'
import { useStandIns } from '../harness/stand-ins/use-stand-ins.ts'
import { describeContractElsewhere } from './made-elsewhere.ts'

const cluster = useRunningCluster({ nodes: [{ name: 'one' }, { name: 'two' }], definitions: true })
useStandIns(cluster)

// A stand-in makes Deployments of InferenceServices; everything after that is the real control plane, and pods are processes.
describeContractElsewhere('kserve', cluster)
