/** Image of debug containers: small, with a shell, `ps`, `wget` and `nslookup`; runs as any user. */
export const debugImage = 'docker.io/library/busybox:1.37.0'
