# One image for the gateway, the command line and our own engine servers: docs/container-image.md.
#   docker buildx build --platform linux/amd64,linux/arm64 --tag fairlead:0.1.0 .

# Debian's C library, which the binaries of zeromq and llama.cpp are built for. A release names the digest as well:
#   --build-arg NODE_IMAGE=docker.io/library/node:24-bookworm-slim@sha256:…
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim

# What is built is JavaScript, the same for every processor: it runs on the builder's own, without emulation.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
# Install scripts never run. A registry of one's own comes by --secret id=npmrc,src=$HOME/.npmrc, which stays outside.
# `npm ci` would refuse a lock file that lacks optional packages of other platforms.
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    npm install --no-save --ignore-scripts --no-audit --no-fund
COPY . .
ARG TARGETARCH
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    node scripts/assemble-image.js /image "${TARGETARCH}"

# Without a RUN of its own, so that it is put together for any processor.
FROM ${NODE_IMAGE} AS runtime
COPY --from=build /image/fairlead /opt/fairlead
# Nothing else can be written to, and it need not be: the gateway writes nothing.
COPY --from=build --chown=65532:65532 /image/state /var/lib/fairlead
ENV PATH=/opt/fairlead/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_ENV=production \
    HOME=/var/lib/fairlead \
    XDG_CACHE_HOME=/var/lib/fairlead/cache \
    XDG_STATE_HOME=/var/lib/fairlead/state
WORKDIR /var/lib/fairlead
# By number, so that Kubernetes can tell that it is not root (runAsNonRoot).
USER 65532:65532
# Clients, metrics and administration, an engine's API.
EXPOSE 8080 8081 8000
# Of the gateway; an engine's is FAIRLEAD_HEALTH_URL=http://127.0.0.1:8000/health. Kubernetes has probes of its own.
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 CMD ["fairlead", "health", "--quiet"]
ENTRYPOINT ["fairlead"]
CMD ["--help"]
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="Fairlead" \
      org.opencontainers.image.description="Your own LLM API on your own GPUs, from one file" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.base.name="docker.io/library/node:24-bookworm-slim"

# With llama.cpp for the CPU in it (--target llamacpp): its start needs no network. Its RUN is for the target's processor.
FROM runtime AS llamacpp
USER 0:0
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    HOME=/root && export HOME \
    && folder="$(XDG_CACHE_HOME=/opt/engines fairlead engine install llamacpp)" \
    && ln -s "${folder}" /opt/engines/llamacpp \
    && chmod -R a+rX /opt/engines \
    && npm cache clean --force
ENV FAIRLEAD_ENGINE_FOLDER=/opt/engines/llamacpp
USER 65532:65532

# What is built where nobody says --target.
FROM runtime AS fairlead
