# The server in one image: docker build -t coralchunk . && docker run -p 5001:5001 -v reef:/data coralchunk
# BASE is any image of Debian with Python 3.11 to 3.13; pin it by digest for a build that can be repeated.
ARG BASE=python:3.13.5-slim-bookworm

FROM ${BASE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /source
RUN python3 -m venv /opt/coralchunk && python3 -m venv /opt/tools
# The packages change less often than the source, so they are a layer of their own.
COPY setup.cfg pyproject.toml constraints.txt ./
COPY deploy/requirements.py deploy/
RUN python3 deploy/requirements.py setup.cfg s3 postgres otel > requirements.txt \
 && /opt/coralchunk/bin/pip install -c constraints.txt -r requirements.txt setuptools wheel \
 && /opt/tools/bin/pip install cyclonedx-bom==7.5.0
COPY . .
RUN /opt/coralchunk/bin/pip install --no-deps --no-build-isolation . \
 && /opt/coralchunk/bin/pip uninstall -y -q setuptools wheel \
 && /opt/tools/bin/cyclonedx-py environment --output-reproducible /opt/coralchunk/bin/python -o /opt/coralchunk/sbom.cdx.json \
 && rm -rf /opt/coralchunk/lib/python3*/site-packages/pip /opt/coralchunk/lib/python3*/site-packages/pip-* \
 && /opt/coralchunk/bin/python -m compileall -q -f --invalidation-mode unchecked-hash /opt/coralchunk/lib

FROM ${BASE}
LABEL org.opencontainers.image.title="coralchunk" \
      org.opencontainers.image.description="Maps coral bleaching in reef photos" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 coralchunk \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin coralchunk \
 && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /opt/coralchunk /opt/coralchunk
ENV PATH=/opt/coralchunk/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CORALCHUNK_HOST=0.0.0.0 \
    CORALCHUNK_DATA_DIR=/data
USER 10001:10001
# The root file system may be read-only; what is written is here and in /tmp.
VOLUME /data
EXPOSE 5001
ENTRYPOINT ["coralchunk"]
CMD ["serve"]
