/**
 * Images of what runs beside the gateway. Langfuse’s major, and the databases that it is released with, by its own Compose file
 * (langfuse/langfuse at 6275144, version 4.16.0, docker-compose.yml).
 */
export const bundleImages = {
  redis: 'docker.io/library/redis:7.4-bookworm',
  prometheus: 'docker.io/prom/prometheus:v3.5.0',
  grafana: 'docker.io/grafana/grafana:12.4.0',
  gpuExporter: 'nvcr.io/nvidia/k8s/dcgm-exporter:4.5.3-4.8.2-distroless',
  langfuseWeb: 'docker.langfuse.com/langfuse/langfuse:4.16.0',
  langfuseWorker: 'docker.langfuse.com/langfuse/langfuse-worker:4.16.0',
  postgres: 'docker.io/library/postgres:17-bookworm',
  clickhouse: 'docker.io/clickhouse/clickhouse-server:25.12',
  minio: 'cgr.dev/chainguard/minio:latest',
} as const
