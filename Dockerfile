# syntax=docker/dockerfile:1

# The server and its worker. docs/deploy.md says how to build and run it, and what of it was tried.

# A tag, which moves with security fixes. To get the same bytes again, give a digest: --build-arg PYTHON_IMAGE=python@sha256:…
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

# --- what is installed ------------------------------------------------------------------------------------------------

FROM ${PYTHON_IMAGE} AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore

WORKDIR /source

# The extras: files in a bucket, shared rate limits, traces, the MCP server. An empty text leaves all of them out.
ARG EXTRAS="s3 redis otel mcp"

# Dependencies first: they change less often than the source, and this layer is then kept.
COPY pyproject.toml requirements.lock requirements-dev.lock ./
COPY tools/locked.py tools/locked.py
RUN python tools/locked.py build > /tmp/build.txt \
    && python tools/locked.py server ${EXTRAS} > /tmp/server.txt \
    && python -m venv /build \
    && /build/bin/pip install --no-compile --only-binary :all: --require-hashes --requirement /tmp/build.txt \
    && python -m venv --without-pip /opt/layers \
    && /build/bin/pip --python /opt/layers/bin/python install --no-compile --only-binary :all: --require-hashes \
        --requirement /tmp/server.txt

# The two packages of this repository, as wheels. Compiled here, because nothing can be written there later; what was
# compiled goes by itself, so that the times of files do not matter.
COPY README.md LICENSE ./
COPY sdk/python sdk/python
COPY src src
RUN /build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels ./sdk/python . \
    && /build/bin/pip --python /opt/layers/bin/python install --no-compile --no-deps --no-index /wheels/*.whl \
    && /opt/layers/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/layers/lib \
    && /opt/layers/bin/layers --version

# --- what runs ---------------------------------------------------------------------------------------------------------

FROM ${PYTHON_IMAGE}

# Fonts for the characters that the server's own do not have; only `--render` needs them.
ARG FONT_PACKAGES="fonts-noto-cjk fonts-noto-color-emoji"
# The newest of the image's Debian: their versions leave its archive when there are newer ones.
# hadolint ignore=DL3008
RUN if [ -n "${FONT_PACKAGES}" ]; then \
        apt-get update \
        && apt-get install --yes --no-install-recommends ${FONT_PACKAGES} \
        && rm -rf /var/lib/apt/lists/*; \
    fi

# An account with a name, because the programs of PostgreSQL look theirs up; with a number, because Kubernetes compares it.
RUN groupadd --gid 10001 layers \
    && useradd --uid 10001 --gid 10001 --home-dir /var/lib/layers --no-create-home --shell /usr/sbin/nologin layers \
    && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/layers /var/lib/layers/files

COPY --from=build /opt/layers /opt/layers

# Files that are uploaded are in TMPDIR until all of them is there: on the disk of the data folder, not in memory.
ENV PATH=/opt/layers/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/var/lib/layers \
    TMPDIR=/var/lib/layers \
    LAYERS_DATA_DIR=/var/lib/layers \
    LAYERS_HOST=0.0.0.0 \
    LAYERS_PORT=8000

WORKDIR /var/lib/layers
# The only folder that is written to: everything else may be read-only.
VOLUME ["/var/lib/layers"]
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM

# The state that the supervisor writes down, whether it is a server's or a worker's: no program for HTTP is needed.
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s --retries=3 CMD ["layers", "status"]

ENTRYPOINT ["layers"]
CMD ["serve"]

ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Partner API" \
      org.opencontainers.image.description="A server for selling through partners: child organizations, prepaid credit wallets and leased social accounts." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
