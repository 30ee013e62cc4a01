# Quoth as a service, for amd64 and arm64: compose.yaml runs it, or
#   docker build -t quoth . && docker run -p 127.0.0.1:7860:7860 -v ./seeds:/documents:ro -v quoth:/index -e QUOTH_TOKEN=... quoth
FROM python:3.11-slim

# The CPU build of torch: on amd64 the one on PyPI includes CUDA.
ENV PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu PIP_NO_CACHE_DIR=1 PYTHONUNBUFFERED=1
# Extras to install, separated by commas: formats, milvus, ray.
ARG EXTRAS=""

WORKDIR /opt/quoth
COPY requirements.lock ./
RUN pip install --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml requirements-dev.lock README.md LICENSE ./
COPY index index
COPY qa qa
COPY ui ui
# The second lock file has the versions of the extras. Without its hashes, which pip cannot ask of a folder.
RUN sed -n 's/^\([a-z][^ ]*==[^ ]*\).*/\1/p' requirements-dev.lock > /tmp/versions.txt \
  && pip install --no-build-isolation --constraint /tmp/versions.txt ".${EXTRAS:+[$EXTRAS]}" \
  && useradd --uid 1000 --create-home quoth && install -d -o quoth -g quoth /index /documents

USER quoth
WORKDIR /home/quoth
ENV QUOTH_INDEX=/index QUOTH_HOST=0.0.0.0
VOLUME /index
EXPOSE 7860
# Until the documents are indexed nothing is served: failures do not count that long, and a first success ends this.
HEALTHCHECK --interval=30s --timeout=5s --start-period=1h \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/readyz', timeout=4)"]
# exec, so that the stop signal reaches quoth instead of sh
CMD ["sh", "-c", "quoth index /documents; exec quoth chat"]
